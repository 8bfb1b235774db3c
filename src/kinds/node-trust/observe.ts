import type { World } from "../world.ts";
import { digestOf } from "../harbor-certificate/pair.ts";
import { gather, type NodeDocument } from "./gather.ts";
import type { Runtime, WantedFile } from "./runtime.ts";
import type { RuntimeName } from "./schema.ts";

/** One runtime as it is: which of its files are still to be written. */
export interface ObservedRuntime {
  readonly name: RuntimeName;
  readonly folder: string;
  readonly missing: readonly string[];
  readonly differing: readonly string[];
  readonly formerAuthorities: number;
  readonly obsolete: readonly string[];
  readonly conflicts: readonly string[];
  readonly criDisabledBy?: string;
  /** The file in which config_path is still to be set. */
  readonly config?: string;
}

export interface ObservedNode {
  readonly node: string;
  readonly url: string;
  /** Digest of what is to be trusted. */
  readonly trust: string;
  readonly runtimes: readonly ObservedRuntime[];
  readonly restartPending: boolean;
  /** Files that Moorline wrote and that are still there. */
  readonly ours: readonly string[];
}

/** Reads the node's files. @throws NODE_NO_RUNTIME, NODE_FILE_UNREADABLE, and what resolving trust throws */
export async function observe(
  document: NodeDocument,
  world: World,
  signal: AbortSignal,
): Promise<ObservedNode> {
  const { url, ca, client, record, runtimes } = await gather(document, world, signal);
  const ours: string[] = [];
  for (const path of Object.keys(record.files))
    if ((await world.host.stat(path)) !== undefined) ours.push(path);
  return {
    node: world.host.name,
    url,
    trust: digestOf(ca ?? "", client?.certificate ?? ""),
    runtimes: await Promise.all(runtimes.map((runtime) => observeRuntime(runtime, world))),
    restartPending: record.restartPending,
    ours,
  };
}

async function observeRuntime(runtime: Runtime, world: World): Promise<ObservedRuntime> {
  const states = await Promise.all(runtime.files.map((file) => stateOf(file, world)));
  const pathsIn = (state: FileState): string[] =>
    runtime.files.filter((_, i) => states[i] === state).map((f) => f.path);
  const { name, folder, formerAuthorities, obsolete, conflicts, criDisabledBy, config } = runtime;
  const missing = pathsIn("absent");
  const differing = pathsIn("differs");
  const former = {
    formerAuthorities,
    obsolete,
    conflicts,
    ...(criDisabledBy !== undefined && { criDisabledBy }),
    ...(config !== undefined && { config: config.path }),
  };
  return { name, folder, missing, differing, ...former };
}

type FileState = "same" | "absent" | "differs";

/** Whether a file is as it must be; of the mode only that a key is not open to others. */
export async function stateOf({ path, text, mode }: WantedFile, world: World): Promise<FileState> {
  const found = await world.host.readFile(path);
  if (found === undefined) return "absent";
  const isOpen = mode === 0o600 && (found.mode & 0o077) !== 0;
  return found.bytes.toString("utf8") === text && !isOpen ? "same" : "differs";
}
