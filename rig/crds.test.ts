import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { createKubernetesClient, type KubernetesClient } from "../src/clients/kubernetes/client.ts";
import { loadKubeconfig } from "../src/clients/kubernetes/kubeconfig.ts";
import type { NewObject } from "../src/clients/kubernetes/object.ts";
import { resources, type Resource } from "../src/clients/kubernetes/resources.ts";
import { kinds } from "../src/kinds/registry.ts";
import { rigAddresses } from "./addresses.ts";

const root = join(import.meta.dirname, "..");
const signal = new AbortController().signal;

const resourceOf = (kind: string): Resource => {
  const schema = kinds.map((k) => k.schema).find((s) => s.kind === kind);
  return { group: "moorline.io", version: "v1alpha1", plural: schema?.plural ?? "", kind, namespaced: false };
};

describe("the generated CRDs on a real API server", () => {
  let kubernetes: KubernetesClient;
  const definitions = readdirSync(join(root, "deploy/crds")).map(
    (name) =>
      parse(readFileSync(join(root, "deploy/crds", name), "utf8")) as NewObject & {
        spec: { names: { kind: string } };
      },
  );

  beforeAll(async () => {
    const config = await loadKubeconfig({ path: rigAddresses().kubeconfigPath, environment: {} });
    kubernetes = createKubernetesClient(config, { fieldManager: "moorline-rig" });
  });
  afterAll(async () => {
    for (const definition of definitions)
      await kubernetes.delete(
        resources.customResourceDefinitions,
        { name: definition.metadata.name ?? "" },
        { signal },
      );
    await kubernetes[Symbol.asyncDispose]();
  });

  test.each(definitions.map((d) => [d.spec.names.kind, d] as const))(
    "%s is accepted as structural",
    async (kind, definition) => {
      await kubernetes.apply(resources.customResourceDefinitions, definition, { signal, force: true });
      await expect.poll(() => kubernetes.serves(resourceOf(kind), signal), { timeout: 20_000 }).toBe(true);
    },
  );

  test("every document of the quickstart is accepted", async () => {
    const documents = readdirSync(join(root, "examples/quickstart")).flatMap((name) =>
      parseAllDocuments(readFileSync(join(root, "examples/quickstart", name), "utf8")).map(
        (d) => d.toJS() as NewObject & { kind: string },
      ),
    );
    expect(documents.length).toBeGreaterThan(3);
    for (const document of documents)
      await kubernetes.create(resourceOf(document.kind), document, { signal, dryRun: true });
  });

  test("a field of the wrong type is refused by the API server itself", async () => {
    const wrong = {
      apiVersion: "moorline.io/v1alpha1",
      kind: "ProjectBinding",
      metadata: { name: "wrong" },
      spec: { registry: 5, projects: {}, harborProject: {} },
    };
    await expect(
      kubernetes.create(resourceOf("ProjectBinding"), wrong, { signal, dryRun: true }),
    ).rejects.toMatchObject({
      code: "KUBERNETES_INVALID",
    });
  });
});
