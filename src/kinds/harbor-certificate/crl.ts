import { nameOf } from "../../model/document.ts";
import { MoorlineError } from "../../model/errors.ts";
import { finding, type Finding } from "../../model/finding.ts";
import { Sensitive } from "../../model/sensitive.ts";
import { authorityCertificate } from "../../pki/authority.ts";
import { readCertificates } from "../../pki/certificate.ts";
import { issueCrl, readCrl, readCrls, type RevocationList } from "../../pki/crl.ts";
import { mayLeave, nextNumber, nextRevoked, revokedBy, serialOf } from "../../pki/revocation-record.ts";
import { message } from "../../text/message.ts";
import { day, type CertificateContext, type CertificateStep } from "./action.ts";
import type { CertificateDocument, Gathered } from "./gathered.ts";
import { requireAuthority } from "./issuers/own-authority.ts";
import { renewPreviousList } from "./issuers/rollover-lists.ts";
import { switchStepId } from "./issuers/rollover.ts";
import type { ObservedCertificate } from "./observed.ts";
import { keyDigest } from "./replaced.ts";
import { readRecord } from "./revoke.ts";
import { entries } from "./store.ts";

/** The list as it is, where there is one and a CA that it could be held against; and what was revoked by command. */
export async function observeRevocation(
  gathered: Gathered,
): Promise<Pick<ObservedCertificate, "crl" | "revocations">> {
  const { store, pairs } = gathered;
  const recorded = store === undefined ? [] : await readRecord(store);
  const serials = new Map(
    [...pairs].flatMap(([of, pair]) =>
      readCertificates(pair.certificate)
        .slice(0, 1)
        .map((leaf) => [serialOf(leaf.serialNumber), of] as const),
    ),
  );
  const crl = observeList(gathered);
  const own = gathered.authority && keyDigest(authorityCertificate(gathered.authority));
  return {
    ...(crl !== undefined && { crl }),
    ...(recorded.length > 0 && {
      revocations: recorded.map(({ serialNumber, notAfter, waits, of, authority: key }) => {
        const isOf = serials.get(serialNumber);
        return {
          serialNumber,
          waits: waits === true,
          ...(key !== undefined && key !== own && { authority: key }),
          ...(notAfter !== undefined && { notAfter }),
          ...(of !== undefined && { of }),
          ...(isOf !== undefined && { isOf }),
        };
      }),
    }),
  };
}

function observeList({ crl, authority, listsOver = [] }: Gathered): ObservedCertificate["crl"] {
  if (authority === undefined || crl === undefined) return undefined;
  const list = readCrl(crl);
  return {
    thisUpdate: list.thisUpdate.toISOString(),
    nextUpdate: endOf(list),
    number: String(list.number ?? 0n),
    serials: list.revoked.map((r) => r.serialNumber).sort(),
    signed: list.isSignedBy(authorityCertificate(authority)),
    ends: [
      ...readCrls(crl).map((each) => ({ issuer: each.issuer.text, nextUpdate: endOf(each) })),
      ...listsOver,
    ],
  };
}

const endOf = ({ nextUpdate, thisUpdate }: RevocationList): string =>
  (nextUpdate ?? thisUpdate).toISOString();

/** When the next list is due: at half the life of the one that is there. */
export function listDueAt({ thisUpdate, nextUpdate }: NonNullable<ObservedCertificate["crl"]>): Date {
  return new Date((Date.parse(thisUpdate) + Date.parse(nextUpdate)) / 2);
}

/**
 * Pure: a list is issued when it is missing, lacks what is revoked, or has half its life behind it. What it says beyond that
 * stays: several documents may share a CA.
 * @param issuing ids of the steps that issue certificates: the successor of one that is revoked comes first
 */
