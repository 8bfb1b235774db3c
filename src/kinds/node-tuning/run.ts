import { dirname, join } from "node:path/posix";
import { runOrFail } from "../../clients/host/commands.ts";
import type { RunContext } from "../../engine/kind.ts";
import { isError, MoorlineError } from "../../model/errors.ts";
import type { World } from "../world.ts";
import { obstacles } from "./checks.ts";
import { withSettings, type Change } from "./configuration.ts";
import { askEffective } from "./effective.ts";
import { gather, type Gathered, type TuningDocument } from "./gather.ts";
import { whyUnhealthy } from "./health.ts";
import { observe } from "./observe.ts";
import type { TuningAction } from "./plan.ts";
import { removeRecord, writeRecord, type TuningRecord } from "./record.ts";
import type { NodeTuningSpec } from "./schema.ts";
import { defaultEviction, saysTheSame, valueAt, wantedSettings, type Setting } from "./settings.ts";

type Context = RunContext<NodeTuningSpec, World>;

/** With `patience`, twice of it all stays below the five minutes of a step: what is begun is also undone. */
const restartMs = 40_000;
const pollMs = 1000;

/** Carries out one step; each begins with a look at what is there now. */
export async function run(action: TuningAction, context: Context): Promise<void> {
  const { document, world, signal } = context;
  const gathered = await gather(document, world, signal);
  switch (action.type) {
    case "write": {
      const found = obstacles(await observe(document, world, signal), document.spec);
      if (found.length > 0) throw new MoorlineError("PLAN_STALE", { subject: world.host.name });
      const { former } = gathered.record;
      return writeSettings(gathered.settings, { ...formerOf(gathered), ...former }, gathered, context);
    }
    case "restart":
      return restart(gathered, context);
    case "put-back":
      return writeSettings(formerChanges(gathered), gathered.record.former, gathered, context);
    case "forget":
      await removeRecord(world.host, document.spec.paths.state, document.metadata.name);
      return world.host.remove(backupPath(gathered, document));
  }
}

const save = (record: TuningRecord, { document, world }: Context): Promise<void> =>
  writeRecord(world.host, document.spec.paths.state, document.metadata.name, record);

const backupPath = ({ kubelet }: Gathered, { spec, metadata }: TuningDocument): string =>
  join(spec.paths.state, "backup", metadata.name, kubelet.configuration.slice(1).replaceAll("/", "+"));

/** What each setting that differs says now. */
function formerOf({ settings, values }: Gathered): TuningRecord["former"] {
  return Object.fromEntries(
    settings
      .filter(({ path, value }) => !saysTheSame(value, valueAt(values, path)))
      .map(({ name, path: [field, key] }) => {
        const found = valueAt(values, key === undefined ? [field] : [field, key]);
        if (typeof found === "boolean" || typeof found === "number" || typeof found === "string")
          return [name, found];
        // Where no signal is named the defaults count, and stay named once they have been.
        const usual = key !== undefined && values[field] === undefined ? defaultEviction[key] : undefined;
        return [name, usual ?? null];
      }),
  );
}

const formerChanges = ({ record }: Gathered): readonly Change[] =>
  Object.entries(record.former).map(([name, value]) => ({
    name,
    path: pathOf(name),
    value: value ?? undefined,
  }));

function pathOf(name: string): Setting["path"] {
  const [field = "", ...rest] = name.split(".");
  return rest.length === 0 ? [field] : [field, rest.join(".")];
}

async function writeSettings(
  changes: readonly Change[],
  former: TuningRecord["former"],
  gathered: Gathered,
  context: Context,
): Promise<void> {
  const { host } = context.world;
  const { kubelet, record } = gathered;
  const path = kubelet.configuration;
  const text = withSettings(gathered.text, changes, path);
  if (text === gathered.text) return;
  const found = await host.stat(path);
  const attributes = found ?? { mode: 0o644 };
  // The copy is of the last file that a kubelet ran with: one that never did is not worth keeping.
  const backup = backupPath(gathered, context.document);
  if (!record.restartPending || (await host.stat(backup)) === undefined) {
    await host.makeDirectory(dirname(backup), 0o700);
    await host.writeFile(backup, gathered.text, attributes);
  }
  // Before the file: a run that is cut off in between restarts once too often rather than never.
  await save({ version: 1, restartPending: true, backup, former }, context);
  await host.writeFile(path, text, { ...attributes, keepOwner: true });
}

