import type { KubernetesClient } from "../../../clients/kubernetes/client.ts";
import type { KubernetesObject } from "../../../clients/kubernetes/object.ts";
import { resources } from "../../../clients/kubernetes/resources.ts";
import type { Evidence } from "../evidence.ts";
import { evidenceOf } from "./ask.ts";

interface DnsPod extends KubernetesObject {
  readonly status?: {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

const namespace = "kube-system";

/** Whether the Service kube-dns has pods that are ready. A cluster without that Service has a DNS of another kind. */
export async function probeClusterDns(
  kubernetes: KubernetesClient,
  signal: AbortSignal,
): Promise<readonly Evidence[]> {
  const service = await kubernetes.get(resources.services, { namespace, name: "kube-dns" }, signal);
  const say = evidenceOf("cluster-dns", `Service/${namespace}/kube-dns`);
  if (service === undefined)
    return [say.unknown("there is no Service kube-dns to look at", "没有可供检查的 kube-dns 服务")];
  const { items } = await kubernetes.list<DnsPod>(resources.pods, {
    namespace,
    labelSelector: "k8s-app=kube-dns",
    signal,
  });
  const ready = items.filter((pod) =>
    pod.status?.conditions?.some((c) => c.type === "Ready" && c.status === "True"),
  );
  if (ready.length > 0)
    return [say.fine(`${ready.length} of its pods are ready`, `${ready.length} 个 Pod 就绪`)];
  return [
    say.wrong(
      "CLUSTER_DNS_DOWN",
      `none of its ${items.length} pods is ready`,
      `其 ${items.length} 个 Pod 均未就绪`,
    ),
  ];
}
