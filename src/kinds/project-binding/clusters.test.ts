import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import type { KubernetesClient } from "../../clients/kubernetes/client.ts";
import type { Namespace, NewObject, Secret } from "../../clients/kubernetes/object.ts";
import { resources } from "../../clients/kubernetes/resources.ts";
import { apply } from "../../engine/apply.ts";
import { makePlan } from "../../engine/plan.ts";
import { kinds, startPlant, type Plant } from "./testing/plant.ts";

const never = new AbortController().signal;
const directory = mkdtempSync(join(tmpdir(), "moorline-clusters-"));
let home: Plant;
let member: Plant;
beforeAll(async () => {
  [home, member] = await Promise.all([startPlant(), startPlant()]);
});
afterAll(async () => {
  await Promise.all([home[Symbol.asyncDispose](), member[Symbol.asyncDispose]()]);
  rmSync(directory, { recursive: true, force: true });
});

/** A kubeconfig of the member, as an administrator of it keeps one. */
const kubeconfig = (change: { server?: string; user?: object } = {}): string =>
  stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "member",
    contexts: [{ name: "member", context: { cluster: "member", user: "admin" } }],
    clusters: [
      {
        name: "member",
        cluster: {
          server: change.server ?? member.kubernetes.url,
          "certificate-authority-data": Buffer.from(member.caPem).toString("base64"),
        },
      },
    ],
    users: [{ name: "admin", user: change.user ?? { token: "administrator-of-the-plant" } }],
  });

const addNamespace = async (
  { client, kubernetes }: Plant,
  name: string,
  workspace: string,
): Promise<void> => {
  const metadata = { name, labels: { "kubesphere.io/workspace": workspace } };
  await client.create<Namespace & NewObject>(resources.namespaces, { metadata }, { signal: never });
  await kubernetes.settled();
};
const secretIn = (client: KubernetesClient, namespace: string) =>
  client.get<Secret>(resources.secrets, { namespace, name: "harbor" }, never);

/** Two bindings of one workspace: the projects here, and those of another cluster. */
const documentsOf = (workspace: string, cluster: string): string => `
apiVersion: moorline.io/v1alpha1
kind: HarborRegistry
metadata: {name: main}
spec: {url: HARBOR, credential: {environment: {}}, tls: {ca: {pem: CA}}}
---
apiVersion: moorline.io/v1alpha1
kind: ProjectBinding
metadata: {name: ${workspace}-here}
spec: {registry: main, projects: {workspace: ${workspace}}, harborProject: {name: ${workspace}}}
---
apiVersion: moorline.io/v1alpha1
kind: ProjectBinding
metadata: {name: ${workspace}-there}
spec: {registry: main, cluster: ${cluster}, projects: {workspace: ${workspace}}, harborProject: {name: ${workspace}}}
`;

async function applied(workspace: string, cluster: string) {
  const documents = home.documents(documentsOf(workspace, cluster));
  await using world = home.world(documents);
  const plan = await makePlan(documents, kinds, world, { signal: never });
  const result = await apply(plan, kinds, world);
  return Object.fromEntries(
    result.documents.map((d) => [
      d.name,
      d.failures[0]?.error.code ?? (d.proofs.some((p) => !p.ok) ? "unproved" : d.outcome),
    ]),
  );
}

describe("bindings of two clusters", () => {
  test("each reach their own projects, by robots of their own", async () => {
    await addNamespace(home, "both-app", "both");
    await addNamespace(member, "both-app", "both");
    const secret = {
      metadata: { namespace: "default", name: "member" },
      stringData: { kubeconfig: kubeconfig() },
    };
    await home.client.create(resources.secrets, secret, { signal: never });
    const cluster = "{secretRef: {namespace: default, name: member}}";
    expect(await applied("both", cluster)).toEqual({
      "HarborRegistry/main": "unchanged",
      "ProjectBinding/both-here": "changed",
      "ProjectBinding/both-there": "changed",
    });
    const [here, there] = [
      await secretIn(home.client, "both-app"),
      await secretIn(member.client, "both-app"),
    ];
    expect(here?.data?.[".dockerconfigjson"]).toBeDefined();
    expect(there?.data?.[".dockerconfigjson"]).toBeDefined();
    expect(there?.data).not.toEqual(here?.data);
    expect(await applied("both", cluster)).toMatchObject({ "ProjectBinding/both-there": "unchanged" });
  });

  test("one that is not reached holds up no other", async () => {
    await addNamespace(home, "lost-app", "lost");
    const path = join(directory, "lost.kubeconfig");
    writeFileSync(path, kubeconfig({ server: "https://127.0.0.1:1" }));
    const outcomes = await applied("lost", `{file: ${path}}`);
    expect(outcomes["ProjectBinding/lost-here"]).toBe("changed");
    expect(outcomes["ProjectBinding/lost-there"]).toMatch(/^NETWORK_/);
    expect(await secretIn(home.client, "lost-app")).toBeDefined();
  });

  test.each([
    ["is not there", "", "CLUSTER_KUBECONFIG_MISSING"],
    [
      "runs a program",
      () =>
        kubeconfig({ user: { exec: { apiVersion: "client.authentication.k8s.io/v1", command: "/bin/id" } } }),
      "KUBECONFIG_UNSUPPORTED",
    ],
    [
      "reads a file of this machine",
      () => kubeconfig({ user: { tokenFile: "/etc/shadow" } }),
      "KUBECONFIG_UNSUPPORTED",
    ],
  ])("a kubeconfig that %s is refused by name", async (_, text, code) => {
    const path = join(directory, "refused.kubeconfig");
    writeFileSync(path, typeof text === "string" ? text : text());
    expect(await applied("refused", `{file: ${path}}`)).toMatchObject({
      "ProjectBinding/refused-there": code,
    });
  });
});
