import { generateKeyPairSync } from "node:crypto";
import { join } from "node:path";
import { ensureCertificate, type CertificateFiles, type CertificateRequest } from "./certificates.ts";
import { readIfPresent, writeAtomically } from "./files.ts";
import { names, type RigLayout } from "./layout.ts";

/** Every certificate and key of the rig. The cluster's authority and the registries' are two, as in the field. */
export interface RigPki {
  readonly clusterAuthority: CertificateFiles;
  readonly apiServer: CertificateFiles;
  readonly kubelet: CertificateFiles;
  readonly administrator: CertificateFiles;
  readonly apiServerToKubelet: CertificateFiles;
  readonly node: CertificateFiles;
  readonly controllerManager: CertificateFiles;
  readonly scheduler: CertificateFiles;
  /** Signs and checks the tokens of service accounts. */
  readonly serviceAccountKey: string;
  readonly registryAuthority: CertificateFiles;
  readonly registry: CertificateFiles;
  readonly registryExpired: CertificateFiles;
  readonly registryWithoutSan: CertificateFiles;
  /** What a client shows to the registry that demands a certificate. */
  readonly registryClient: CertificateFiles;
  readonly pebble: CertificateFiles;
}

/** Makes what is missing, has changed or is about to expire. */
export async function ensurePki(layout: RigLayout): Promise<RigPki> {
  const make = async (
    name: string,
    request: CertificateRequest,
    authority?: CertificateFiles,
  ): Promise<CertificateFiles> => ensureCertificate(layout.pki, name, request, authority);
  const cluster = await make("cluster-ca", {
    commonName: "Moorline rig cluster CA",
    usage: "authority",
    days: 365,
  });
  const registries = await make("registry-ca", {
    commonName: "Moorline rig registry CA",
    usage: "authority",
    days: 365,
  });
  const client = async (name: string, commonName: string, organization?: string): Promise<CertificateFiles> =>
    make(
      name,
      { commonName, usage: "client", ...(organization === undefined ? {} : { organization }) },
      cluster,
    );
  const registry = { commonName: names.registry, usage: "server", dns: [names.registry] } as const;
  const loopback = ["127.0.0.1"];
  return {
    clusterAuthority: cluster,
    apiServer: await make(
      "kube-apiserver",
      {
        commonName: "kube-apiserver",
        usage: "server",
        dns: ["localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc"],
        addresses: [...loopback, "10.96.0.1"],
      },
      cluster,
    ),
    kubelet: await make(
      "kubelet",
      { commonName: names.node, usage: "server", dns: [names.node], addresses: loopback },
      cluster,
    ),
    administrator: await client("administrator", "moorline-rig-administrator", "system:masters"),
    apiServerToKubelet: await client(
      "kube-apiserver-kubelet-client",
      "kube-apiserver-kubelet-client",
      "system:masters",
    ),
    node: await client("node", `system:node:${names.node}`, "system:nodes"),
    controllerManager: await client("kube-controller-manager", "system:kube-controller-manager"),
    scheduler: await client("kube-scheduler", "system:kube-scheduler"),
    serviceAccountKey: await ensureServiceAccountKey(layout),
    registryAuthority: registries,
    registry: await make("registry", registry, registries),
    registryExpired: await make("registry-expired", { ...registry, days: -1 }, registries),
    registryWithoutSan: await make(
      "registry-without-san",
      { commonName: names.registry, usage: "server" },
      registries,
    ),
    registryClient: await make(
      "registry-client",
      { commonName: "moorline-rig-node", usage: "client" },
      registries,
    ),
    pebble: await make(
      "pebble",
      { commonName: "pebble", usage: "server", dns: ["localhost"], addresses: loopback },
      registries,
    ),
  };
}

async function ensureServiceAccountKey(layout: RigLayout): Promise<string> {
  const path = join(layout.pki, "service-account.key");
  if ((await readIfPresent(path)) === undefined) {
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    await writeAtomically(path, privateKey.export({ type: "pkcs8", format: "pem" }), 0o600);
  }
  return path;
}
