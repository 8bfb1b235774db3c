import { z } from "zod";
import type { KubernetesClient } from "../../clients/kubernetes/client.ts";
import type { KubernetesObject } from "../../clients/kubernetes/object.ts";
import { resources } from "../../clients/kubernetes/resources.ts";
import { fromUnknown, isError } from "../../model/errors.ts";
import type { World } from "../world.ts";
import type { Kubelet } from "./kubelet.ts";

/** What the API server says of the node and its kubelet. */
export type Effective =
  /** No cluster is known here: nothing can be asked. */
  | { readonly type: "no-cluster" }
  /** The API server does not let us ask, or does not know the node. */
  | { readonly type: "unknown"; readonly reason: string; readonly ready?: boolean }
  | {
      readonly type: "answered";
      readonly ready: boolean;
      readonly values: Readonly<Record<string, unknown>>;
    }
  /** It could not be asked now. */
  | { readonly type: "failed"; readonly reason: string };

interface Node extends KubernetesObject {
  readonly status?: {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

const configz = z.object({ kubeletconfig: z.record(z.string(), z.unknown()) });
const askMs = 10_000;

/** Asks the kubelet for the settings that it runs with: /configz, through the API server's proxy. */
export async function askEffective(kubelet: Kubelet, world: World, signal: AbortSignal): Promise<Effective> {
  let client: KubernetesClient;
  try {
    client = await world.kubernetes();
  } catch (thrown) {
    if (isError(thrown, "KUBECONFIG_MISSING")) return { type: "no-cluster" };
    throw thrown;
  }
  try {
    const node = await findNode(await namesOf(kubelet, world), client, signal);
    if (node === undefined) return { type: "unknown", reason: `no Node ${world.host.name}` };
    const ready = node.status?.conditions?.some((c) => c.type === "Ready" && c.status === "True") ?? false;
    const path = `/api/v1/nodes/${encodeURIComponent(node.metadata.name ?? "")}/proxy/configz`;
    const answer = await client.request({ method: "GET", path, signal, timeoutMs: askMs });
    if (answer.status === 403) return { type: "unknown", reason: "403 nodes/proxy", ready };
    if (answer.status !== 200) return { type: "failed", reason: `/configz: HTTP ${answer.status}` };
    const { kubeletconfig } = configz.parse(answer.json());
    return { type: "answered", ready, values: kubeletconfig };
  } catch (thrown) {
    signal.throwIfAborted();
    return { type: "failed", reason: fromUnknown(thrown, world.host.name).message };
  }
}

/** What the node may be called in the cluster, the likeliest first. */
async function namesOf({ nodeName }: Kubelet, { host }: World): Promise<readonly string[]> {
  const own = (await host.readFile("/proc/sys/kernel/hostname", 4096))?.bytes.toString("utf8").trim();
  const names = [nodeName, host.name, own].flatMap((n) =>
    n === undefined || n === "" ? [] : [n.toLowerCase()],
  );
  return [...new Set(names)].filter((name) => /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(name));
}

async function findNode(
  names: readonly string[],
  client: KubernetesClient,
  signal: AbortSignal,
): Promise<Node | undefined> {
  for (const name of names) {
    const node = await client.get<Node>(resources.nodes, { name }, signal);
    if (node !== undefined) return node;
  }
  return undefined;
}
