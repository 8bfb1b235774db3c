import { join } from "node:path";
import { names, ports, rigLayout, type RigLayout } from "./layout.ts";
import { containerdPaths } from "./services/containerd.ts";
import { dockerPaths } from "./services/docker.ts";
import { registryPasswordPath, registryUser } from "./services/nginx.ts";

/** Where everything in a running rig is met. Paths are absolute; hosts are `name:port` as in an image reference. */
export interface RigAddresses {
  /** An administrator's (system:masters) kubeconfig. */
  readonly kubeconfigPath: string;
  readonly apiServerUrl: string;
  readonly clusterAuthorityPath: string;
  readonly administrator: { readonly certificatePath: string; readonly keyPath: string };
  readonly etcdUrl: string;
  readonly nodeName: string;
  readonly containerdConfigPath: string;
  readonly containerdSocket: string;
  /** containerd's `config_path`: a folder per registry host goes here. */
  readonly certsDirectory: string;
  /** An argv that restarts the rig's containerd and waits until it answers. */
  readonly restartContainerd: readonly string[];
  readonly dockerSocket: string;
  /** What the rig's dockerd reads as /etc/docker/certs.d. */
  readonly dockerCertsDirectory: string;
  /** The authority of every registry listener's certificate; no node trusts it until a test makes it so. */
  readonly registryAuthorityPath: string;
  /** The pair that the mutual TLS listener accepts. */
  readonly registryClient: { readonly certificatePath: string; readonly keyPath: string };
  readonly registries: RigRegistries;
  /** The ACME directory of pebble, whose own certificate is signed by `registryAuthorityPath` and says localhost. */
  readonly acmeDirectoryUrl: string;
  /** pebble-challtestsrv's management API, over plain HTTP. */
  readonly challengeManagementUrl: string;
  /** Resolves to 127.0.0.1 and stands in no certificate. */
  readonly otherName: string;
  /** Does not resolve. */
  readonly nowhereName: string;
  /** Nothing listens here. */
  readonly refusedHost: string;
  /** Nothing listens here either; a test may let the packets to it be dropped. */
  readonly droppedHost: string;
}

/** One docker-registry behind several listeners; `rig/busybox:1` is in it from the start. */
export interface RigRegistries {
  /** Plain HTTP, no account. */
  readonly plain: string;
  /** TLS, no account. */
  readonly open: string;
  /** TLS and HTTP Basic authentication. */
  readonly authenticated: { readonly host: string; readonly user: string; readonly passwordPath: string };
  /**
   * TLS and Harbor's token flow, with the account of `authenticated`: `rig/` may be read with it, `closed/` by nobody, and
   * every refusal is a 401.
   */
  readonly tokens: string;
  /** TLS that demands a client certificate. */
  readonly mutualTls: string;
  /** TLS with a certificate that expired yesterday. */
  readonly expired: string;
  /** TLS with a certificate that names its host in the common name only. */
  readonly withoutSan: string;
}

/** The addresses of the rig with that layout; computed, so they can be asked for before the rig is up. */
export function rigAddresses(layout: RigLayout = rigLayout()): RigAddresses {
  const containerd = containerdPaths(layout);
  const docker = dockerPaths(layout);
  const pair = (name: string) => ({
    certificatePath: join(layout.pki, `${name}.crt`),
    keyPath: join(layout.pki, `${name}.key`),
  });
  const host = (port: number): string => `${names.registry}:${port}`;
  return {
    kubeconfigPath: join(layout.home, "kubeconfig", "administrator"),
    apiServerUrl: `https://127.0.0.1:${ports.apiServer}`,
    clusterAuthorityPath: join(layout.pki, "cluster-ca.crt"),
    administrator: pair("administrator"),
    etcdUrl: `http://127.0.0.1:${ports.etcd}`,
    nodeName: names.node,
    containerdConfigPath: containerd.configuration,
    containerdSocket: containerd.socket,
    certsDirectory: containerd.certificates,
    restartContainerd: [process.execPath, join(import.meta.dirname, "main.ts"), "restart", "containerd"],
    dockerSocket: docker.socket,
    dockerCertsDirectory: docker.certificates,
    registryAuthorityPath: join(layout.pki, "registry-ca.crt"),
    registryClient: pair("registry-client"),
    registries: {
      plain: host(ports.registry),
      open: host(ports.registryOpen),
      authenticated: {
        host: host(ports.registryAuthenticated),
        user: registryUser,
        passwordPath: registryPasswordPath(layout),
      },
      tokens: host(ports.registryTokens),
      mutualTls: host(ports.registryMutualTls),
      expired: host(ports.registryExpired),
      withoutSan: host(ports.registryWithoutSan),
    },
    acmeDirectoryUrl: `https://localhost:${ports.pebble}/dir`,
    challengeManagementUrl: `http://127.0.0.1:${ports.challengeManagement}`,
    otherName: names.other,
    nowhereName: names.nowhere,
    refusedHost: host(ports.nothing),
    droppedHost: host(ports.dropped),
  };
}