export function planList(
  { spec }: CertificateDocument,
  { crl, store, revocations: all = [], rollover }: ObservedCertificate,
  now: Date,
  after: readonly string[],
  issuing: readonly string[] = [],
): readonly CertificateStep[] {
  if (spec.crl === undefined) return [];
  const revocations = all.filter((r) => r.authority === undefined);
  const previous = rollover?.previousList;
  const ofPrevious = all.filter(
    (r) => !r.waits && r.authority !== undefined && r.authority === previous?.key,
  );
  const isPreviousLacking = ofPrevious.some((r) => previous?.serials.includes(r.serialNumber) === false);
  const listed = new Set(crl?.signed === true ? crl.serials.map(serialOf) : []);
  const last = crl === undefined ? undefined : new Date(crl.thisUpdate);
  const gone = new Set(revocations.filter((r) => mayLeave(r, last)).map((r) => r.serialNumber));
  const effective = revocations.filter((r) => !r.waits);
  const wanted = [
    ...effective.map((r) => r.serialNumber),
    ...spec.crl.revoked.map((r) => serialOf(r.serialNumber)),
  ].filter((serial) => !gone.has(serial));
  const isLacking = wanted.some((serial) => !listed.has(serial));
  // The CA that signed it gives way in this very plan.
  const isSucceeded = after.includes(switchStepId);
  const fits = crl?.signed === true && !isSucceeded && !isLacking && !isPreviousLacking;
  if (fits && now < listDueAt(crl)) return [];
  const reason = fits ? "harborCertificate.becauseListDue" : "harborCertificate.becauseListDiffers";
  const inUse = effective.filter((r) => !listed.has(r.serialNumber) && r.isOf !== undefined);
  return [
    {
      id: "crl",
      change: crl === undefined ? "create" : "update",
      title: message("harborCertificate.issueList", { count: new Set([...listed, ...wanted]).size }),
      target: store,
      reason: message(reason),
      after: [...after, ...issuing.filter((id) => inUse.some((r) => id === `certificate/${r.isOf ?? ""}`))],
      ...(inUse.length > 0 && {
        interrupts: message("harborCertificate.interruptsRevoked", {
          names: [...new Set(inUse.map((r) => r.isOf ?? ""))].join(", "),
        }),
      }),
      action: { type: "issue-crl" },
    },
  ];
}

/** Pure: alarms long before a list ends, because its end locks every client out; and what waits to be revoked. */
export function listFindings(
  document: CertificateDocument,
  { crl, revocations = [] }: ObservedCertificate,
  now: Date,
): readonly Finding[] {
  if (document.spec.crl === undefined) return [];
  const life = document.spec.crl.validityDays * day;
  const ends = (crl?.ends ?? []).flatMap(({ issuer, nextUpdate }): Finding[] => {
    const left = Date.parse(nextUpdate) - now.getTime();
    const evidence = { nextUpdate, days: Math.max(0, Math.floor(left / day)) };
    if (left <= 0) return [finding("CERTIFICATE_LIST_OVER", issuer, evidence)];
    if (left > life / 2) return [];
    const severity = left > life / 4 ? "note" : left > life / 8 ? "warning" : "error";
    return [finding("CERTIFICATE_LIST_ENDS_SOON", issuer, evidence, severity)];
  });
  const waiting = revocations
    .filter((r) => r.waits && r.isOf === undefined)
    .map(({ serialNumber, of = "-" }) =>
      finding("CERTIFICATE_REVOCATION_WAITS", nameOf(document), { serialNumber, of }),
    );
  return [...ends, ...waiting];
}

/** Issues the next list. @throws CERTIFICATE_STORE_CHANGED, PKI_REVOCATIONS_UNREADABLE */
export async function runList(context: CertificateContext): Promise<void> {
  const { document, world } = context;
  const { crl } = document.spec;
  if (crl === undefined) return;
  const gathered = await context.gather();
  const { store } = gathered;
  const authority = requireAuthority(gathered, document);
  if (store === undefined)
    throw new MoorlineError("CERTIFICATE_STORE_CHANGED", { subject: nameOf(document) });
  const now = world.clock.now();
  const last = gathered.crl === undefined ? undefined : readCrl(gathered.crl);
  const recorded = await readRecord(store);
  const isOurs = last?.isSignedBy(authorityCertificate(authority)) === true;
  const number = nextNumber(last, (await store.read(entries.listNumber))?.reveal());
  const pem = await issueCrl(authority, {
    number,
    revoked: nextRevoked(
      isOurs ? last : undefined,
      revokedBy(recorded, keyDigest(authorityCertificate(authority))),
      crl.revoked.map((r) => ({ serialNumber: r.serialNumber, date: new Date(r.at), reason: r.reason })),
    ),
    now,
    nextUpdate: new Date(now.getTime() + crl.validityDays * day),
  });
  // Before the list: cut off in between, a number is left out rather than given twice.
  await store.write(entries.listNumber, new Sensitive(`${number}\n`));
  await store.write(entries.crl, new Sensitive(pem));
  await renewPreviousList(store, context);
}
