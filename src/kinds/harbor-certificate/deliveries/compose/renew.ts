import { MoorlineError } from "../../../../model/errors.ts";
import { isKeyOf } from "./consistent.ts";
import { endJournal, readJournal } from "./backup.ts";
import { begin } from "./begin.ts";
import { isRendered, requireNoLinks } from "./checks.ts";
import { differing, isStale, servedFiles, sourceFiles, writePairFile, type ComposeScene } from "./scene.ts";
import { afterReload, afterStart, lookAt, waitForLeaf, type Patience } from "./shown.ts";
import { startAndWait } from "./start.ts";
import { undo } from "./undo.ts";

/** What has to be done so that nginx uses what lies on the disk. */
type Activation = "reload" | "restart" | "start";

/**
 * Puts a pair in the place of another, in place, and reloads nginx: no container restarts and no connection is lost.
 * @param announced what the plan said: with `reload` nothing is done that would interrupt anybody
 * @throws PLAN_STALE where more is needed than was announced; COMPOSE_DELIVERY_*
 */
export async function renew(scene: ComposeScene, announced: Activation): Promise<void> {
  const { compose, wanted, pair, leaf, trust, signal } = scene;
  const { host, directory } = compose;
  if (wanted.edits.length > 0 || !(await isRendered(compose, wanted))) throw stale(directory);
  const files = [...sourceFiles(wanted, pair), ...servedFiles(wanted, pair)];
  const different = await differing(host, files);
  const shown = await lookAt(wanted.target, trust, signal);
  if (different.length === 0 && shown.leaf === leaf) return endJournal(host, directory);

  const activation = await activationOf(scene);
  if (activation !== "reload" && activation !== announced) throw stale(directory);
  if (activation === "reload" && !shown.connected) throw unseen(scene, shown.failure);
  await requireNoLinks(
    host,
    files.map((f) => f.path),
    directory,
  );
  const isResumed = (await readJournal(host, directory)) !== undefined;
  // What nginx refuses before anything was written is not our doing, and would look like it afterwards.
  if (activation === "reload" && !isResumed && (await isKeyOf(host, wanted))) await compose.testProxy(signal);

  const journal = await begin(scene, "renewal", shown);
  try {
    for (const file of different) await writePairFile(host, file);
    await requireShown(scene, await activate(scene, activation));
  } catch (thrown) {
    throw await undo(scene, journal, "files", thrown);
  }
  await endJournal(host, directory);
}

async function activationOf({ compose, signal }: ComposeScene): Promise<Activation> {
  const state = (await compose.proxy(signal))?.state;
  if (state === "running") return (await isStale(compose, signal)) ? "restart" : "reload";
  return state === "restarting" ? "restart" : "start";
}

async function activate({ compose, world, signal }: ComposeScene, activation: Activation): Promise<Patience> {
  if (activation === "reload") {
    await compose.reloadProxy(signal);
    return afterReload;
  }
  if (activation === "restart") await compose.restartProxy(signal);
  else await startAndWait(compose, world, signal);
  return afterStart;
}

/** @throws COMPOSE_CERTIFICATE_NOT_SHOWN */
export async function requireShown(
  { compose, wanted: { target }, leaf, trust, world, signal }: ComposeScene,
  patience: Patience,
): Promise<void> {
  const { ok, last } = await waitForLeaf(leaf, target, trust, patience, world, signal);
  if (ok) return;
  throw new MoorlineError("COMPOSE_CERTIFICATE_NOT_SHOWN", {
    subject: compose.directory,
    parameters: { at: `${target.host}:${target.port}`, shown: last.serial ?? last.failure ?? "–" },
  });
}

const stale = (subject: string): MoorlineError => new MoorlineError("PLAN_STALE", { subject });

const unseen = ({ compose, wanted: { target } }: ComposeScene, reason = "–"): MoorlineError =>
  new MoorlineError("COMPOSE_DELIVERY_UNSEEN", {
    subject: compose.directory,
    parameters: { at: `${target.host}:${target.port}`, reason },
  });
