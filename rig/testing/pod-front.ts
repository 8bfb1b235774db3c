import { connect, createServer, type AddressInfo } from "node:net";
import type { KubernetesClient } from "../../src/clients/kubernetes/client.ts";
import type { KubernetesObject } from "../../src/clients/kubernetes/object.ts";
import { resources } from "../../src/clients/kubernetes/resources.ts";

/** A port of this machine that leads to ready pods: what kube-proxy does for a Service, which the rig has none of. */
export interface PodFront extends AsyncDisposable {
  readonly port: number;
}

interface Pod extends KubernetesObject {
  readonly status?: {
    readonly podIP?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

/** Each new connection goes to a pod that is ready and not on its way out; those that there are stay where they are. */
export async function startPodFront(
  client: KubernetesClient,
  where: { readonly namespace: string; readonly labelSelector: string; readonly port: number },
): Promise<PodFront> {
  const stopping = new AbortController();
  const { signal } = stopping;
  const { namespace, labelSelector } = where;
  const pods = new Map<string, Pod>();
  const follow = async (): Promise<void> => {
    for await (const event of client.watch<Pod>(resources.pods, { namespace, labelSelector, signal })) {
      if (event.type === "listed") {
        pods.clear();
        for (const pod of event.items) pods.set(pod.metadata.name ?? "", pod);
      } else if (event.type === "deleted") pods.delete(event.object.metadata.name ?? "");
      else pods.set(event.object.metadata.name ?? "", event.object);
    }
  };
  const following = follow();
  const isReady = ({ metadata, status }: Pod): boolean =>
    metadata.deletionTimestamp === undefined &&
    status?.conditions?.some((c) => c.type === "Ready" && c.status === "True") === true;
  const server = createServer((socket) => {
    const host = [...pods.values()].find(isReady)?.status?.podIP;
    if (host === undefined) {
      socket.destroy();
      return;
    }
    const upstream = connect({ host, port: where.port });
    socket.pipe(upstream).pipe(socket);
    for (const [one, other] of [
      [socket, upstream],
      [upstream, socket],
    ] as const)
      one.on("error", () => other.destroy()).on("close", () => other.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      stopping.abort();
      await following;
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
