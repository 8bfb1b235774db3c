import { join } from "node:path";

/** Everything the rig listens on, all of it on 127.0.0.1. */
export const ports = {
  etcd: 29379,
  etcdPeer: 29380,
  apiServer: 29443,
  controllerManager: 29257,
  scheduler: 29259,
  kubelet: 29250,
  kubeletHealth: 29248,
  /** docker-registry itself, plain HTTP. */
  registry: 29500,
  /** nginx with TLS in front of it; what each listener does wrong, if anything, stands in services/nginx.ts. */
  registryOpen: 29543,
  registryAuthenticated: 29544,
  registryMutualTls: 29545,
  registryExpired: 29546,
  registryWithoutSan: 29547,
  registryTokens: 29548,
  pebble: 29600,
  pebbleManagement: 29601,
  challengeManagement: 29602,
  challengeDns: 29603,
  challengeHttp: 29604,
  challengeTlsAlpn: 29605,
  /** Kept free of listeners, for the tests of refused connections and of dropped packets. */
  nothing: 29699,
  dropped: 29698,
} as const;

/** Names that resolve to 127.0.0.1 while the rig is up. */
export const names = {
  registry: "harbor.localtest",
  /** Resolves too, and stands in no certificate. */
  other: "other.localtest",
  node: "node1.localtest",
  /** The name that the rig never makes resolvable. */
  nowhere: "nosuch.localtest",
} as const;

/** Where the rig keeps its things. All of it may be deleted while the rig is down. */
export interface RigLayout {
  /** Data, configuration, keys and logs. */
  readonly home: string;
  /** Sockets and what containerd and docker expect to lose at a reboot. */
  readonly runtime: string;
  /** What is costly to make again: the Kubernetes binaries. */
  readonly cache: string;
  readonly logs: string;
  readonly pki: string;
  readonly processes: string;
}

/** The layout from the environment: MOORLINE_RIG_HOME, MOORLINE_RIG_RUN and MOORLINE_RIG_CACHE, or their defaults. */
export function rigLayout(environment: NodeJS.ProcessEnv = process.env): RigLayout {
  const home = environment["MOORLINE_RIG_HOME"] ?? "/var/lib/moorline-rig";
  return {
    home,
    runtime: environment["MOORLINE_RIG_RUN"] ?? "/run/moorline-rig",
    cache: environment["MOORLINE_RIG_CACHE"] ?? "/var/cache/moorline-rig",
    logs: join(home, "log"),
    pki: join(home, "pki"),
    processes: join(home, "processes"),
  };
}
