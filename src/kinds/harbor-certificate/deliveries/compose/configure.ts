import { harborPaths } from "../../../../clients/harbor-compose/client.ts";
import { dirname, join } from "node:path/posix";
import { backedUp, endJournal, readJournal, readManifest, type Journal } from "./backup.ts";
import { begin } from "./begin.ts";
import { requireNoLinks, requirePreparable } from "./checks.ts";
import { requireShown } from "./renew.ts";
import { sourceFiles, writePairFile, type ComposeScene } from "./scene.ts";
import { afterStart, lookAt } from "./shown.ts";
import { startAndWait } from "./start.ts";
import { undo, type Reached } from "./undo.ts";

/**
 * Edits harbor.yml, lets `prepare` render it, and makes all containers anew, as Harbor's own installer does, but for
 * `down -v`, which would take volumes away. Nobody is served meanwhile.
 * @throws HARBOR_YML_*, HARBOR_COMPOSE_*, COMPOSE_DELIVERY_*
 */
export async function configure(scene: ComposeScene): Promise<void> {
  const { compose, wanted, pair, trust, world, signal } = scene;
  const { host, directory, settings } = compose;
  const sources = sourceFiles(wanted, pair);
  await requirePreparable(compose, wanted, directory, signal);
  await requireNoLinks(
    host,
    sources.map((f) => f.path),
    directory,
  );
  // What runs already could not be told from what an earlier run left.
  const isResumed = (await readJournal(host, directory)) !== undefined;
  const shown =
    settings.https === undefined
      ? { connected: false, chain: "" }
      : await lookAt({ ...wanted.target, port: portBefore(scene) }, trust, signal);
  const journal = await begin(scene, "configuration", shown);
  let reached: Reached = isResumed ? "containers" : "files";
  try {
    for (const file of sources) await writePairFile(host, file);
    const { mode, uid, gid } = compose.harborYml;
    await host.writeFile(harborPaths(directory).harborYml, wanted.harborYml, { mode, uid, gid });
    await compose.prepare(signal);
    await keepAdditions(scene, journal);
    reached = "containers";
    await compose.down(signal);
    await startAndWait(compose, world, signal);
    await requireShown(scene, afterStart);
  } catch (thrown) {
    throw await undo(scene, journal, reached, thrown);
  }
  await endJournal(host, directory);
}

function portBefore({ compose: { settings }, wanted, delivery }: ComposeScene): number {
  const isGiven = /:\d+$/.test(delivery.connectTo ?? "");
  return isGiven ? wanted.target.port : (settings.https?.port ?? wanted.target.port);
}

/**
 * Puts back what others added to nginx's configuration: `prepare` wipes conf.d and writes nothing there itself. An
 * addition may be what keeps strangers out.
 */
async function keepAdditions({ compose }: ComposeScene, { backup }: Journal): Promise<void> {
  const { host, directory } = compose;
  const folder = join(harborPaths(directory).config, "nginx/conf.d");
  const files = (await readManifest(host, directory, backup))?.files ?? [];
  for (const file of files) {
    if (!file.path.startsWith(`${folder}/`) || (await host.stat(file.path)) !== undefined) continue;
    const bytes = await backedUp(host, directory, backup, file);
    if (bytes === undefined) continue;
    const { mode, uid, gid } = file;
    await host.makeDirectory(dirname(file.path), 0o755);
    await host.writeFile(file.path, bytes, { mode, uid, gid });
  }
}
