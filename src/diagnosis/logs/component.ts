/** Who wrote a line. */
export const components = [
  "nginx-access",
  "nginx-error",
  "core",
  "jobservice",
  "registryctl",
  "registry",
  "registry-access",
  "ks-apiserver",
  "containerd",
  "docker",
  "kubelet",
  "event",
  "audit",
  "unknown",
] as const;

export type Component = (typeof components)[number];

/** Names under which containers, units and rsyslog programs are known, by what stands in them. */
const known: readonly (readonly [RegExp, Component])[] = [
  [/registryctl/, "registryctl"],
  [/jobservice/, "jobservice"],
  [/ks-apiserver/, "ks-apiserver"],
  [/kubelet/, "kubelet"],
  [/containerd/, "containerd"],
  [/dockerd|^docker$/, "docker"],
  [/registry/, "registry"],
  [/\bcore\b/, "core"],
];

/** The component that a container, pod, unit or program of this name is; nothing where the name says too little. */
export function componentNamed(name: string): Component | undefined {
  return known.find(([pattern]) => pattern.test(name))?.[1];
}
