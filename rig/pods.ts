import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { connectApi, type RigApi } from "./api.ts";
import { rigLayout, type RigLayout } from "./layout.ts";

/** What to run on the rig's node. */
export interface PodRequest {
  readonly image: string;
  /** Made if it is not there. */
  readonly namespace: string;
  /** The name of a Secret in the namespace; without it the service account's are used. */
  readonly pullSecret?: string;
  readonly serviceAccount?: string;
  /** Replaces the image's entrypoint. */
  readonly command?: readonly string[];
  /** `Always` unless told, so that the registry is asked even if the node has the image. */
  readonly pullPolicy?: "Always" | "IfNotPresent" | "Never";
  /** Milliseconds to wait for an outcome; 60 s unless told. */
  readonly patience?: number;
  /** Leave the pod in the cluster. */
  readonly keep?: boolean;
}

export interface PodEvent {
  readonly type: string;
  readonly reason: string;
  readonly message: string;
}

/** What became of the pod. */
export interface PodOutcome {
  readonly name: string;
  /** `Running` and `Succeeded` mean that the image was pulled and started; `Pending` that it could not be. */
  readonly phase: string;
  /** Why the container waits, if it does: `ErrImagePull`, `ImagePullBackOff`, … */
  readonly waiting?: string;
  readonly address?: string;
  readonly events: readonly PodEvent[];
}

interface PodObject {
  readonly status?: {
    readonly phase?: string;
    readonly podIP?: string;
    readonly containerStatuses?: readonly {
      readonly state?: { readonly waiting?: { readonly reason?: string } };
    }[];
  };
}

const failures = new Set([
  "ErrImagePull",
  "ImagePullBackOff",
  "InvalidImageName",
  "ErrImageNeverPull",
  "CreateContainerError",
  "RunContainerError",
]);

/** Runs a pod through the real kubelet until it runs, has ended or cannot start; then deletes it, unless told to keep it. */
export async function runPod(request: PodRequest, layout: RigLayout = rigLayout()): Promise<PodOutcome> {
  await using api = connectApi(layout);
  await ensureNamespace(api, request.namespace, request.serviceAccount ?? "default");
  const name = `pod-${randomBytes(4).toString("hex")}`;
  const path = `/api/v1/namespaces/${request.namespace}/pods`;
  const created = await api.call("POST", path, podObject(name, request));
  if (created.status !== 201) throw new Error(`the pod was not made: ${JSON.stringify(created.body)}`);
  try {
    return await waitForOutcome(api, request, name);
  } finally {
    if (request.keep !== true) await api.call("DELETE", `${path}/${name}`, { gracePeriodSeconds: 0 });
  }
}

function podObject(name: string, request: PodRequest): unknown {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: request.namespace },
    spec: {
      restartPolicy: "Never",
      // There is no cluster DNS in the rig.
      dnsPolicy: "Default",
      terminationGracePeriodSeconds: 0,
      containers: [
        {
          name: "main",
          image: request.image,
          imagePullPolicy: request.pullPolicy ?? "Always",
          ...(request.command === undefined ? {} : { command: request.command }),
        },
      ],
      ...(request.serviceAccount === undefined ? {} : { serviceAccountName: request.serviceAccount }),
      ...(request.pullSecret === undefined ? {} : { imagePullSecrets: [{ name: request.pullSecret }] }),
    },
  };
}

async function waitForOutcome(
  api: RigApi,
  { namespace, patience = 60_000 }: PodRequest,
  name: string,
): Promise<PodOutcome> {
  const deadline = Date.now() + patience;
  let seen = "nothing";
  while (Date.now() < deadline) {
    const { body } = await api.call("GET", `/api/v1/namespaces/${namespace}/pods/${name}`);
    const { phase = "Pending", podIP, containerStatuses = [] } = (body as PodObject).status ?? {};
    const waiting = containerStatuses[0]?.state?.waiting?.reason;
    const events = await podEvents(api, namespace, name);
    seen = `${phase} ${waiting ?? ""} ${JSON.stringify(events)}`;
    const failed = waiting !== undefined && failures.has(waiting) && events.some(tellsWhy(waiting));
    if (phase !== "Pending" || failed) {
      return {
        name,
        phase,
        ...(waiting === undefined ? {} : { waiting }),
        ...(podIP === undefined ? {} : { address: podIP }),
        events,
      };
    }
    await sleep(150);
  }
  throw new Error(`pod ${namespace}/${name} came to nothing in ${patience / 1000} s: ${seen}`);
}

/** The kubelet tells a failed pull in two events, and either may arrive first; only one of them says why. */
function tellsWhy(waiting: string): (event: PodEvent) => boolean {
  const isPull = waiting === "ErrImagePull" || waiting === "ImagePullBackOff";
  return ({ reason, message }) =>
    reason === "Failed" && (!isPull || message.startsWith("Failed to pull image"));
}

/** What was said about the pod. */
export async function podEvents(api: RigApi, namespace: string, name: string): Promise<readonly PodEvent[]> {
  const { body } = await api.call(
    "GET",
    `/api/v1/namespaces/${namespace}/events?fieldSelector=involvedObject.name%3D${name}`,
  );
  const items = (body as { items?: readonly Partial<PodEvent>[] }).items ?? [];
  return items.map(({ type = "", reason = "", message = "" }) => ({ type, reason, message }));
}

/** Makes the namespace unless it is there, and waits for the service account, without which no pod is admitted. */
export async function ensureNamespace(
  api: RigApi,
  namespace: string,
  serviceAccount = "default",
): Promise<void> {
  const { status } = await api.call("POST", "/api/v1/namespaces", { metadata: { name: namespace } });
  if (status !== 201 && status !== 409) throw new Error(`namespace ${namespace}: status ${status}`);
  for (let attempt = 0; attempt < 200; attempt++) {
    const account = await api.call(
      "GET",
      `/api/v1/namespaces/${namespace}/serviceaccounts/${serviceAccount}`,
    );
    // Pods are admitted once the account has its token (1.20 gives each account a token Secret).
    if (account.status === 200 && Array.isArray(account.body["secrets"])) return;
    await sleep(100);
  }
  throw new Error(`service account ${namespace}/${serviceAccount} does not appear`);
}