async function restart(gathered: Gathered, context: Context): Promise<void> {
  const { record, wanted, kubelet, text } = gathered;
  const { host } = context.world;
  const { refused, ...rest } = record;
  // A kubelet that does not come up no longer tells which file it reads.
  const pinned = pinnedTo(kubelet.configuration, context);
  const why = await whyNotBack(pinned);
  if (why === undefined) {
    // With the old file back, the settings stay refused.
    const kept = refused === wanted ? { refused } : {};
    return save({ ...rest, ...kept, restartPending: false }, context);
  }
  const old = record.backup === undefined ? undefined : await host.readFile(record.backup);
  if (old === undefined || old.bytes.toString("utf8") === text) throw notBack(why, context);
  await save({ ...record, refused: wanted, restartPending: true }, context);
  await host.writeFile(kubelet.configuration, old.bytes, old);
  const still = await whyNotBack(pinned);
  if (still !== undefined) throw notBack(still, context);
  await save({ ...record, refused: wanted, restartPending: false }, context);
  throw new MoorlineError("NODE_KUBELET_PUT_BACK", { subject: host.name, parameters: { reason: why } });
}

function pinnedTo(kubeletConfig: string, context: Context): Context {
  const { spec } = context.document;
  const pinned = { ...spec, paths: { ...spec.paths, kubeletConfig } };
  return { ...context, document: { ...context.document, spec: pinned } };
}

const notBack = (reason: string, { world }: Context): MoorlineError =>
  new MoorlineError("NODE_KUBELET_NOT_BACK", { subject: world.host.name, parameters: { reason } });

/** Restarts the kubelet and waits. @returns why it is not back with what its file says; undefined where it is */
async function whyNotBack({ document, world, signal }: Context): Promise<string | undefined> {
  const { command, patience } = document.spec.restart;
  const [program = "systemctl", ...rest] = command;
  try {
    await runOrFail(world.host, [program, ...rest], { timeoutMs: restartMs, signal });
  } catch (thrown) {
    // A folder that stands for a machine has no kubelet that runs.
    if (isError(thrown, "HOST_COMMANDS_UNAVAILABLE")) return undefined;
    if (isError(thrown, "HOST_COMMAND_FAILED", "HOST_COMMAND_TIMEOUT")) return thrown.message;
    throw thrown;
  }
  let why: string | undefined;
  const end = world.clock.now().getTime() + patience * 1000;
  for (let asked = 0; asked < patience && world.clock.now().getTime() < end; asked++) {
    why = await whyNotInEffect(document, world, signal);
    if (why === undefined) return undefined;
    await world.clock.sleep(pollMs, signal);
  }
  return why;
}

/** Why the kubelet does not run as its file says: not healthy, not Ready, or with other settings. */
async function whyNotInEffect(
  document: TuningDocument,
  world: World,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { kubelet, values, settings } = await gather(document, world, signal);
  const ill = await whyUnhealthy(values, world.host, signal);
  if (ill !== undefined) return ill;
  const effective = await askEffective(kubelet, world, signal);
  if (effective.type === "no-cluster") return undefined;
  if (effective.type === "failed") return effective.reason;
  if (effective.ready === false) return "the node is not Ready";
  if (effective.type === "unknown") return undefined;
  const names = new Set(settings.map((s) => s.name));
  const differs = wantedSettings(document.spec).find(({ name, path }) => {
    const written = valueAt(values, path);
    const isPlain =
      typeof written === "boolean" || typeof written === "number" || typeof written === "string";
    return names.has(name) && isPlain && !saysTheSame(written, valueAt(effective.values, path));
  });
  return differs && `${differs.name} is ${String(valueAt(effective.values, differs.path))}`;
}
