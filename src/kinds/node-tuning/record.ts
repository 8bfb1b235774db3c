import { join } from "node:path/posix";
import { z } from "zod";
import type { Host } from "../../clients/host/host.ts";
import { MoorlineError } from "../../model/errors.ts";

const value = z.union([z.boolean(), z.number(), z.string()]);

/** What Moorline did to one kubelet for one document; written before the file that it speaks of. */
const record = z.object({
  version: z.literal(1),
  /** The file was changed and the kubelet has not been restarted since. */
  restartPending: z.boolean(),
  /** Where the file is kept as it was before the last change. */
  backup: z.string().optional(),
  /** Digest of the settings with which the kubelet did not come back: they are not tried again. */
  refused: z.string().optional(),
  /** By name: what stood there before Moorline, null where nothing did. */
  former: z.record(z.string(), value.nullable()),
});

export type TuningRecord = z.infer<typeof record>;

const empty: TuningRecord = { version: 1, restartPending: false, former: {} };

const pathOf = (state: string, document: string): string => join(state, `${document}.json`);

/** @throws NODE_FILE_UNREADABLE where it is damaged */
export async function readRecord(host: Host, state: string, document: string): Promise<TuningRecord> {
  const path = pathOf(state, document);
  const file = await host.readFile(path);
  if (file === undefined) return empty;
  try {
    return record.parse(JSON.parse(file.bytes.toString("utf8")));
  } catch (thrown) {
    const reason = { en: "it is not a record of Moorline's", zh: "不是 Moorline 的记录文件" };
    throw new MoorlineError("NODE_FILE_UNREADABLE", { subject: path, parameters: { reason }, cause: thrown });
  }
}

export async function writeRecord(
  host: Host,
  state: string,
  document: string,
  content: TuningRecord,
): Promise<void> {
  await host.makeDirectory(state, 0o700);
  await host.writeFile(pathOf(state, document), `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
}

export async function removeRecord(host: Host, state: string, document: string): Promise<void> {
  await host.remove(pathOf(state, document));
}
