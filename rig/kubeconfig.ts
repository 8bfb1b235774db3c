import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import type { CertificateFiles } from "./certificates.ts";
import { writeAtomically } from "./files.ts";
import { ports, type RigLayout } from "./layout.ts";

/** Writes a kubeconfig, with everything it needs inside, for one client of the rig's API server; returns its path. */
export async function writeKubeconfig(
  layout: RigLayout,
  name: string,
  client: CertificateFiles,
  authority: CertificateFiles,
): Promise<string> {
  const encoded = async (path: string): Promise<string> => (await readFile(path)).toString("base64");
  const path = join(layout.home, "kubeconfig", name);
  const user = {
    "client-certificate-data": await encoded(client.certificate),
    "client-key-data": await encoded(client.key),
  };
  const cluster = {
    server: `https://127.0.0.1:${ports.apiServer}`,
    "certificate-authority-data": await encoded(authority.certificate),
  };
  const content = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "rig", cluster }],
    users: [{ name, user }],
    contexts: [{ name: "rig", context: { cluster: "rig", user: name } }],
    "current-context": "rig",
  };
  await writeAtomically(path, stringify(content), 0o600);
  return path;
}
