import { finding, type Finding } from "../../../model/finding.ts";
import { Sensitive } from "../../../model/sensitive.ts";
import { certificatePem, readCertificates, type Certificate } from "../../../pki/certificate.ts";
import { readCrl } from "../../../pki/crl.ts";
import { serialOf } from "../../../pki/revocation-record.ts";
import { verifyChain } from "../../../pki/verify.ts";
import { message, type Message } from "../../../text/message.ts";
import type { World } from "../../world.ts";
import { day, type CertificateAction, type CertificateContext, type CertificateStep } from "../action.ts";
import { switchUntil } from "../switch-until.ts";
import type { CertificateDocument, Gathered } from "../gathered.ts";
import type { ObservedCertificate, ObservedRollover } from "../observed.ts";
import { digestOf } from "../pair.ts";
import { issueStep } from "../plan-issue.ts";
import { readRolloverRequest } from "../rotation-request.ts";
import type { OwnAuthority } from "../schema-issuer.ts";
import { keyDigest } from "../replaced.ts";
import { entries, openStore, pairOfEntry, type Store } from "../store.ts";
import { readPairs } from "../store-pairs.ts";
import type { Issuer, Preparation } from "./issuer.ts";
import { makeAuthority } from "./make-authority.ts";
import { firstList, joinLists, lastList, readOtherLists, withoutLists } from "./rollover-lists.ts";

/** Id of the step after which the next CA issues. */
export const switchStepId = "authority/switch";

/**
 * The same issuer, whose CA can be succeeded by another without a moment in which somebody trusts too little:
 * 1. the next CA is made, and both are trusted; 2. once that is proved everywhere (`switchTo`), it takes over and every
 * certificate is issued anew; 3. once nothing of the previous CA is in use (`retire`), the trust in it ends.
 * The second and third stage need a permission, because no document alone knows what other machines trust.
 */
export function withRollover(own: OwnAuthority, issuer: Issuer): Issuer {
  const open = (document: CertificateDocument, world: World, signal: AbortSignal): Promise<Store> =>
    openStore(own, document.source.directory, world, signal);
  return {
    ...issuer,
    gather: async (document, world, signal) =>
      withBoth(await open(document, world, signal), await issuer.gather(document, world, signal)),
    trust: async (document, world, signal) => {
      const trust = await issuer.trust(document, world, signal);
      return trust && bundle(trust, await readOthers(await open(document, world, signal)));
    },
    observe: async (document, world, signal) => {
      const rollover = await observe(await open(document, world, signal), document);
      return rollover === undefined ? {} : { rollover };
    },
    findings,
    prepare: (document, observed, now) =>
      prepare(issuer.prepare?.(document, observed, now) ?? nothing, own, document, observed, now),
    runPreparation: async (action, context) => {
      const store = await open(context.document, context.world, context.signal);
      if (!(await run(action, own, store, context))) await issuer.runPreparation?.(action, context);
    },
    planIssue: (document, observed, of, _now, after) => {
      const reason = reasonToReissue(observed, of, after);
      return reason && [issueStep(document, observed, of, reason, after)];
    },
  };
}

const nothing: Preparation = { steps: [], isStuck: false };

interface Others {
  readonly next?: string;
  readonly previous?: string;
}

const readOthers = async (store: Store): Promise<Others> => {
  const next = await store.read(entries.next);
  const previous = (await store.read(entries.previous)) ?? (await store.read(entries.previousCertificate));
  return {
    // Their keys stand in the same entries: only certificates leave here.
    ...(next !== undefined && { next: certificatesOf(next) }),
    ...(previous !== undefined && { previous: certificatesOf(previous) }),
  };
};

const certificatesOf = (text: Sensitive): string =>
  readCertificates(text.reveal()).map(certificatePem).join("");

/** Each certificate once: current, next, previous. */
function bundle(current: string, { next = "", previous = "" }: Others): string {
  const all = readCertificates(current + next + previous);
  const seen = new Set<string>();
  const isNew = ({ der }: Certificate): boolean => seen.size < seen.add(digestOf(der)).size;
  return all.filter(isNew).map(certificatePem).join("");
}

async function withBoth(store: Store, gathered: Gathered): Promise<Gathered> {
  if (gathered.trust === undefined) return gathered;
  const trust = bundle(gathered.trust, await readOthers(store));
  if (gathered.crl === undefined) return { ...gathered, trust };
  return { ...gathered, trust, crl: joinLists(gathered.crl, await readOtherLists(store)) };
}

const digestOfPem = (pem: string): string =>
  digestOf(
    ...readCertificates(pem)
      .slice(0, 1)
      .map((c) => c.der),
  );

