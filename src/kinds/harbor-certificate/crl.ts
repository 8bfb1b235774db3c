import { MoorlineError } from "../../model/errors.ts";
import { nameOf } from "../../model/document.ts";
import { Sensitive } from "../../model/sensitive.ts";
import { authorityCertificate } from "../../pki/authority.ts";
import { issueCrl, readCrl } from "../../pki/crl.ts";
import { message } from "../../text/message.ts";
import type { CertificateContext, CertificateStep } from "./action.ts";
import type { CertificateDocument, Gathered } from "./gathered.ts";
import { requireAuthority } from "./issuers/own-authority.ts";
import type { ObservedCertificate } from "./observed.ts";
import { sameSet } from "./plan-issue.ts";
import { entries } from "./store.ts";

/** The list as it is. Nothing where there is none, or no CA that it could be held against. */
export function observeList({ crl, authority }: Gathered): ObservedCertificate["crl"] {
  if (authority === undefined || crl === undefined) return undefined;
  const list = readCrl(crl);
  return {
    thisUpdate: list.thisUpdate.toISOString(),
    nextUpdate: (list.nextUpdate ?? list.thisUpdate).toISOString(),
    number: String(list.number ?? 0n),
    serials: list.revoked.map((r) => r.serialNumber).sort(),
    signed: list.isSignedBy(authorityCertificate(authority)),
  };
}

/** Pure: a list is issued when it is missing, does not say what it should, or is due. */
export function planList(
  { spec }: CertificateDocument,
  { crl, store }: ObservedCertificate,
  now: Date,
  after: readonly string[],
): readonly CertificateStep[] {
  if (spec.crl === undefined) return [];
  const wanted = spec.crl.revoked.map((r) => serialOf(r.serialNumber));
  const begin = crl === undefined ? 0 : Date.parse(crl.thisUpdate);
  const renewAt = crl === undefined ? 0 : begin + (Date.parse(crl.nextUpdate) - begin) * spec.renewAfter;
  const fits = crl !== undefined && crl.signed && sameSet(crl.serials.map(serialOf), wanted);
  if (fits && now.getTime() < renewAt) return [];
  const reason = fits ? "harborCertificate.becauseListDue" : "harborCertificate.becauseListDiffers";
  return [
    {
      id: "crl",
      change: crl === undefined ? "create" : "update",
      title: message("harborCertificate.issueList", { count: wanted.length }),
      target: store,
      reason: message(reason),
      after,
      action: { type: "issue-crl" },
    },
  ];
}

/** The same number in one spelling. */
export const serialOf = (text: string): string =>
  text
    .replaceAll(":", "")
    .toLowerCase()
    .replace(/^0+(?=.)/, "");

/** Issues the next list. @throws CERTIFICATE_STORE_CHANGED */
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
  const before = gathered.crl === undefined ? 0n : (readCrl(gathered.crl).number ?? 0n);
  const pem = await issueCrl(authority, {
    number: before + 1n,
    revoked: crl.revoked.map((r) => ({
      serialNumber: serialOf(r.serialNumber),
      date: new Date(r.at),
      reason: "unspecified",
    })),
    now,
    nextUpdate: new Date(now.getTime() + crl.validityDays * 86_400_000),
  });
  await store.write(entries.crl, new Sensitive(pem));
}
