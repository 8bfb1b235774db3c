/** The versions that the sandbox can be. */
export const kubeSphereVersions = ["3.3.2", "3.4.1", "4.1.2", "4.1.3"] as const;
export type KubeSphereVersion = (typeof kubeSphereVersions)[number];

/** In what the versions differ (facts/kubesphere.md §2.1, §4.2, §6.3). */
export interface Traits {
  readonly major: 3 | 4;
  /** What a failed verification is answered with, and what stands before the reason. */
  readonly verifyFailure: { readonly status: 400 | 401; readonly prefix: string };
  readonly hasTagPaging: boolean;
  /** Image search by ks-apiserver itself. */
  readonly hasImageSearch: boolean;
  /** Paths that anybody may read. */
  readonly openPaths: readonly string[];
  readonly hasPlainVersionPath: boolean;
  readonly workspaceVersion: string;
  readonly templateVersion: string;
}

const failure401 = { status: 401, prefix: "" } as const;

const three = {
  major: 3,
  verifyFailure: failure401,
  hasImageSearch: false,
  workspaceVersion: "v1alpha1",
  templateVersion: "v1alpha2",
} as const;

const four = {
  major: 4,
  hasTagPaging: true,
  hasPlainVersionPath: true,
  workspaceVersion: "v1beta1",
  templateVersion: "v1beta1",
} as const;

const configz = "/kapis/config.kubesphere.io/v1alpha2/configs/configz";

export const traitsOf: Readonly<Record<KubeSphereVersion, Traits>> = {
  "3.3.2": {
    ...three,
    hasTagPaging: false,
    hasPlainVersionPath: false,
    openPaths: ["/kapis/version", "/kapis/metrics", configz],
  },
  "3.4.1": {
    ...three,
    hasTagPaging: true,
    hasPlainVersionPath: true,
    openPaths: ["/kapis/version", "/kapis/metrics", "/healthz", configz],
  },
  "4.1.2": {
    ...four,
    verifyFailure: failure401,
    hasImageSearch: false,
    openPaths: ["/kapis/version", "/version", "/metrics", "/healthz", configz],
  },
  "4.1.3": {
    ...four,
    verifyFailure: { status: 400, prefix: "registry auth failed with err: " },
    hasImageSearch: true,
    openPaths: ["/version", "/metrics", "/healthz", "/livez", configz],
  },
};