async function observe(store: Store, document: CertificateDocument): Promise<ObservedRollover | undefined> {
  const kept = (await store.read(entries.authority)) ?? (await store.read(entries.certificate));
  if (kept === undefined) return undefined;
  const others = await readOthers(store);
  const request = await readRolloverRequest(store);
  const current = certificatesOf(kept);
  const isAsked = request.replace === digestOfPem(current);
  if (others.next === undefined && others.previous === undefined && !isAsked) return undefined;
  const pairs = await readPairs(store, document);
  const stale = [...pairs].filter(([of, pair]) => !isOf(current, pair.certificate, of)).map(([of]) => of);
  return {
    ...(others.next !== undefined && { next: digestOfPem(others.next) }),
    ...(others.previous !== undefined && { previous: digestOfPem(others.previous) }),
    ...(others.next !== undefined && { nextAuthority: lifeOf(others.next) }),
    ...(others.previous !== undefined && { previousAuthority: lifeOf(others.previous) }),
    current: digestOfPem(current),
    request,
    ...(await observePreviousList(store)),
    others: await staleOthers(store, document, current),
    stale: stale.sort(),
  };
}

async function observePreviousList(store: Store): Promise<Pick<ObservedRollover, "previousList">> {
  const kept = await store.read(entries.previous);
  if (kept === undefined || !kept.reveal().includes("PRIVATE KEY")) return {};
  const [own] = readCertificates(kept.reveal());
  const text = await store.read(entries.previousList);
  const list = text === undefined ? undefined : readCrl(text.reveal());
  if (own === undefined) return {};
  const serials = list?.isSignedBy(own) === true ? list.revoked.map((r) => serialOf(r.serialNumber)) : [];
  return { previousList: { key: keyDigest(own), serials: serials.sort() } };
}

/** What other documents have in the same store and the current CA did not issue: the store is the record of it. */
async function staleOthers(
  store: Store,
  { metadata }: CertificateDocument,
  current: string,
): Promise<NonNullable<ObservedRollover["others"]>> {
  const found: NonNullable<ObservedRollover["others"]>[number][] = [];
  for (const entry of await store.list()) {
    const pair = pairOfEntry(entry);
    if (pair === undefined || pair.document === metadata.name) continue;
    const text = (await store.read(entry))?.reveal() ?? "";
    const [leaf] = text.includes("BEGIN CERTIFICATE") ? readCertificates(text, entry) : [];
    if (leaf === undefined || isOf(current, certificatesOf(new Sensitive(text)), pair.of)) continue;
    found.push({ ...pair, notAfter: leaf.notAfter.toISOString() });
  }
  return found;
}

function lifeOf(pem: string): NonNullable<ObservedRollover["nextAuthority"]> {
  const [own] = readCertificates(pem) as [Certificate];
  return {
    name: own.subject.text,
    notBefore: own.notBefore.toISOString(),
    notAfter: own.notAfter.toISOString(),
  };
}

/** Whether a chain ends at this CA alone, whatever the time. */
function isOf(authority: string, chainPem: string, of: string): boolean {
  const begins = readCertificates(chainPem + authority).map((c) => c.notBefore.getTime());
  const now = new Date(Math.max(...begins) + 1000);
  const purpose = of === "server" ? "server" : "client";
  return verifyChain({ chainPem, trustedPem: authority, purpose, now }).ok;
}

/** Documents that share the CA and still use what its predecessor issued, other than those that are carried out here. Pure. */
export const othersInUse = ({ others = [] }: ObservedRollover, now: Date): readonly string[] => [
  ...new Set(others.filter((o) => Date.parse(o.notAfter) > now.getTime()).map((o) => o.document)),
];

const mayRetire = (rollover: ObservedRollover, now: Date): boolean => {
  const { previous, request, stale } = rollover;
  return (
    previous !== undefined &&
    request.retire === previous &&
    stale.length === 0 &&
    othersInUse(rollover, now).length === 0
  );
};

/** A CA is succeeded on request, and by itself when it can no longer certify a whole life. */
function wantsSuccessor(
  { spec }: CertificateDocument,
  { authority, rollover }: ObservedCertificate,
  now: Date,
): Message | undefined {
  if (authority === undefined || rollover?.next !== undefined || rollover?.previous !== undefined)
    return undefined;
  if (rollover !== undefined && rollover.request.replace === rollover.current)
    return message("harborCertificate.becauseAsked");
  const left = Date.parse(authority.notAfter) - now.getTime();
  return left < spec.validityDays * day
    ? message("harborCertificate.becauseAuthorityEnds", { notAfter: authority.notAfter })
    : undefined;
}

