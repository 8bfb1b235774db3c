import type { Cause } from "../causes/cause.ts";
import { notEstablished } from "../causes/not-established.ts";
import { pullFailed } from "../causes/pull-failed.ts";
import { judgeRequest } from "./access-rules.ts";
import type { Change } from "./changes.ts";
import { wordlessNormals } from "./normal.ts";
import { Recent } from "./recent.ts";
import type { LogRecord } from "./record.ts";
import { meanings, type RankedSign } from "./signs.ts";
import { subjectsOf, type Subjects } from "./subjects.ts";

export type Verdict =
  | { readonly kind: "cause"; readonly cause: Cause; readonly subjects: Subjects }
  | { readonly kind: "change"; readonly change: Change }
  | { readonly kind: "normal" };

const normal: Verdict = { kind: "normal" };

/**
 * Judges lines one after the other. It remembers, within bounds, which cause was last told for a request, a robot, a
 * pod and an image: a line that only repeats the failure is counted there.
 */
export class Judge {
  readonly #byRequest = new Recent<Cause>(4096);
  readonly #byRobot = new Recent<Cause>(4096);
  readonly #byPod = new Recent<Cause>(4096);
  readonly #byImage = new Recent<Cause>(4096);

  /** @param found the triggers for which the line was looked at */
  judge(record: LogRecord, found: readonly number[]): Verdict {
    if (isNormal(record, found)) return normal;
    const change = changeIn(record, found);
    if (change !== undefined) return { kind: "change", change };
    const { cause, follows } = causeOf(record, found);
    if (cause === undefined) return normal;
    const subjects = subjectsOf(record);
    const told = follows ? (this.#toldBefore(subjects, cause) ?? cause) : cause;
    if (!follows && cause !== notEstablished) this.#remember(subjects, cause);
    return { kind: "cause", cause: told, subjects };
  }

  #toldBefore({ requestId, robot, pod, image }: Subjects, cause: Cause): Cause | undefined {
    const told =
      (requestId === undefined ? undefined : this.#byRequest.get(requestId)) ??
      (robot === undefined ? undefined : this.#byRobot.get(robot));
    // Only a pull has a pod and an image that say anything.
    if (told !== undefined || cause !== pullFailed) return told;
    return (
      (pod === undefined ? undefined : this.#byPod.get(pod)) ??
      (image === undefined ? undefined : this.#byImage.get(image))
    );
  }

  #remember({ requestId, robot, pod, image }: Subjects, cause: Cause): void {
    if (requestId !== undefined) this.#byRequest.set(requestId, cause);
    if (robot !== undefined) this.#byRobot.set(robot, cause);
    if (pod !== undefined) this.#byPod.set(pod, cause);
    if (image !== undefined) this.#byImage.set(image, cause);
  }
}

interface Told {
  readonly cause?: Cause;
  readonly follows: boolean;
}

function causeOf(record: LogRecord, found: readonly number[]): Told {
  const signed = bestSign(record, found);
  const follows = signed?.sign.follows === true;
  if (record.request !== undefined && record.request.status > 0) {
    const judged = judgeRequest(record, record.request);
    if (judged !== "normal") return { cause: signed?.cause ?? judged, follows };
    // An access log's text is what a client asked for, and proves nothing.
    if (record.component !== "registry") return { follows };
  }
  if (isQuiet(record)) return { follows };
  if (signed !== undefined) return { cause: signed.cause, follows };
  return { follows, ...(record.level === "error" && { cause: notEstablished }) };
}

/** dockerd's word for a refusal by the registry: what its client gets below 500 is told at info and nowhere else. */
const refusedPull =
  /^Attempting next endpoint for pull after error: (?:unauthorized|denied|(?:manifest|name) unknown): /;

/** nginx tells failed handshakes at info; elsewhere info is no failure. */
function isQuiet({ level, component, message }: LogRecord): boolean {
  if (level !== "info" && level !== "debug") return false;
  return component !== "nginx-error" && !refusedPull.test(message);
}

function bestSign(record: LogRecord, found: readonly number[]): RankedSign | undefined {
  let best: RankedSign | undefined;
  for (const trigger of found)
    for (const ranked of meanings[trigger]?.signs ?? none) {
      if (best !== undefined && ranked.rank >= best.rank) continue;
      const { components, pattern } = ranked.sign;
      if (components !== undefined && !components.includes(record.component)) continue;
      if (pattern !== undefined && !pattern.test(record.message)) continue;
      best = ranked;
    }
  return best;
}

const none: readonly never[] = [];

function isNormal(record: LogRecord, found: readonly number[]): boolean {
  for (const kind of wordlessNormals) if (kind.holds(record)) return true;
  for (const trigger of found)
    for (const kind of meanings[trigger]?.normals ?? none) if (kind.holds(record)) return true;
  return false;
}

function changeIn(record: LogRecord, found: readonly number[]): Change | undefined {
  // A request that failed changed nothing.
  if (record.request !== undefined && record.request.status >= 300) return undefined;
  for (const trigger of found)
    for (const change of meanings[trigger]?.changes ?? none)
      if (change.pattern === undefined || change.pattern.test(record.message)) return change;
  return undefined;
}
