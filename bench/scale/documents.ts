import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import type { KubernetesObject, NewObject } from "../../src/clients/kubernetes/object.ts";
import { resources, type Resource } from "../../src/clients/kubernetes/resources.ts";
import type { BenchCluster } from "./api-server.ts";
import { until } from "./until.ts";

const root = join(import.meta.dirname, "../..");
const signal = new AbortController().signal;
const own = (plural: string, kind: string): Resource => ({
  group: "moorline.io",
  version: "v1alpha1",
  plural,
  kind,
  namespaced: false,
});
export const bindings = own("projectbindings", "ProjectBinding");
const registries = own("harborregistries", "HarborRegistry");

/** The CRDs of the tree, and a wait until the server serves them. */
export async function installDefinitions({ client }: BenchCluster): Promise<void> {
  const folder = join(root, "deploy/crds");
  for (const name of readdirSync(folder))
    for (const document of parseAllDocuments(readFileSync(join(folder, name), "utf8"))) {
      const object = document.toJS() as NewObject | null;
      if (object === null) continue;
      await client.apply(resources.customResourceDefinitions, object, { signal, force: true });
    }
  await until(async () => (await client.serves(bindings, signal)) && client.serves(registries, signal));
}

/** One registry, and one binding for each workspace, each with a Harbor project of its own. */
export async function writeDocuments(
  { client }: BenchCluster,
  harbor: { readonly url: string; readonly ca?: string; readonly password: string },
  workspaces: number,
): Promise<void> {
  const credential = { username: "admin", password: harbor.password };
  await client.apply(
    resources.secrets,
    { metadata: { namespace: "default", name: "harbor-admin" }, stringData: credential } as NewObject,
    { signal, force: true },
  );
  const secretRef = { namespace: "default", name: "harbor-admin" };
  const tls = harbor.ca === undefined ? {} : { tls: { ca: { pem: harbor.ca } } };
  const spec = { url: harbor.url, credential: { secretRef }, ...tls };
  await client.apply(registries, { metadata: { name: "main" }, spec } as NewObject, { signal, force: true });
  for (let i = 0; i < workspaces; i++) {
    const name = `workspace-${i}`;
    const binding = { registry: "main", projects: { workspace: name }, harborProject: { name } };
    await client.apply(bindings, { metadata: { name }, spec: binding } as NewObject, { signal, force: true });
  }
}

/** How many bindings say that they are ready. */
export async function readyBindings({ client }: BenchCluster): Promise<number> {
  const { items } = await client.list<KubernetesObject>(bindings, { signal });
  return items.filter((binding) => {
    const { status } = binding as {
      readonly status?: { readonly conditions?: readonly { type: string; status: string }[] };
    };
    return status?.conditions?.some((c) => c.type === "Ready" && c.status === "True");
  }).length;
}
