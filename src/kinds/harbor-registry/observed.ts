/** What ks-apiserver knows of the CA. */
export interface ObservedKubesphere {
  /** `v3.4.1`; absent where it can not be told. */
  readonly version?: string;
  readonly generation: 3 | 4;
  /** The Deployment ks-apiserver is there. */
  readonly deployment: boolean;
  /** Digest that the pod template carries of the CA, where volume and mount are as we set them. */
  readonly mountedDigest?: string;
  readonly configMap?: { readonly ours: boolean; readonly digest: string };
}

/** What a robot could read of itself. Times are ISO 8601. */
export type ObservedPlatformRobot =
  | { readonly state: "read"; readonly createdAt?: string; readonly expiresAt?: string }
  /** It may not list robots; or no list that it may read holds it. */
  | { readonly state: "forbidden" | "hidden" };

/** Everything that a plan is made from. Holds no secret and nothing that changes by itself. */
export interface ObservedRegistry {
  readonly url: string;
  readonly version: string;
  readonly username: string;
  readonly identity: "administrator" | "user" | "robot";
  /** The robot's own entry in Harbor, where the account is one; absent otherwise. */
  readonly robot?: ObservedPlatformRobot;
  /** What the account was seen not to be allowed; in Harbor's own terms. */
  readonly lacks: readonly string[];
  readonly defaultPassword: boolean;
  readonly unhealthy: readonly { readonly component: string; readonly status: string }[];
  readonly readOnly: boolean;
  /** Harbor's own idea of its address, where it told. */
  readonly externalUrl?: string;
  /** ISO 8601. */
  readonly certificateNotAfter?: string;
  /** Harbor refuses clients that show no certificate. */
  readonly wantsClientCertificates: boolean;
  /** Digest of the PEM bundle that the document trusts; absent where it trusts the machine's roots. */
  readonly caDigest?: string;
  /** When the first certificate of that bundle ends, ISO 8601. */
  readonly caNotAfter?: string;
  /** Absent where there is no KubeSphere, or no cluster at all. */
  readonly kubesphere?: ObservedKubesphere;
}
