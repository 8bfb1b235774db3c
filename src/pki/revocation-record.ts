import { z } from "zod";
import { MoorlineError } from "../model/errors.ts";
import { revocationReasons, type Revocation, type RevocationList, type RevocationReason } from "./crl.ts";

/** Names of a CA's own record of revocations and of the highest number that a list of it has had. */
export const revocationEntries = { record: "revoked.json", number: "ca.crl.number" } as const;

const entry = z.strictObject({
  /** As `serialOf` spells it. */
  serialNumber: z.string().regex(/^[0-9a-f]{1,40}$/),
  at: z.iso.datetime(),
  reason: z.enum(revocationReasons as readonly [RevocationReason, ...RevocationReason[]]),
  /** When the certificate ends, where it was at hand. */
  notAfter: z.iso.datetime().optional(),
  /** The document's client, `server`, or the file it was read from. */
  of: z.string().optional(),
  /** Digest of the key of the CA that issued it; absent is the CA that the record stands beside. */
  authority: z.string().optional(),
  /** It takes effect only once its successor is in use everywhere. */
  waits: z.boolean().optional(),
});

const record = z.strictObject({ revoked: z.array(entry).max(100_000) });

export type RecordedRevocation = z.infer<typeof entry>;

/** What a CA has revoked. @throws MoorlineError PKI_REVOCATIONS_UNREADABLE: what is damaged must not un-revoke anything */
export function readRevocations(text: string | undefined, subject: string): readonly RecordedRevocation[] {
  if (text === undefined) return [];
  try {
    return record.parse(JSON.parse(text)).revoked;
  } catch (thrown) {
    throw new MoorlineError("PKI_REVOCATIONS_UNREADABLE", { subject, cause: thrown });
  }
}

export const revocationsText = (revoked: readonly RecordedRevocation[]): string =>
  `${JSON.stringify({ revoked }, null, 2)}\n`;

/** The same number in one spelling. */
export const serialOf = (text: string): string =>
  text
    .replaceAll(":", "")
    .toLowerCase()
    .replace(/^0+(?=.)/, "");

/**
 * Adds a revocation; one of the same certificate that is there already stays, since the date and reason of a revocation
 * do not change. Only that it no longer waits is taken over.
 */
export function withRevocation(
  before: readonly RecordedRevocation[],
  added: RecordedRevocation,
): readonly RecordedRevocation[] {
  const there = before.find((r) => r.serialNumber === added.serialNumber);
  if (there === undefined) return [...before, added];
  return there.waits === true && added.waits !== true
    ? before.map((r) => (r === there ? { ...r, waits: false } : r))
    : before;
}

/** What of a record one CA has to list. @param key digest of that CA's key, as the record spells it */
export const revokedBy = (
  recorded: readonly RecordedRevocation[],
  key: string,
): readonly RecordedRevocation[] =>
  recorded.filter(({ authority }) => authority === undefined || authority === key);

/** A certificate that had ended before the last list was issued has been on a list after its end (RFC 5280 §3.3). */
export const mayLeave = (
  { notAfter }: { readonly notAfter?: string | undefined },
  lastList: Date | undefined,
): boolean => notAfter !== undefined && lastList !== undefined && Date.parse(notAfter) < lastList.getTime();

/**
 * What the next list says: all that the last one of this CA said, and what was revoked since; nothing is taken back but
 * what may leave.
 */
export function nextRevoked(
  last: RevocationList | undefined,
  recorded: readonly RecordedRevocation[],
  more: readonly Revocation[] = [],
): readonly Revocation[] {
  const gone = new Set(recorded.filter((r) => mayLeave(r, last?.thisUpdate)).map((r) => r.serialNumber));
  const effective = recorded
    .filter((r) => r.waits !== true)
    .map(({ serialNumber, at, reason }): Revocation => ({ serialNumber, date: new Date(at), reason }));
  const all = new Map<string, Revocation>();
  for (const revocation of [...(last?.revoked ?? []), ...effective, ...more]) {
    const serialNumber = serialOf(revocation.serialNumber);
    const there = all.get(serialNumber);
    if (gone.has(serialNumber) || revocation.reason === "removeFromCRL") continue;
    if (there === undefined || there.reason === "unspecified")
      all.set(serialNumber, { ...revocation, serialNumber, date: there?.date ?? revocation.date });
  }
  return [...all.values()];
}

/** Higher than any number before, even where the list itself was lost (RFC 5280 §5.2.3). */
export function nextNumber(last: RevocationList | undefined, recorded: string | undefined): bigint {
  const known = /^\d{1,48}\s*$/.test(recorded ?? "") ? BigInt((recorded ?? "0").trim()) : 0n;
  const listed = last?.number ?? 0n;
  return (known > listed ? known : listed) + 1n;
}
