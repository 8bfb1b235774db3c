import { generateKeyPairSync } from "node:crypto";
import { join } from "node:path";
import { ensureCertificate, type CertificateFiles, type CertificateRequest } from "./certificates.ts";
import { readIfPresent, writeAtomically } from "./files.ts";
import { names, type RigLayout } from "./layout.ts";

/** Every certificate and key of the rig. The cluster's authority and the registries' are two, as in the field. */
export interface RigPki extends RegistryPki {
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
}

interface RegistryPki {
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
  const cluster = await make("cluster-ca", { kind: "authority", commonName: "Moorline rig cluster CA" });
  const registries = await make("registry-ca", { kind: "authority", commonName: "Moorline rig registry CA" });
  const client = async (name: string, commonName: string, organization?: string): Promise<CertificateFiles> =>
    make(
      name,
      { kind: "client", commonName, ...(organization === undefined ? {} : { organization }) },
      cluster,
    );
  const loopback = ["127.0.0.1"];
  const apiServer = {
    kind: "server",
    commonName: "kube-apiserver",
    dnsNames: ["localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc"],
    ipAddresses: [...loopback, "10.96.0.1"],
  } as const;
  const node = {
    kind: "server",
    commonName: names.node,
    dnsNames: [names.node],
    ipAddresses: loopback,
  } as const;
  return {
    clusterAuthority: cluster,
    apiServer: await make("kube-apiserver", apiServer, cluster),
    kubelet: await make("kubelet", node, cluster),
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
    ...(await ensureRegistryPki(make, registries)),
  };
}

type Make = (
  name: string,
  request: CertificateRequest,
  authority?: CertificateFiles,
) => Promise<CertificateFiles>;

async function ensureRegistryPki(make: Make, authority: CertificateFiles): Promise<RegistryPki> {
  const registry = { kind: "server", commonName: names.registry, dnsNames: [names.registry] } as const;
  const withoutSan = { kind: "serverWithoutSan", commonName: names.registry } as const;
  const acme = {
    kind: "server",
    commonName: "localhost",
    dnsNames: ["localhost"],
    ipAddresses: ["127.0.0.1"],
  } as const;
  return {
    registryAuthority: authority,
    registry: await make("registry", registry, authority),
    registryExpired: await make("registry-expired", { ...registry, expired: true }, authority),
    registryWithoutSan: await make("registry-without-san", withoutSan, authority),
    registryClient: await make(
      "registry-client",
      { kind: "client", commonName: "moorline-rig-node" },
      authority,
    ),
    pebble: await make("pebble", acme, authority),
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
