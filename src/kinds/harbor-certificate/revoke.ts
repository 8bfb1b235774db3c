import { Sensitive } from "../../model/sensitive.ts";
import {
  readRevocations,
  revocationsText,
  withRevocation,
  type RecordedRevocation,
} from "../../pki/revocation-record.ts";
import { entries, type Store } from "./store.ts";

/** What was revoked by command. @throws PKI_REVOCATIONS_UNREADABLE */
export async function readRecord(store: Store): Promise<readonly RecordedRevocation[]> {
  return readRevocations((await store.read(entries.revoked))?.reveal(), `${store.name}/${entries.revoked}`);
}

/** Records a revocation; the next list says it. Safe to repeat. @returns whether anything changed */
export async function recordRevocation(store: Store, revocation: RecordedRevocation): Promise<boolean> {
  const before = await readRecord(store);
  const next = withRevocation(before, revocation);
  if (next === before) return false;
  await store.write(entries.revoked, new Sensitive(revocationsText(next)));
  return true;
}

/**
 * Lets revocations take effect that waited for the successor to be in use.
 * @param of a client, or `server`
 * @returns serial numbers that the next list takes up
 */
export async function releaseRevocations(store: Store, of: string): Promise<readonly string[]> {
  const before = await readRecord(store);
  const waiting = before.filter((r) => r.waits === true && r.of === of);
  if (waiting.length === 0) return [];
  const next = before.map((r) => (waiting.includes(r) ? { ...r, waits: false } : r));
  await store.write(entries.revoked, new Sensitive(revocationsText(next)));
  return waiting.map((r) => r.serialNumber);
}
