/** What differs between installations. Values may be the template expressions of a Helm chart. */
export interface InstallSettings {
  readonly namespace: string;
  readonly image: string;
  readonly replicas: number | string;
  /** Names of registry Secrets in the namespace, for the image itself. */
  readonly imagePullSecrets: readonly string[];
  /** Admission of pods; only bindings that ask for it are concerned. */
  readonly admission: boolean;
  /** The agent that carries out NodeTrust and NodeTuning on nodes; none where absent. */
  readonly nodeAgent?: NodeAgentInstall;
}

/** How nodes are seen to. */
export interface NodeAgentInstall {
  /** A namespace of its own, in which pods may see the nodes' files. */
  readonly namespace: string;
  readonly image: string;
  /** Names of registry Secrets in that namespace. */
  readonly imagePullSecrets: readonly string[];
  /** `host:port` where nodes reach the API server before kube-proxy runs there. */
  readonly apiServer?: string;
  /** The agent may read kubelets' settings in effect, by which a NodeTuning is proved. */
  readonly tuning: boolean;
  /** The agent may take the startup taint off. */
  readonly taint: boolean;
}

/** Ports of the processes; Services keep them. */
export const ports = { health: 8081, metrics: 8080, revocation: 8082, webhook: 8443 } as const;

/** Names of the two workloads, of their accounts and their Services. */
export const names = { controller: "moorline-controller", webhook: "moorline-webhook" } as const;

/** As the image runs: no user of the host's, and the same for both. */
export const userId = 65_532;
