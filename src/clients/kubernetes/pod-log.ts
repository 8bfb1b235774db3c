import { fromUnknown } from "../../model/errors.ts";
import type { Connection } from "./connection.ts";
import { kubernetesFailure, type Attempt } from "./failures.ts";
import { beginningOf } from "./lines.ts";
import type { ObjectName } from "./object.ts";
import { objectPath, objectSubject, resources } from "./resources.ts";

export interface PodLogOptions {
  readonly container: string;
  readonly signal: AbortSignal;
  /** Milliseconds since 1970. */
  readonly since?: number | undefined;
  /** Goes on with what is written from now on, until the container ends or the signal aborts. */
  readonly follow?: boolean;
  /** The log of the container that ran before this one, after a restart. */
  readonly previous?: boolean;
}

/** Silence in a log that is not followed. */
const silenceMs = 60_000;

/**
 * A container's log as the kubelet keeps it, each line with its time; piece by piece, never more than the stream's
 * own buffer. Ends without an error when the signal aborts.
 * @throws KUBERNETES_*, NETWORK_*
 */
export async function* readPodLog(
  connection: Connection,
  server: string,
  pod: ObjectName,
  options: PodLogOptions,
): AsyncGenerator<Buffer> {
  const { container, since, follow, previous, signal } = options;
  const attempt: Attempt = { verb: "get", resource: resources.pods, subresource: "log", ...pod };
  try {
    const stream = await connection.stream({
      method: "GET",
      path: `${objectPath(resources.pods, pod.name, pod.namespace)}/log`,
      query: {
        container,
        timestamps: "true",
        ...(since !== undefined && { sinceTime: new Date(since).toISOString() }),
        ...(follow === true && { follow: "true" }),
        ...(previous === true && { previous: "true" }),
      },
      signal,
      idleTimeoutMs: follow === true ? 0 : silenceMs,
    });
    try {
      if (stream.status >= 300) {
        const text = await beginningOf(stream.body);
        throw kubernetesFailure({ ...stream, text: () => text }, attempt, server);
      }
      yield* stream.body as AsyncIterable<Buffer>;
    } finally {
      stream.body.on("error", () => undefined).destroy();
    }
  } catch (thrown) {
    if (signal.aborted) return;
    throw fromUnknown(thrown, objectSubject(resources.pods, pod.name, pod.namespace));
  }
}
