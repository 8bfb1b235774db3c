import type { KubernetesClient } from "../../../clients/kubernetes/client.ts";
import type { KubernetesObject } from "../../../clients/kubernetes/object.ts";
import { resources } from "../../../clients/kubernetes/resources.ts";
import type { LogSource } from "../../../diagnosis/logs/analysis.ts";
import { componentNamed } from "../../../diagnosis/logs/component.ts";
import { isError, MoorlineError } from "../../../model/errors.ts";
import type { RemoteOptions } from "./remote.ts";

/** Containers whose logs one run may read. */
const mostContainers = 500;

interface Pod extends KubernetesObject {
  readonly spec?: {
    readonly containers?: readonly { readonly name: string }[];
    readonly initContainers?: readonly { readonly name: string }[];
  };
  readonly status?: {
    readonly containerStatuses?: readonly ContainerStatus[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
  };
}

interface ContainerStatus {
  readonly name: string;
  readonly restartCount?: number;
  readonly state?: { readonly running?: unknown; readonly terminated?: unknown };
}

/**
 * The logs of pods, from the kubelets through the API server, each line with its time. Containers that have not begun
 * have none; of one that was started again the log before that is read too.
 * @param place `NAMESPACE`, or `NAMESPACE/SELECTOR` with a label selector
 * @throws LOGS_NOT_FOUND where no container has a log, LOGS_TOO_MANY, LOGS_PODS, KUBERNETES_*
 */
export async function podSources(
  kubernetes: KubernetesClient,
  place: string,
  options: RemoteOptions,
): Promise<readonly LogSource[]> {
  const [, namespace = "", labelSelector] = /^([a-z0-9-]{1,63})(?:\/(.+))?$/.exec(place) ?? [];
  if (namespace === "") throw new MoorlineError("LOGS_PODS", { subject: place });
  const { items } = await kubernetes.list<Pod>(resources.pods, {
    namespace,
    ...(labelSelector !== undefined && { labelSelector }),
    signal: options.signal,
  });
  const sources = items.flatMap((pod) => logsOf(kubernetes, pod, options));
  if (sources.length === 0) throw new MoorlineError("LOGS_NOT_FOUND", { subject: `pods ${place}` });
  if (sources.length > mostContainers)
    throw new MoorlineError("LOGS_TOO_MANY", { subject: place, parameters: { limit: mostContainers } });
  return sources;
}

function logsOf(kubernetes: KubernetesClient, pod: Pod, options: RemoteOptions): readonly LogSource[] {
  const { name = "", namespace = "" } = pod.metadata;
  const containers = [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])];
  const statuses = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
  const log = (container: string, previous: boolean): LogSource => ({
    name: `pod/${namespace}/${name}/${container}${previous ? " (previous)" : ""}`,
    component: componentNamed(container) ?? componentNamed(name),
    read: (signal) => {
      const wanted = { container, signal, since: options.since, previous };
      const follow = options.follow && !previous;
      return unlessGone(kubernetes.podLog({ name, namespace }, { ...wanted, follow }));
    },
  });
  return containers.flatMap((container) => {
    const status = statuses.find((each) => each.name === container.name);
    const hasBegun = status?.state?.running !== undefined || status?.state?.terminated !== undefined;
    return [
      ...((status?.restartCount ?? 0) > 0 ? [log(container.name, true)] : []),
      ...(hasBegun ? [log(container.name, false)] : []),
    ];
  });
}

/** A pod that was deleted, or a log that was cleared away, after the list was made is none. */
async function* unlessGone(log: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* log;
  } catch (thrown) {
    // The kubelet answers 400 for a container that is gone.
    if (!isError(thrown, "KUBERNETES_NOT_FOUND", "KUBERNETES_INVALID")) throw thrown;
  }
}

/** What an event says; the rest of it is not kept. */
const eventFields = [
  "type",
  "reason",
  "message",
  "note",
  "involvedObject",
  "regarding",
  "lastTimestamp",
  "eventTime",
  "firstTimestamp",
] as const;

type Event = KubernetesObject & Readonly<Partial<Record<(typeof eventFields)[number], unknown>>>;

/**
 * Kubernetes events as JSON lines, oldest first.
 * @param namespace `all` for those of all namespaces
 */
export function eventSource(
  kubernetes: KubernetesClient,
  namespace: string,
  { follow }: Pick<RemoteOptions, "follow">,
): LogSource {
  const scope = namespace === "all" ? {} : { namespace };
  return {
    name: `events/${namespace}`,
    component: "event",
    read: async function* (signal) {
      const listing = { ...scope, keep: keptOf, signal };
      if (!follow) {
        const { items } = await kubernetes.list<Event>(resources.events, listing);
        yield* linesOf(items);
        return;
      }
      for await (const seen of kubernetes.watch<Event>(resources.events, listing))
        if (seen.type === "listed") yield* linesOf(seen.items);
        else if (seen.type !== "deleted") yield lineOf(seen.object);
    },
  };
}

const keptOf = (object: KubernetesObject): KubernetesObject => {
  const event = object as Event;
  const said = eventFields.flatMap((field) => (event[field] === undefined ? [] : [[field, event[field]]]));
  const { creationTimestamp = null } = object.metadata;
  return { ...(Object.fromEntries(said) as object), metadata: { creationTimestamp } };
};

const timeOf = (event: Event): string =>
  [event.lastTimestamp, event.eventTime, event.firstTimestamp, event.metadata.creationTimestamp].find(
    (time): time is string => typeof time === "string",
  ) ?? "";

function* linesOf(events: readonly Event[]): Generator<Buffer> {
  for (const event of [...events].sort((a, b) => (timeOf(a) < timeOf(b) ? -1 : 1))) yield lineOf(event);
}

/** `type` with its value as the sources of a log are searched for it: without blanks. */
const lineOf = (event: Event): Buffer => Buffer.from(`${JSON.stringify({ ...event, kind: "Event" })}\n`);
