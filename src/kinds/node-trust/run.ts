import { dirname } from "node:path/posix";
import { runOrFail } from "../../clients/host/commands.ts";
import type { Host } from "../../clients/host/host.ts";
import type { TlsOptions } from "../../clients/http/tls-options.ts";
import type { RunContext } from "../../engine/kind.ts";
import { isError, MoorlineError } from "../../model/errors.ts";
import { certificatePem, readCertificates } from "../../pki/certificate.ts";
import { digestOf } from "../harbor-certificate/pair.ts";
import type { World } from "../world.ts";
import { gather, type Gathered } from "./gather.ts";
import { isUsable, type Runtime, type WantedFile } from "./runtime.ts";
import { saysTheSame, withoutOurs } from "./hosts-toml.ts";
import { stateOf } from "./observe.ts";
import type { NodeAction } from "./plan.ts";
import { whyNoHandshake } from "./proof.ts";
import { keepBackup, removeRecord, writeRecord, type NodeRecord } from "./record.ts";
import type { NodeTrustSpec, RuntimeName } from "./schema.ts";
import { changeTogether, type FileChange } from "./together.ts";

type Context = RunContext<NodeTrustSpec, World>;

/** How long containerd may take to come back. */
const restartMs = 90_000;

/** Carries out one step; each begins with a look at what is there now. */
export async function run(action: NodeAction, context: Context): Promise<void> {
  const gathered = await gather(context.document, context.world, context.signal);
  switch (action.type) {
    case "write":
      return write(runtimeOf(action.runtime, gathered), gathered, context);
    case "set-config-path":
      return setConfigPath(runtimeOf("containerd", gathered), gathered, context);
    case "restart":
      return restart(gathered, context);
    case "drop-former":
      return dropFormer(runtimeOf(action.runtime, gathered), gathered, context);
    case "remove":
      return remove(gathered, context);
  }
}

function runtimeOf(name: RuntimeName, { runtimes }: Gathered): Runtime {
  const found = runtimes.find((r) => r.name === name && isUsable(r));
  if (found === undefined) throw new MoorlineError("PLAN_STALE", { subject: name });
  return found;
}

const tlsOf = ({ ca, client }: Gathered): TlsOptions => ({
  ...(ca !== undefined && { ca }),
  ...(client !== undefined && { clientCertificate: client }),
});

const fingerprints = ({ ca }: Gathered): readonly string[] =>
  ca === undefined ? [] : readCertificates(ca).map((c) => digestOf(certificatePem(c)));

async function save(record: NodeRecord, { document, world }: Context): Promise<void> {
  await writeRecord(world.host, document.spec.paths.state, document.metadata.name, record);
}

async function write(runtime: Runtime, gathered: Gathered, context: Context): Promise<void> {
  const { world } = context;
  const wanting: WantedFile[] = [];
  for (const file of runtime.files) if ((await stateOf(file, world)) !== "same") wanting.push(file);
  await provePairBeforeItReplaces(wanting, runtime, gathered, context);
  const record = await remember(wanting, gathered, context);
  await save(record, context);
  await withFolder(runtime.folder, world.host, () =>
    changeTogether(
      world.host,
      wanting.map(({ path, text, mode }) => ({ path, text, attributes: { mode, keepOwner: true } })),
    ),
  );
}

/** A folder that was made for files which then could not be written goes again. */
async function withFolder(folder: string, host: Host, fill: () => Promise<void>): Promise<void> {
  const wasThere = (await host.stat(folder)) !== undefined;
  await host.makeDirectory(folder, 0o755);
  try {
    await fill();
  } catch (thrown) {
    if (!wasThere) await host.remove(folder).catch(() => undefined); // why it failed matters more
    throw thrown;
  }
}

/** A client pair, whosesoever, gives way only to one that the registry was seen to accept. */
async function provePairBeforeItReplaces(
  wanting: readonly WantedFile[],
  runtime: Runtime,
  gathered: Gathered,
  context: Context,
): Promise<void> {
  const { world } = context;
  const replaces =
    runtime.obsolete.length > 0 ||
    (await Promise.all(wanting.filter((f) => isOfPair(f.path)).map((f) => world.host.stat(f.path)))).some(
      (found) => found !== undefined,
    );
  if (!replaces || gathered.client === undefined) return;
  // Judged against all authorities of the bundle: whether the new CA serves yet is another question.
  const ca = runtime.files.find((f) => f.path === runtime.bundle?.path)?.text;
  await requireHandshake(gathered, { ...tlsOf(gathered), ...(ca !== undefined && { ca }) }, context);
}

async function requireHandshake(gathered: Gathered, tls: TlsOptions, context: Context): Promise<void> {
  const reason = await whyNoHandshake(gathered.url, tls, context.world, context.signal);
  if (reason !== undefined)
    throw new MoorlineError("NODE_TRUST_NOT_PROVED", { subject: gathered.url, parameters: { reason } });
}

