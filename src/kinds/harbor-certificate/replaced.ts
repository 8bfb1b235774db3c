import { hash } from "node:crypto";
import { z } from "zod";
import { Sensitive } from "../../model/sensitive.ts";
import { authorityCertificate } from "../../pki/authority.ts";
import { isSignedBy, readCertificates, type Certificate } from "../../pki/certificate.ts";
import { serialOf } from "../../pki/revocation-record.ts";
import type { Gathered } from "./gathered.ts";
import { entries, type Store } from "./store.ts";

/** A certificate whose successor took its place; whoever still holds it is let in until it ends or is revoked. */
const replaced = z.strictObject({
  serialNumber: z.string(),
  notAfter: z.iso.datetime(),
  /** Digest of the key of the CA that issued it, see {@link keyDigest}. */
  authority: z.string(),
});
const record = z.strictObject({ replaced: z.array(replaced).max(1000) });

export type ReplacedCertificate = z.infer<typeof replaced>;

/** Tells CAs apart by their keys: a list is of a key, whatever certificate it has. */
export const keyDigest = ({ publicKey }: Pick<Certificate, "publicKey">): string =>
  hash("sha256", publicKey.export({ type: "spki", format: "der" }), "hex");

/** The key of the CA that issued a certificate, among those that are trusted here; see {@link keyDigest}. */
export function issuerKeyOf(
  leaf: Certificate,
  { trust = "", authority }: Pick<Gathered, "trust" | "authority">,
): string | undefined {
  const authorities = [
    ...(authority === undefined ? [] : [authorityCertificate(authority)]),
    ...(trust === "" ? [] : readCertificates(trust)),
  ];
  const issuer = authorities.find((ca) => isSignedBy(leaf, ca));
  return issuer && keyDigest(issuer);
}

/** @returns nothing for a record that is damaged: what it held stays valid until it ends, and can be revoked by file */
export async function readReplaced(
  store: Store,
  document: string,
  of: string,
): Promise<readonly ReplacedCertificate[]> {
  const text = await store.read(entries.replaced(document, of));
  if (text === undefined) return [];
  try {
    return record.safeParse(JSON.parse(text.reveal())).data?.replaced ?? [];
  } catch {
    return []; // not JSON
  }
}

/** Remembers a certificate that is about to be replaced. Each pair has a record of its own, so that no two steps write one. */
export async function rememberReplaced(
  gathered: Gathered,
  document: string,
  of: string,
  now: Date,
): Promise<void> {
  const { store, pairs } = gathered;
  const pair = pairs.get(of);
  if (store === undefined || pair === undefined) return;
  const [leaf] = readCertificates(pair.certificate);
  const authority = leaf && issuerKeyOf(leaf, gathered);
  if (leaf === undefined || authority === undefined) return;
  const serialNumber = serialOf(leaf.serialNumber);
  const known = await readReplaced(store, document, of);
  if (known.some((each) => each.serialNumber === serialNumber)) return;
  const lasting = known.filter((each) => Date.parse(each.notAfter) > now.getTime());
  const one = { serialNumber, notAfter: leaf.notAfter.toISOString(), authority };
  const next = { replaced: [...lasting, one].slice(-1000) };
  await store.write(entries.replaced(document, of), new Sensitive(`${JSON.stringify(next)}\n`));
}
