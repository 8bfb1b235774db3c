import type { KubernetesClient } from "../../clients/kubernetes/client.ts";
import type { KubernetesObject } from "../../clients/kubernetes/object.ts";
import { resources } from "../../clients/kubernetes/resources.ts";
import { oldestKubernetes } from "../../clients/kubernetes/version.ts";
import { finding } from "../../model/finding.ts";
import { message } from "../../text/message.ts";
import type { Check } from "./check.ts";

interface Pod extends KubernetesObject {
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

/** What was seen of one CoreDNS pod. */
export interface DnsPod {
  readonly name: string;
  readonly ready: boolean;
  /** Its readiness port, asked through the API server: undefined for an answer, else why there was none. */
  readonly silence?: string;
}

/** Looks at the version and at CoreDNS. @throws what the API server answers */
export async function checkKubernetes(
  kubernetes: KubernetesClient,
  signal: AbortSignal,
): Promise<readonly Check[]> {
  const [version, pods] = await Promise.all([kubernetes.version(signal), dnsPods(kubernetes, signal)]);
  return [judgeVersion(kubernetes.server, version), judgeDns(kubernetes.server, pods)];
}

/** Kubernetes of the oldest supported version or later. */
export function judgeVersion(
  subject: string,
  version: { readonly major: number; readonly minor: number; readonly text: string },
): Check {
  const { major, minor } = oldestKubernetes;
  const fits = version.major > major || (version.major === major && version.minor >= minor);
  return fits
    ? { subject, holds: message("preflight.kubernetes", { version: version.text }) }
    : { subject, finding: finding("PREFLIGHT_KUBERNETES_TOO_OLD", subject, { version: version.text }) };
}

/** CoreDNS is there, ready, and answers. */
export function judgeDns(subject: string, pods: readonly DnsPod[]): Check {
  if (pods.length === 0) return { subject, finding: finding("PREFLIGHT_COREDNS_ABSENT", subject) };
  const ready = pods.filter((p) => p.ready).length;
  if (ready < pods.length)
    return {
      subject,
      finding: finding("PREFLIGHT_COREDNS_NOT_READY", subject, { ready, total: pods.length }),
    };
  const silent = pods.find((p) => p.silence !== undefined);
  return silent === undefined
    ? { subject, holds: message("preflight.coredns", { ready }) }
    : {
        subject,
        finding: finding("PREFLIGHT_COREDNS_SILENT", subject, {
          pod: silent.name,
          reason: silent.silence ?? "",
        }),
      };
}

/** CoreDNS keeps the label of its predecessor in every installer, KubeKey's included. */
const dnsLabel = "k8s-app=kube-dns";

async function dnsPods(kubernetes: KubernetesClient, signal: AbortSignal): Promise<readonly DnsPod[]> {
  const { items } = await kubernetes.list<Pod>(resources.pods, {
    namespace: "kube-system",
    labelSelector: dnsLabel,
    signal,
  });
  return Promise.all(
    items.map(async (pod): Promise<DnsPod> => {
      const name = pod.metadata.name ?? "";
      const ready = pod.status?.conditions?.some((c) => c.type === "Ready" && c.status === "True") ?? false;
      const silence = ready ? await readinessSilence(kubernetes, name, signal) : undefined;
      return { name, ready, ...(silence === undefined ? {} : { silence }) };
    }),
  );
}

/** CoreDNS's plugin "ready" answers on 8181 once every plugin can serve; the API server forwards the question. */
async function readinessSilence(
  kubernetes: KubernetesClient,
  pod: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const path = `/api/v1/namespaces/kube-system/pods/${pod}:8181/proxy/ready`;
  const answer = await kubernetes.request({
    method: "GET",
    path,
    signal,
    timeoutMs: 10_000,
    maxBodyBytes: 65_536,
  });
  // Without the right to use the proxy nothing is known, and readiness as the kubelet sees it stands.
  if (answer.status === 200 || answer.status === 403 || answer.status === 404) return undefined;
  return `HTTP ${answer.status}`;
}
