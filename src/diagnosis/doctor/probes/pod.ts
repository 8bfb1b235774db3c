import type { Credential } from "../../../clients/harbor/credential.ts";
import type { KubernetesClient } from "../../../clients/kubernetes/client.ts";
import type { KubernetesObject, Secret } from "../../../clients/kubernetes/object.ts";
import { resources } from "../../../clients/kubernetes/resources.ts";
import { readRegistrySecret } from "../../../clients/kubesphere/registry-secret.ts";
import type { LiveSign } from "../../causes/cause.ts";
import type { Evidence } from "../evidence.ts";

interface ContainerStatus {
  readonly name: string;
  readonly image?: string;
  readonly state?: { readonly waiting?: { readonly reason?: string; readonly message?: string } };
}

/** As much of a pod as is read here. */
export interface Pod extends KubernetesObject {
  readonly spec?: {
    /** Absent until it is scheduled. */
    readonly nodeName?: string;
    readonly containers?: readonly { readonly name: string; readonly image?: string }[];
    readonly initContainers?: readonly { readonly name: string; readonly image?: string }[];
    readonly imagePullSecrets?: readonly { readonly name?: string }[];
  };
  readonly status?: {
    readonly containerStatuses?: readonly ContainerStatus[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
  };
}

/** Why the kubelet says that a container waits, when its image is what it waits for (k8s pkg/kubelet/images/types.go). */
const pullReasons = new Set([
  "ErrImagePull",
  "ImagePullBackOff",
  "ErrImageNeverPull",
  "InvalidImageName",
  "ImageInspectError",
  "RegistryUnavailable",
]);

const statusesOf = ({ status }: Pod): readonly ContainerStatus[] => [
  ...(status?.initContainerStatuses ?? []),
  ...(status?.containerStatuses ?? []),
];

export const podName = ({ metadata }: Pod): string =>
  `pod/${metadata.namespace ?? "default"}/${metadata.name ?? ""}`;

/** Images of a pod that wait to be pulled. */
export function waitingImages(pod: Pod): readonly string[] {
  const containers = [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])];
  const names = new Set(
    statusesOf(pod)
      .filter(waitsForImage)
      .map((s) => s.name),
  );
  return [...new Set(containers.flatMap((c) => (names.has(c.name) && c.image ? [c.image] : [])))];
}

const waitsForImage = ({ state }: ContainerStatus): boolean => pullReasons.has(state?.waiting?.reason ?? "");

interface Event extends KubernetesObject {
  readonly type?: string;
  readonly message?: string;
  readonly involvedObject?: { readonly name?: string; readonly uid?: string };
}

/**
 * What the kubelet says about a pod's pulls: its status, and its events, since a status in back-off has lost the
 * reason. Events may be gone after an hour.
 */
export async function probeKubelet(
  kubernetes: KubernetesClient,
  pod: Pod,
  signal: AbortSignal,
): Promise<readonly Evidence[]> {
  const { namespace = "default", name = "", uid } = pod.metadata;
  const { items } = await kubernetes.list<Event>(resources.events, {
    namespace,
    fieldSelector: `involvedObject.name=${name}`,
    signal,
  });
  const told = items.filter(
    ({ type, involvedObject: about }) =>
      type === "Warning" && about?.name === name && (about.uid === undefined || about.uid === uid),
  );
  const messages = [
    ...statusesOf(pod).flatMap((s) => (waitsForImage(s) ? [s.state?.waiting?.message ?? ""] : [])),
    ...told.map((event) => event.message ?? ""),
  ];
  return [...new Set(messages)]
    .filter((message) => message !== "")
    .map((message) => {
      const about = { probe: "kubelet", subject: podName(pod) } as const;
      // It may be mended already: then the next try works.
      if (waitsOnly.test(message)) return { ...about, outcome: "unknown", told: reasonLost };
      return { ...about, outcome: "wrong", message, told: { en: message, zh: message } };
    });
}

/** The kubelet's words between two tries, without why the last one failed (k8s pkg/kubelet/images/image_manager.go). */
const waitsOnly = /^Back-off pulling image "[^"]*"$|^Error: ImagePullBackOff$/;
const reasonLost = {
  en: "the kubelet waits before it tries again, and why the last try failed is told no more",
  zh: "kubelet 正在等待重试，上次失败的原因已无记录",
};

export interface PullSecrets {
  readonly evidence: readonly Evidence[];
  /** What would explain a refusal, and nothing else: public images need no Secret. */
  readonly ifRefused: readonly Evidence[];
  /** The first that is for this registry, as the kubelet would try it. */
  readonly credential: Credential | undefined;
}

/** Whether a pod's pull Secrets are there, readable, and for the registry that its image comes from. */
export async function probePullSecrets(
  kubernetes: KubernetesClient,
  pod: Pod,
  registry: string,
  signal: AbortSignal,
): Promise<PullSecrets> {
  const { namespace = "default" } = pod.metadata;
  const names = (pod.spec?.imagePullSecrets ?? []).flatMap(({ name }) => (name ? [name] : []));
  const evidence: Evidence[] = [];
  let credential: Credential | undefined;
  const shown = (subject: string, sign: LiveSign, en: string, zh: string): Evidence => {
    return { probe: "pull-secret", subject, outcome: "wrong", sign, told: { en, zh } };
  };
  const wrong = (...about: Parameters<typeof shown>): void => void evidence.push(shown(...about));
  let isForRegistry = false;
  for (const name of names) {
    const subject = `Secret/${namespace}/${name}`;
    const secret = await kubernetes.get<Secret>(resources.secrets, { namespace, name }, signal);
    if (secret === undefined) {
      wrong(subject, "PULL_SECRET_ABSENT", "the Secret is not there", "该 Secret 不存在");
      continue;
    }
    const { entries, problems } = readRegistrySecret(secret);
    if (problems.includes("wrong-type"))
      wrong(subject, "SECRET_TYPE", `its type is ${secret.type ?? "-"}`, `其类型为 ${secret.type ?? "-"}`);
    if (problems.some((p) => p.startsWith("malformed") || p === "no-registry"))
      wrong(subject, "SECRET_UNREADABLE", "its content is no registry login", "其内容不是镜像仓库凭证");
    const entry = entries.find(({ key }) => hostOf(key) === registry);
    if (entry === undefined) continue;
    isForRegistry = true;
    if (problems.includes("key-without-scheme"))
      wrong(
        subject,
        "SECRET_KEY",
        `its key is ${entry.key}, without https://`,
        `其键为 ${entry.key}，缺少 https://`,
      );
    if (entry.username !== "") credential ??= { username: entry.username, password: entry.password };
  }
  const lack =
    names.length === 0
      ? shown(podName(pod), "PULL_SECRET_NONE", "the pod names no pull Secret", "Pod 未指定拉取密钥")
      : shown(
          podName(pod),
          "PULL_SECRET_OTHER_HOST",
          `none of its Secrets is for ${registry}`,
          `其密钥均不适用于 ${registry}`,
        );
  return { evidence, ifRefused: isForRegistry || evidence.length > 0 ? [] : [lack], credential };
}

/** The registry that a key of `auths` stands for, as the kubelet matches it (k8s pkg/credentialprovider/keyring.go). */
const hostOf = (key: string): string => key.replace(/^https?:\/\//, "").replace(/\/.*$/, "");
