import { join } from "node:path/posix";
import type { HarborCompose } from "../../../clients/harbor-compose/client.ts";
import type { Host } from "../../../clients/host/host.ts";
import type { RunContext } from "../../../engine/kind.ts";
import { nameOf } from "../../../model/document.ts";
import { isError, MoorlineError } from "../../../model/errors.ts";
import type { World } from "../../world.ts";
import type { HarborRegistrySpec } from "../schema.ts";
import { clearBelow, isBelowUsed, makeLog, placeBelow, removeIfEmpty, wayInto } from "./below.ts";
import {
  digestOfAll,
  digestsOf,
  logsOf,
  readClients,
  readParts,
  wantedParts,
  writeLoaded,
  writePartsIn,
  type PartTexts,
} from "./compose-files.ts";
import { gatherComposeMaterial, openScene, type ComposeScene } from "./compose-observe.ts";
import { storedText } from "./clients.ts";
import { coveredIn, entryTexts } from "./nginx.ts";
import { withMounts, withoutMounts } from "./override.ts";
import { mountsOf, parts, type Places } from "./places.ts";
import { rotatedOf } from "./rotation.ts";
import { answering, putBack, requireServing } from "./serving.ts";

export type ComposeAction =
  /**
   * With `keep`, what lies in our folder is as it should be; otherwise nginx starts without it, and is configured afterwards.
   * Without `restart` the container that runs is left as it is.
   */
  | { readonly type: "mutual-mount"; readonly keep: boolean; readonly restart: boolean }
  | { readonly type: "mutual-configure"; readonly mode: "observe" | "enforce"; readonly digest: string }
  | { readonly type: "mutual-off" }
  | { readonly type: "mutual-unmount" }
  | { readonly type: "mutual-empty-log" };

type Context = RunContext<HarborRegistrySpec, World>;

/** Carries out one step on Harbor's machine. All are safe to repeat. */
export async function runCompose(action: ComposeAction, context: Context): Promise<void> {
  const { document, world, signal } = context;
  const deployment = document.spec.deployment?.compose;
  if (deployment === undefined) throw new MoorlineError("PLAN_STALE", { subject: nameOf(document) });
  const scene = await openScene(document, deployment, world);
  switch (action.type) {
    case "mutual-mount":
      return mount(action, scene, context);
    case "mutual-configure":
      return configure(action.mode, action.digest, scene, context);
    case "mutual-off":
      return switchOff(scene, context);
    case "mutual-unmount":
      return unmount(scene, context);
    case "mutual-empty-log":
      return emptyLog(scene, signal);
  }
}

/** Makes the places that are mounted. What they hold already stays. */
async function makePlaces(host: Host, places: Places): Promise<void> {
  for (const folder of [places.directory, places.nginx, places.entries, places.logs])
    await host.makeDirectory(folder, 0o755);
  for (const [name, text] of Object.entries(entryTexts)) {
    const path = join(places.entries, name);
    // docker makes a folder where the source of a mount is missing.
    if ((await host.stat(path))?.type === "directory") await host.remove(path);
    const known = await host.readFile(path, 65_536);
    // In place: a container that is there has this very inode.
    if (known === undefined) await host.writeFile(path, text, { mode: 0o644 });
    else if (known.bytes.toString("utf8") !== text) await host.overwriteInPlace(path, text);
  }
  await makeLog(host, places.log);
}

/** Makes our folder hold these texts, and Harbor's own where a container may read that. */
async function writeParts({ host, places }: ComposeScene, texts: PartTexts): Promise<void> {
  await writePartsIn(host, places.nginx, texts);
  if (await isBelowUsed(host, places)) await writePartsIn(host, places.below.nginx, texts);
}

/** Mounts our folders into the proxy: the container that runs is given the same files, or made anew for it once. */
async function mount(
  { keep, restart }: Extract<ComposeAction, { type: "mutual-mount" }>,
  scene: ComposeScene,
  context: Context,
): Promise<void> {
  const { compose, host, places, override } = scene;
  const way = wayInto(await compose.proxy(context.signal), places, compose.directory);
  if (!restart && way !== "folder")
    throw new MoorlineError("PLAN_STALE", { subject: nameOf(context.document) });
  const version = await versionOf(compose);
  const text = withMounts(override.text, mountsOf(places), version, override.path);
  const before = await answering(context);
  await makePlaces(host, places);
  if (!keep) await writePartsIn(host, places.nginx, {});
  const covered = coveredIn((await readParts(host, places))[parts.http] ?? "");
  const file = override.text === undefined ? undefined : await host.stat(override.path);
  await host.writeFile(override.path, text, { mode: file?.mode ?? 0o644, keepOwner: true });
  try {
    if (restart) await startWithMounts(compose, context.signal);
    else await giveWithoutMounts(scene, context);
    await requireServing({ ...before, covered }, context);
  } catch (thrown) {
    await putBack(thrown, context, before, async (signal) => {
      await restoreOverride(scene);
      if (restart) return await compose.up(signal, ["proxy"]);
      await clearBelow(host, places);
      await compose.reloadProxy(signal);
    });
  }
  await writeLoaded(host, places, digestsOf(await readParts(host, places)));
}

/** @throws MUTUAL_TLS_NOT_SEEN where the container has another folder than the one that has its path */
async function giveWithoutMounts(
  { compose, host, places }: ComposeScene,
  { signal }: Context,
): Promise<void> {
  await placeBelow(host, places);
  if (!(await seesEntries(compose, signal)))
    throw new MoorlineError("MUTUAL_TLS_NOT_SEEN", { subject: places.below.entries });
  await compose.reloadProxy(signal);
}

