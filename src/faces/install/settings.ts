/** What differs between installations. Values may be the template expressions of a Helm chart. */
export interface InstallSettings {
  readonly namespace: string;
  readonly image: string;
  readonly replicas: number | string;
  /** Names of registry Secrets in the namespace, for the image itself. */
  readonly imagePullSecrets: readonly string[];
  /** Admission of pods; only bindings that ask for it are concerned. */
  readonly admission: boolean;
}

/** Ports of the processes; Services keep them. */
export const ports = { health: 8081, metrics: 8080, revocation: 8082, webhook: 8443 } as const;

/** Names of the two workloads, of their accounts and their Services. */
export const names = { controller: "moorline-controller", webhook: "moorline-webhook" } as const;

/** As the image runs: no user of the host's, and the same for both. */
export const userId = 65_532;
