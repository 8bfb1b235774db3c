import { harborPaths, servedPaths } from "../../../../clients/harbor-compose/client.ts";
import { beginJournal, goFurther, readJournal, type Journal } from "./backup.ts";
import type { ComposeScene } from "./scene.ts";
import { isOpen, type Shown } from "./shown.ts";

/**
 * Backs up everything that a step may change, and what `prepare` wipes; where an earlier run was cut off, its backup
 * stays the one to go back to: what lies there now may be half of two pairs.
 */
export async function begin(
  { compose, wanted, world, signal }: ComposeScene,
  kind: Journal["kind"],
  shown: Shown,
): Promise<Journal> {
  const { host, directory, settings } = compose;
  const pending = await readJournal(host, directory);
  if (pending !== undefined) return kind === "renewal" ? pending : goFurther(host, directory, pending);
  const paths = harborPaths(directory);
  const served = servedPaths(settings.dataVolume);
  const { https } = wanted.settings;
  const keys = [https.privateKey, served.privateKey];
  const files = [paths.harborYml, paths.compose, https.certificate, served.certificate, ...keys];
  const http = await isOpen("127.0.0.1", settings.httpPort, signal, (...to) => host.dial(...to));
  return beginJournal(
    host,
    directory,
    { files, keys, trees: [paths.config] },
    { kind, ...(shown.leaf !== undefined && { leaf: shown.leaf }), http },
    world.clock.now(),
  );
}
