import { Sensitive } from "../../../model/sensitive.ts";
import { authorityCertificate, loadAuthority, type Authority } from "../../../pki/authority.ts";
import { issueCrl, readCrl } from "../../../pki/crl.ts";
import { crlLimits, pemBlocks } from "../../../pki/pem.ts";
import { nextNumber, nextRevoked, revokedBy, serialOf } from "../../../pki/revocation-record.ts";
import { day, type CertificateContext } from "../action.ts";
import { readPassphrase } from "../passphrase.ts";
import { keyDigest } from "../replaced.ts";
import { readRecord } from "../revoke.ts";
import { entries, type Store } from "../store.ts";

/** Days that the first list of a CA lasts that does not issue yet: nobody renews it before that CA takes over. */
const firstListDays = 366;

const isList = ({ label }: { readonly label: string }): boolean => /^(X509 )?CRL$/.test(label);

const listsIn = (text: Sensitive | undefined): readonly string[] =>
  text === undefined
    ? []
    : pemBlocks(text.reveal(), "the CRL", crlLimits)
        .filter(isList)
        .map((b) => b.text);

/** Without the lists that stand beside a CA's key and certificate. */
export const withoutLists = (text: Sensitive): Sensitive =>
  new Sensitive(
    pemBlocks(text.reveal(), "the CA", crlLimits)
      .filter((b) => !isList(b))
      .map((b) => b.text)
      .join(""),
  );

/**
 * The lists of the CAs around the current one: its successor, its predecessor, its root. nginx refuses a client whose
 * CA has no list among those that it was given (facts/harbor.md §3.3).
 */
export async function readOtherLists(store: Store): Promise<string> {
  const around = [entries.next, entries.previousList, entries.rootList];
  const texts = await Promise.all(around.map((entry) => store.read(entry)));
  return [...new Set(texts.flatMap(listsIn))].join("");
}

/** What the current CA's list has to be joined with, so that each CA that is trusted has one. */
export function joinLists(current: string, others: string): string {
  return others === "" ? current : `${current.trimEnd()}\n${others}`;
}

/** The list of a CA that has issued nothing yet; `""` where the document keeps no list. */
export async function firstList(
  authority: Authority,
  { document, world }: CertificateContext,
): Promise<string> {
  if (document.spec.crl === undefined) return "";
  const now = world.clock.now();
  const until = Math.min(
    now.getTime() + firstListDays * day,
    authorityCertificate(authority).notAfter.getTime(),
  );
  return issueCrl(authority, { number: 0n, revoked: [], now, nextUpdate: new Date(until) });
}

/** The CA that was succeeded, while its key is still there. @throws PASSPHRASE_*, PKI_* */
async function loadPrevious(
  store: Store,
  { document, world }: Pick<CertificateContext, "document" | "world">,
): Promise<Authority | undefined> {
  const kept = await store.read(entries.previous);
  if (kept === undefined || !kept.reveal().includes("PRIVATE KEY")) return undefined;
  const passphrase = document.spec.issuer.ownAuthority?.passphrase;
  return loadAuthority(
    kept.reveal(),
    kept,
    passphrase && (await readPassphrase(passphrase, document, world)),
  );
}

/** Issues the previous CA's list anew where something of it was revoked since. */
export async function renewPreviousList(store: Store, context: CertificateContext): Promise<void> {
  const previous = await loadPrevious(store, context);
  if (previous === undefined) return;
  const own = authorityCertificate(previous);
  const now = context.world.clock.now();
  const text = await store.read(entries.previousList);
  const last = text === undefined ? undefined : readCrl(text.reveal());
  const known = last?.isSignedBy(own) === true ? last : undefined;
  const revoked = nextRevoked(known, revokedBy(await readRecord(store), keyDigest(own)));
  const listed = new Set(known?.revoked.map((r) => serialOf(r.serialNumber)));
  if (own.notAfter <= now || revoked.every((r) => listed.has(r.serialNumber))) return;
  const number = nextNumber(known, (await store.read(entries.listNumber))?.reveal());
  const pem = await issueCrl(previous, { number, revoked, now, nextUpdate: own.notAfter });
  await store.write(entries.previousList, new Sensitive(pem));
}

/**
 * The list of a CA that gives way: it lasts as long as that CA's own certificate, since one that ended while
 * certificates of it are in use would have nginx refuse all of them.
 */
export async function lastList(store: Store, context: CertificateContext): Promise<Sensitive | undefined> {
  const { document, world } = context;
  const { authority, crl } = await context.gather();
  if (authority === undefined || document.spec.crl === undefined) return store.read(entries.crl);
  const own = authorityCertificate(authority);
  const now = world.clock.now();
  const known = crl === undefined ? undefined : readCrl(crl);
  const last = known?.isSignedBy(own) === true ? known : undefined;
  if (own.notAfter <= now) return store.read(entries.crl);
  const number = nextNumber(last, (await store.read(entries.listNumber))?.reveal());
  const asked = document.spec.crl.revoked.map(({ serialNumber, at, reason }) => ({
    serialNumber,
    date: new Date(at),
    reason,
  }));
  const revoked = nextRevoked(last, revokedBy(await readRecord(store), keyDigest(own)), asked);
  const pem = await issueCrl(authority, { number, revoked, now, nextUpdate: own.notAfter });
  await store.write(entries.listNumber, new Sensitive(`${number}\n`));
  return new Sensitive(pem);
}
