import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { connectApi, type RigApi } from "../../api.ts";
import { rigLayout } from "../../layout.ts";
import { ensureNamespace, podEvents, type PodEvent } from "../../pods.ts";
import { pauseImage } from "../../services/containerd.ts";
import { around, type Pull, type Puller, type PullPlace } from "./puller.ts";

const patience = 60_000;
const containers = 3;

interface PodStatus {
  readonly status?: {
    readonly containerStatuses?: readonly {
      readonly state?: { readonly waiting?: { readonly reason?: string } };
    }[];
  };
}

/** Pods of three containers, each with an image that is always pulled: a pull each. The kubelet of 1.20 makes five a second at most. */
export function kubeletPuller(
  place: PullPlace,
  name: string,
  every: number,
  from: number,
): Puller & AsyncDisposable {
  const api = connectApi(rigLayout());
  const path = `/api/v1/namespaces/${place.namespace}/pods`;
  const tag = around(place.pod.tags, from);
  const round = async (done: (pull: Pull) => void): Promise<void> => {
    const pod = `pull-${randomBytes(4).toString("hex")}`;
    const images = Array.from({ length: containers }, () => `${place.host}/${place.pod.repository}:${tag()}`);
    const began = Date.now();
    await create(api, path, podObject(pod, place, images));
    try {
      const events = await untilDecided(api, place.namespace, pod);
      for (const image of images) {
        const decided = outcome(image, events, began);
        if (decided !== undefined) done({ by: "kubelet", image, began, ...decided });
      }
    } finally {
      await remove(api, path, pod);
    }
  };
  const holder = `holder-${randomBytes(4).toString("hex")}`;
  return {
    name,
    does: `a pod of ${containers} containers with imagePullPolicy Always, by the kubelet with the pull Secret; then it is deleted`,
    every,
    round,
    async prepare() {
      await ensureNamespace(api, place.namespace);
      await create(api, path, holderObject(holder, place));
      for (let attempt = 0; attempt < 10; attempt++) {
        const failures: Pull[] = [];
        await round((pull) => void (pull.failure === undefined || failures.push(pull)));
        if (failures.length === 0) return;
      }
      throw new Error("the kubelet cannot pull before anything has begun");
    },
    async [Symbol.asyncDispose]() {
      await remove(api, path, holder);
      await api[Symbol.asyncDispose]();
    },
  };
}

async function create(api: RigApi, path: string, pod: unknown): Promise<void> {
  const made = await api.call("POST", path, pod);
  if (made.status !== 201) throw new Error(`the pod was not made: ${JSON.stringify(made.body)}`);
}

async function remove(api: RigApi, path: string, name: string): Promise<void> {
  await api.call("DELETE", `${path}/${name}`, { gracePeriodSeconds: 0 });
}

/**
 * A pod that uses the pull Secret and pulls nothing. Without one, each pod would be the first to use the Secret: the API server
 * may refuse it to the kubelet until it has heard of the pod, and the kubelet then pulls as nobody.
 */
function holderObject(name: string, place: PullPlace): unknown {
  const { spec } = podObject(name, place, []) as { spec: object };
  const containers = [{ name: "holder", image: pauseImage, imagePullPolicy: "Never" }];
  return { metadata: { name }, spec: { ...spec, containers } };
}

function podObject(name: string, place: PullPlace, images: readonly string[]): unknown {
  return {
    metadata: { name },
    spec: {
      restartPolicy: "Never",
      dnsPolicy: "Default",
      terminationGracePeriodSeconds: 0,
      automountServiceAccountToken: false,
      containers: images.map((image, i) => ({ name: `c${i}`, image, imagePullPolicy: "Always" })),
      ...(place.pullSecret === undefined ? {} : { imagePullSecrets: [{ name: place.pullSecret }] }),
    },
  };
}

/** The pod's events once every container has got past its image, or one could not. */
async function untilDecided(api: RigApi, namespace: string, pod: string): Promise<readonly PodEvent[]> {
  const deadline = Date.now() + patience;
  while (Date.now() < deadline) {
    const { body } = await api.call("GET", `/api/v1/namespaces/${namespace}/pods/${pod}`);
    const states = ((body as PodStatus).status?.containerStatuses ?? []).map(({ state }) => state);
    const waiting = states.map((state) => state?.waiting?.reason);
    const pulled = states.length === containers && waiting.every((reason) => reason === undefined);
    if (pulled || waiting.some((reason) => reason?.includes("ImagePull") === true)) {
      const events = await podEvents(api, namespace, pod);
      // The kubelet sends its events in its own time; nothing is decided before those of the pulls are there.
      if (pulled ? events.filter(isPulled).length >= containers : events.some(isFailure)) return events;
    }
    await sleep(200);
  }
  throw new Error(
    `nothing became of a pod in ${patience / 1000} s: ${words(await podEvents(api, namespace, pod))}`,
  );
}

const words = (events: readonly PodEvent[]): string => events.map(({ message }) => message).join("; ");

const isFailure = ({ reason, message }: PodEvent): boolean =>
  reason === "Failed" && message.startsWith("Failed to pull image");

const isPulled = ({ reason, message }: PodEvent): boolean =>
  reason === "Pulled" && message.startsWith("Successfully pulled image");

/** Undefined for an image that the kubelet had not got to when the pod was given up for another. */
function outcome(
  image: string,
  events: readonly PodEvent[],
  began: number,
): { readonly milliseconds: number; readonly failure?: string } | undefined {
  const about = events.filter(({ message }) => message.includes(`"${image}"`));
  const failure = about.find(isFailure);
  if (failure !== undefined) return { milliseconds: Date.now() - began, failure: failure.message };
  const took = / in ([\dhmsµn.]+)$/.exec(about.find(isPulled)?.message ?? "")?.[1];
  return took === undefined ? undefined : { milliseconds: goDuration(took) };
}

/** Milliseconds of what Go's time.Duration prints: `1m2.5s`, `93.9ms`. */
function goDuration(text: string): number {
  const units: Readonly<Record<string, number>> = {
    h: 3_600_000,
    m: 60_000,
    s: 1000,
    ms: 1,
    µs: 0.001,
    ns: 1e-6,
  };
  const parts = [...text.matchAll(/([\d.]+)(h|ms|m|µs|ns|s)/g)];
  return parts.reduce((sum, [, number, unit]) => sum + Number(number) * (units[unit ?? ""] ?? 0), 0);
}
