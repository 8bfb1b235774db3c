import { openHarborCompose, type HarborCompose } from "../../../../clients/harbor-compose/client.ts";
import { describeError, fromUnknown, MoorlineError } from "../../../../model/errors.ts";
import type { Bilingual } from "../../../../text/language.ts";
import { endJournal, putBack, type Journal } from "./backup.ts";
import { isStale, type ComposeScene } from "./scene.ts";
import { afterReload, afterStart, isOpen, waitForLeaf, type Patience } from "./shown.ts";
import { startAndWait } from "./start.ts";
import { targetOf } from "./wanted.ts";

/** How far a step had come when it failed: what has to be done so that what is put back is used. */
export type Reached = "files" | "containers";

/**
 * Puts back what was there before a step, makes Harbor use it, and proves that clients are shown what they were shown.
 * @returns the error to throw: COMPOSE_DELIVERY_UNDONE, or COMPOSE_DELIVERY_NOT_UNDONE, which is louder
 */
export async function undo(
  scene: ComposeScene,
  journal: Journal,
  reached: Reached,
  cause: unknown,
): Promise<MoorlineError> {
  // What was cancelled is still put back: nothing is left half done.
  const signal = new AbortController().signal;
  const { compose, world } = scene;
  const { host, directory } = compose;
  const subject = directory;
  const reason = inWords(cause, subject);
  try {
    await putBack(host, directory, journal);
    const before = await openHarborCompose(host, directory);
    const patience = await useAgain(before, reached, world, signal);
    await requireAsBefore(before, scene, journal, patience, signal);
    await endJournal(host, directory);
    return new MoorlineError("COMPOSE_DELIVERY_UNDONE", { subject, parameters: { reason }, cause });
  } catch (thrown) {
    const parameters = { reason, undoing: inWords(thrown, subject) };
    return new MoorlineError("COMPOSE_DELIVERY_NOT_UNDONE", { subject, parameters, cause });
  }
}

async function useAgain(
  compose: HarborCompose,
  reached: Reached,
  world: ComposeScene["world"],
  signal: AbortSignal,
): Promise<Patience> {
  if (reached === "containers") {
    await compose.down(signal);
    await startAndWait(compose, world, signal);
    return afterStart;
  }
  if ((await compose.proxy(signal))?.state !== "running") return afterReload;
  const hasTls = compose.settings.https !== undefined;
  if (hasTls && (await isStale(compose, signal))) {
    await compose.restartProxy(signal);
    return afterStart;
  }
  await compose.reloadProxy(signal);
  return afterReload;
}

async function requireAsBefore(
  { host, directory, settings }: HarborCompose,
  { delivery, trust, world }: ComposeScene,
  { leaf, http }: Journal,
  patience: Patience,
  signal: AbortSignal,
): Promise<void> {
  if (leaf !== undefined) {
    const target = targetOf(settings, settings.https?.port ?? 443, delivery);
    const { ok, last } = await waitForLeaf(leaf, target, trust, patience, world, signal);
    if (ok) return;
    throw new MoorlineError("COMPOSE_CERTIFICATE_NOT_SHOWN", {
      subject: directory,
      parameters: {
        at: `${target.host}:${target.port}`,
        shown: last.serial ?? last.failure ?? "–",
      },
    });
  }
  if (!http) return;
  for (let attempt = 1; attempt <= patience.attempts; attempt++) {
    if (await isOpen("127.0.0.1", settings.httpPort, signal, (...to) => host.dial(...to))) return;
    await world.clock.sleep(patience.pause, signal);
  }
  throw new MoorlineError("COMPOSE_CERTIFICATE_NOT_SHOWN", {
    subject: directory,
    parameters: { at: `127.0.0.1:${settings.httpPort}`, shown: "–" },
  });
}

function inWords(thrown: unknown, subject: string): Bilingual {
  const error = fromUnknown(thrown, subject);
  return { en: describeError(error, "en").what, zh: describeError(error, "zh-CN").what };
}