const isOfPair = (path: string): boolean => path.endsWith("/client.cert") || path.endsWith("/client.key");

/** The record with these files in it, what they replace kept aside. */
async function remember(
  wanting: readonly WantedFile[],
  gathered: Gathered,
  { document, world }: Context,
): Promise<NodeRecord> {
  const { record } = gathered;
  const files = { ...record.files };
  for (const { path } of wanting) {
    if (files[path] !== undefined) continue;
    const { state } = document.spec.paths;
    const backup = await keepBackup(world.host, state, document.metadata.name, path);
    files[path] = backup === undefined ? {} : { backup };
  }
  return { ...record, files, authorities: [...new Set([...record.authorities, ...fingerprints(gathered)])] };
}

async function setConfigPath({ config }: Runtime, { record }: Gathered, context: Context): Promise<void> {
  if (config === undefined) return;
  const { document, world } = context;
  await keepBackup(world.host, document.spec.paths.state, document.metadata.name, config.path);
  // Before the file: a run that is cut off in between restarts once too often rather than never.
  await save({ ...record, restartPending: true }, context);
  const found = await world.host.stat(config.path);
  await world.host.makeDirectory(dirname(config.path), 0o755);
  await world.host.writeFile(config.path, config.text, { mode: found?.mode ?? config.mode, keepOwner: true });
}

async function restart({ record }: Gathered, context: Context): Promise<void> {
  const { document, world, signal } = context;
  const [command = "systemctl", ...rest] = document.spec.restart.command;
  try {
    await runOrFail(world.host, [command, ...rest], { timeoutMs: restartMs, signal });
  } catch (thrown) {
    // A folder that stands for a machine has no containerd that runs.
    if (!isError(thrown, "HOST_COMMANDS_UNAVAILABLE")) throw thrown;
  }
  await save({ ...record, restartPending: false }, context);
}

/** What is former goes only now that its successor was seen to work alone. */
async function dropFormer(runtime: Runtime, gathered: Gathered, context: Context): Promise<void> {
  const { world } = context;
  await requireHandshake(gathered, tlsOf(gathered), context);
  const { bundle, obsolete, formerAuthorities } = runtime;
  const kept: FileChange[] =
    bundle === undefined || formerAuthorities === 0
      ? []
      : [{ path: bundle.path, text: bundle.text, attributes: { mode: bundle.mode, keepOwner: true } }];
  await changeTogether(world.host, [...kept, ...obsolete.map((path) => ({ path }))]);
  const files = Object.fromEntries(
    Object.entries(gathered.record.files).filter(([path]) => !obsolete.includes(path)),
  );
  await save({ ...gathered.record, files }, context);
}

/**
 * Puts back what was replaced and removes the rest of ours. A hosts.toml is taken apart instead, because somebody may
 * have added to it since; the folder goes when nothing is left in it.
 */
async function remove(gathered: Gathered, context: Context): Promise<void> {
  const { document, world } = context;
  const { host } = world;
  const { record } = gathered;
  const paths = Object.keys(record.files);
  const isHosts = (path: string): boolean => path.endsWith("/hosts.toml");
  for (const path of [...paths].sort((a, b) => Number(isHosts(b)) - Number(isHosts(a)))) {
    const backup = record.files[path]?.backup;
    const kept = backup === undefined ? undefined : await host.readFile(backup);
    if (isHosts(path))
      await removeFromHosts(path, paths, gathered.host, kept?.bytes.toString("utf8"), context);
    else if (kept === undefined) await host.remove(path);
    else await host.writeFile(path, kept.bytes, kept);
  }
  for (const folder of new Set(paths.map((path) => dirname(path))))
    if ((await host.list(folder))?.length === 0) await host.remove(folder);
  // Copies go last: cut off before, the next run still has what it must put back.
  await removeRecord(host, document.spec.paths.state, document.metadata.name);
  for (const { backup } of Object.values(record.files)) if (backup !== undefined) await host.remove(backup);
}

async function removeFromHosts(
  path: string,
  ours: readonly string[],
  host: string,
  before: string | undefined,
  { world }: Context,
): Promise<void> {
  const found = await world.host.readFile(path);
  if (found === undefined) return;
  const left = withoutOurs(found.bytes.toString("utf8"), host, ours, path);
  const cleaned = before === undefined ? undefined : withoutOurs(before, host, ours, path);
  const isAsBefore =
    left === cleaned || (left !== undefined && cleaned !== undefined && saysTheSame(left, cleaned, path));
  const text = isAsBefore && before !== undefined ? before : left;
  if (text === undefined) await world.host.remove(path);
  else await world.host.writeFile(path, text, found);
}