/**
 * A container that is made anew reads everything. One that compose leaves as it is goes on with what it read before: it
 * is restarted where its mounts lead to folders that were replaced since, and reloaded otherwise.
 */
async function startWithMounts(compose: HarborCompose, signal: AbortSignal): Promise<void> {
  const before = await compose.proxy(signal).catch(() => undefined);
  await compose.up(signal, ["proxy"]);
  const after = await compose.proxy(signal);
  const isSame = before?.state === "running" && before.container === after?.container;
  if (!(await seesEntries(compose, signal))) await compose.restartProxy(signal);
  else if (isSame) return await compose.reloadProxy(signal);
  await compose.testProxy(signal);
}

async function versionOf(compose: HarborCompose): Promise<string | undefined> {
  const file = await compose.host.readFile(join(compose.directory, "docker-compose.yml"));
  return /^version:\s*['"]?([\d.]+)['"]?\s*(?:#.*)?$/m.exec(file?.bytes.toString("utf8") ?? "")?.[1];
}

async function seesEntries(compose: HarborCompose, signal: AbortSignal): Promise<boolean> {
  for (const [name, text] of Object.entries(entryTexts))
    if ((await compose.readInProxy(`/etc/nginx/conf.d/${name}`, signal)) !== text) return false;
  return true;
}

async function restoreOverride({ host, override }: ComposeScene): Promise<void> {
  if (override.text === undefined) return host.remove(override.path);
  const file = await host.stat(override.path);
  await host.writeFile(override.path, override.text, { mode: file?.mode ?? 0o644, keepOwner: true });
}

/** Gives nginx its files and reloads it: no connection is lost, and what it did before is put back if it does not serve as it should. */
async function configure(
  mode: "observe" | "enforce",
  digest: string,
  scene: ComposeScene,
  context: Context,
): Promise<void> {
  const { compose, host, places } = scene;
  const { document, world, signal } = context;
  const settings = document.spec.tls.mutualTls;
  const old = await readParts(host, places);
  const material = await gatherComposeMaterial(document, scene, old, world, signal);
  const wanted = wantedParts(mode, settings, material);
  if (digestOfAll(digestsOf(wanted)) !== digest)
    throw new MoorlineError("PLAN_STALE", { subject: nameOf(document) });
  const before = await answering(context);
  await makePlaces(host, places);
  try {
    await writeParts(scene, wanted);
    await compose.reloadProxy(signal);
    await requireServing({ ...before, covered: coveredIn(wanted[parts.http] ?? "") }, context);
  } catch (thrown) {
    await putBack(thrown, context, { ...before, covered: coveredIn(old[parts.http] ?? "") }, async (late) => {
      await writeParts(scene, old);
      await compose.reloadProxy(late);
    });
  }
  await writeLoaded(host, places, digestsOf(wanted));
}

/**
 * Takes every question for certificates out of nginx. Needs nothing but Harbor's own machine: no CA, no list, no other document,
 * and no nginx that runs.
 */
async function switchOff(scene: ComposeScene, context: Context): Promise<void> {
  const { compose, host, places } = scene;
  const { signal } = context;
  await makePlaces(host, places);
  await writeParts(scene, {});
  try {
    await compose.reloadProxy(signal);
  } catch (thrown) {
    if (!isError(thrown, "HARBOR_COMPOSE_PROXY_NOT_RUNNING", "HARBOR_COMPOSE_PROXY_CONFIG_REFUSED"))
      throw thrown;
    // It died of what is gone now, or its container has lost sight of our files: a start reads them anew.
    await compose.up(signal, ["proxy"]);
    await compose.restartProxy(signal);
    await compose.testProxy(signal);
  }
  await writeLoaded(host, places, {});
}

/** Takes our mounts out of the override, and then everything of ours from the machine. */
async function unmount(scene: ComposeScene, context: Context): Promise<void> {
  const { compose, host, places, override } = scene;
  const before = await answering(context);
  if (override.text !== undefined) {
    const text = withoutMounts(override.text, mountsOf(places), override.path);
    if (text !== override.text) {
      await restoreOverride({ ...scene, override: { ...override, text } });
      try {
        await compose.up(context.signal, ["proxy"]);
        await requireServing(before, context);
      } catch (thrown) {
        await putBack(thrown, context, before, async (signal) => {
          await restoreOverride(scene);
          await compose.up(signal, ["proxy"]);
        });
      }
    }
  }
  await clearBelow(host, places);
  for (const part of Object.values(parts)) await host.remove(join(places.nginx, part));
  for (const name of Object.keys(entryTexts)) await host.remove(join(places.entries, name));
  for (const file of [places.log, rotatedOf(places.log), places.clients, places.loaded])
    await host.remove(file);
  for (const folder of [places.nginx, places.entries, places.logs, places.directory])
    await removeIfEmpty(host, folder);
}

/** Keeps what the log told in short, and empties it in place: nginx has it open and only ever appends. */
async function emptyLog({ host, places }: ComposeScene, signal: AbortSignal): Promise<void> {
  const clients = await readClients(host, places, signal);
  await host.writeFile(places.clients, storedText(clients), { mode: 0o640 });
  for (const path of logsOf(places))
    if ((await host.stat(path)) !== undefined) await host.overwriteInPlace(path, "");
}
