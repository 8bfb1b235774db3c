import { beforeAll, expect, test } from "vitest";
import type { Document } from "../../model/document.ts";
import { createAuthority } from "../../pki/authority.ts";
import { issueClient } from "../../pki/leaf.ts";
import { documentOf } from "../harbor-certificate/testing/world.ts";
import { harborRegistrySchema } from "../harbor-registry/schema.ts";
import { nodeTrust } from "./index.ts";
import { nodeTrustSchema } from "./schema.ts";
import { filesOf, machineWith, planOf, signal, stepsOf, type Files } from "./testing/machine.ts";

const ecdsa = { keyType: "ECDSA_P256", validityDays: 30, now: new Date() } as const;
const host = "harbor.example.com:8443";
let sources: Files;
beforeAll(async () => {
  const ca = await createAuthority({ ...ecdsa, commonName: "CA" });
  const leaf = await issueClient(ca, { ...ecdsa, commonName: "node" });
  sources = {
    "/docs/ca.crt": ca.certificatePem,
    "/docs/c.crt": leaf.chainPem,
    "/docs/c.key": leaf.privateKeyPem.reveal(),
  };
});

const documentsOf = (more: object = {}): readonly Document[] => [
  documentOf(harborRegistrySchema, "main", {
    url: `https://${host}`,
    credential: { environment: {} },
    tls: { ca: { file: "ca.crt" } },
  }),
  documentOf(nodeTrustSchema, "nodes", { registry: "main", ...more }),
];

async function rendered(documents: readonly Document[]): Promise<Files> {
  await using machine = await machineWith(sources, documents);
  const files = await nodeTrust.render?.(documents[1] as Document, machine.world, signal);
  expect(await filesOf(machine)).toEqual(sources);
  return Object.fromEntries((files ?? []).map((f) => [f.path, f.text]));
}

test("the public files of all runtimes are rendered, and a node that has them lacks nothing", async () => {
  const documents = documentsOf();
  const files = await rendered(documents);
  expect(Object.keys(files)).toEqual([
    `nodes/etc/containerd/certs.d/${host}/hosts.toml`,
    `nodes/etc/containerd/certs.d/${host}/moorline-ca.crt`,
    `nodes/etc/docker/certs.d/${host}/ca.crt`,
    `nodes/etc/containers/certs.d/${host}/ca.crt`,
  ]);
  const laid = Object.entries(files).map(([path, text]) => [path.slice("nodes".length), text] as const);
  const config = `version = 2\n[plugins."io.containerd.grpc.v1.cri".registry]\n  config_path = "/etc/containerd/certs.d"\n`;
  await using machine = await machineWith(
    { ...sources, ...Object.fromEntries(laid), "/etc/containerd/config.toml": config },
    documents,
  );
  expect(stepsOf(await planOf(machine, documents))).toEqual([]);
});

test("of a client certificate nothing is rendered but the word that the node gets it", async () => {
  const files = await rendered(
    documentsOf({
      runtimes: ["containerd"],
      clientCertificate: { files: { certificate: "c.crt", privateKey: "c.key" } },
    }),
  );
  const text = Object.values(files).join("");
  expect(text).toContain("adds the client certificate");
  expect(text).not.toContain("PRIVATE KEY");
  expect(text).not.toContain("moorline-client");
});
