import { z } from "zod";
import type { KubernetesClient } from "../../clients/kubernetes/client.ts";
import type { NodeLimits } from "./measurement.ts";

/** `/configz` of a kubelet (k8s.io/kubernetes cmd/kubelet/app/server.go; kubelet.config.k8s.io/v1beta1). */
const configz = z.object({
  kubeletconfig: z.object({
    serializeImagePulls: z.boolean().optional(),
    maxParallelImagePulls: z.int().optional(),
    registryPullQPS: z.number().optional(),
    registryBurst: z.number().optional(),
  }),
});

/**
 * What a node's kubelet allows, as it runs now.
 * @returns the name alone where the kubelet does not tell, or this account may not ask
 */
export async function nodeLimits(
  client: KubernetesClient,
  node: string,
  signal: AbortSignal,
): Promise<NodeLimits> {
  const path = `/api/v1/nodes/${encodeURIComponent(node)}/proxy/configz`;
  const answer = await client.request({ method: "GET", path, signal, maxBodyBytes: 1 << 20 });
  const parsed = answer.status === 200 ? configz.safeParse(answer.json()) : undefined;
  if (parsed?.success !== true) return { node };
  const { serializeImagePulls, maxParallelImagePulls, registryPullQPS, registryBurst } =
    parsed.data.kubeletconfig;
  return {
    node,
    ...(serializeImagePulls !== undefined && { serializeImagePulls }),
    ...(maxParallelImagePulls !== undefined && { maxParallelImagePulls }),
    ...(registryPullQPS !== undefined && { registryPullQps: registryPullQPS }),
    ...(registryBurst !== undefined && { registryBurst }),
  };
}
