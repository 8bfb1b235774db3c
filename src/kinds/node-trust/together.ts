import type { Host, WriteAttributes } from "../../clients/host/host.ts";

/** A file to write, or to remove where it has no text. */
export interface FileChange {
  readonly path: string;
  readonly text?: string;
  readonly attributes?: WriteAttributes;
}

/**
 * Changes files that only work together: a failure half way puts back what was there, because docker and CRI-O refuse
 * to pull at all with a key and no certificate, or with those of two pairs (facts of their source: every `*.cert` needs
 * its `*.key` and the other way round). A machine that dies in between is mended by the next run.
 * @throws HOST_* of the change that failed, when the others are undone
 */
export async function changeTogether(host: Host, changes: readonly FileChange[]): Promise<void> {
  const undo: (() => Promise<void>)[] = [];
  try {
    for (const { path, text, attributes } of changes) {
      const before = await host.readFile(path);
      if (text !== undefined)
        await host.writeFile(path, text, { mode: 0o600, keepOwner: true, ...attributes });
      else if (before !== undefined) await host.remove(path);
      undo.push(() =>
        before === undefined ? host.remove(path) : host.writeFile(path, before.bytes, before),
      );
    }
  } catch (thrown) {
    // What can not be put back either must not hide why: the next run does it.
    for (const each of undo.reverse()) await each().catch(() => undefined);
    throw thrown;
  }
}