function prepare(
  base: Preparation,
  own: OwnAuthority,
  document: CertificateDocument,
  observed: ObservedCertificate,
  now: Date,
): Preparation {
  const { rollover, store: target } = observed;
  const isSwitching = rollover?.next !== undefined && rollover.request.switchTo === rollover.next;
  if (base.steps.length > 0 || (base.isStuck && !isSwitching)) return base;
  const step = (
    id: string,
    change: CertificateStep["change"],
    title: Message,
    reason: Message,
    action: CertificateAction,
  ): CertificateStep => ({ id, change, title, target, reason, after: [], action });
  if (isSwitching) {
    const title = message("harborCertificate.switchAuthority");
    const because = message("harborCertificate.becauseTrusted");
    return {
      isStuck: false,
      steps: [step(switchStepId, "update", title, because, { type: "switch-authority" })],
    };
  }
  if (rollover !== undefined && mayRetire(rollover, now)) {
    const title = message("harborCertificate.retireAuthority");
    const because = message("harborCertificate.becauseUnused");
    return {
      isStuck: false,
      steps: [step("authority/retire", "delete", title, because, { type: "retire-authority" })],
    };
  }
  const because = wantsSuccessor(document, observed, now);
  if (because === undefined) return base;
  const words = { name: own.commonName, days: own.validityDays };
  const title = message("harborCertificate.createNextAuthority", words);
  return {
    isStuck: false,
    steps: [step("authority/next", "create", title, because, { type: "create-next-authority" })],
  };
}

function reasonToReissue(
  { rollover }: ObservedCertificate,
  of: string,
  after: readonly string[],
): Message | undefined {
  const isSwitched = after.includes(switchStepId);
  return isSwitched || rollover?.stale.includes(of) === true
    ? message("harborCertificate.becauseRollover")
    : undefined;
}

function findings(
  { spec }: CertificateDocument,
  { authority, rollover, store }: ObservedCertificate,
  now: Date,
): readonly Finding[] {
  if (rollover === undefined) return [];
  const others = rollover.previous === undefined ? [] : othersInUse(rollover, now);
  const shared =
    others.length === 0
      ? []
      : [finding("CERTIFICATE_AUTHORITY_SHARED", store, { documents: others.join(", ") })];
  if (rollover.next !== undefined && rollover.request.switchTo !== rollover.next) {
    const until = switchUntil(
      spec,
      authority?.notAfter ?? rollover.nextAuthority?.notAfter ?? now.toISOString(),
    );
    const isLate = Date.parse(until) <= now.getTime();
    const evidence = { until: until.slice(0, 10), ends: authority?.notAfter.slice(0, 10) ?? "-" };
    return [finding("CERTIFICATE_AUTHORITY_WAITS", store, evidence, isLate ? "error" : "warning"), ...shared];
  }
  if (rollover.previous !== undefined && !mayRetire(rollover, now))
    return [finding("CERTIFICATE_AUTHORITY_BOTH_TRUSTED", store), ...shared];
  return shared;
}

/** @returns whether the action is one of a rollover */
async function run(
  action: CertificateAction,
  own: OwnAuthority,
  store: Store,
  context: CertificateContext,
): Promise<boolean> {
  if (action.type === "create-next-authority") {
    const on = context.world.clock.now().toISOString().slice(0, 10);
    // A name of its own: chains are then told apart by a person too.
    const commonName = `${own.commonName.slice(0, 53)} ${on}`;
    await makeAuthority({ ...own, commonName }, store, entries.next, context, firstList);
  } else if (action.type === "switch-authority") await takeOver(store, context);
  else if (action.type === "retire-authority") {
    await store.remove(entries.previousList);
    await store.remove(entries.previous);
    await store.remove(entries.previousCertificate);
    await store.remove(entries.rollover);
  } else return false;
  return true;
}

/**
 * Whole writes, and after each the same certificates are trusted: the previous one is kept, the next one
 * takes its place, and what is left of it is removed. The previous CA keeps its key until nobody trusts it, because until
 * then it must be able to revoke.
 */
async function takeOver(store: Store, context: CertificateContext): Promise<void> {
  const next = await store.read(entries.next);
  if (next === undefined) return;
  const kept = (await store.read(entries.authority)) ?? (await store.read(entries.certificate));
  if (kept !== undefined && certificatesOf(kept) !== certificatesOf(next)) {
    const list = await lastList(store, context);
    if (list !== undefined) await store.write(entries.previousList, list);
    const key =
      (await store.read(entries.authority)) === undefined ? await store.read(entries.key) : undefined;
    await store.write(entries.previous, withoutLists(new Sensitive((key?.reveal() ?? "") + kept.reveal())));
  }
  await store.write(entries.authority, withoutLists(next));
  // A CA that somebody put there as two files: its key must not outlive it here.
  await store.remove(entries.key);
  await store.remove(entries.certificate);
  await store.remove(entries.next);
}

/** What of a rollover comes next. */
export type RolloverStage = "introduce" | "switch" | "retire" | "done";

/** Where a rollover stands that was asked for; `done` where none is under way. Pure. */
export function stageOf(rollover: ObservedRollover | undefined): RolloverStage {
  if (rollover === undefined) return "done";
  if (rollover.next !== undefined) return "switch";
  return rollover.previous !== undefined ? "retire" : "introduce";
}
