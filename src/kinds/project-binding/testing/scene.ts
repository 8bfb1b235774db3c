import type { Namespace, Secret, ServiceAccount } from "../../../clients/kubernetes/object.ts";
import { resources } from "../../../clients/kubernetes/resources.ts";
import { openEndpoint } from "../../../clients/http/endpoint.ts";
import { createRegistryClient } from "../../../clients/registry/client.ts";
import { apply, type ApplyResult } from "../../../engine/apply.ts";
import { makePlan, type Plan } from "../../../engine/plan.ts";
import type { Scene } from "../../../engine/testing/invariants.ts";
import type { Document } from "../../../model/document.ts";
import { Sensitive } from "../../../model/sensitive.ts";
import type { World } from "../../world.ts";
import { robotOwner } from "../ownership.ts";
import { adminPassword, kinds, type Plant } from "./plant.ts";

const never = new AbortController().signal;
let scenes = 0;

/** Projects of a workspace of their own, bound to a Harbor project of their own, in a plant that others use too. */
export interface Stage extends Scene<World> {
  readonly plant: Plant;
  readonly harborProject: string;
  readonly namespaces: readonly string[];
  plan(direction?: "apply" | "remove"): Promise<Plan>;
  apply(): Promise<ApplyResult>;
  secret(namespace: string): Promise<Secret | undefined>;
  patchSecret(namespace: string, body: object): Promise<void>;
  robots(): Promise<
    readonly { id: number; name: string; description?: string | undefined; disable: boolean }[]
  >;
  /** Writes to Harbor and Kubernetes since the last call. */
  writes(): Promise<number>;
}

export interface StageOptions {
  readonly projects: number;
  /** More of the binding's spec, as YAML lines indented by two. */
  readonly spec?: string;
  readonly password?: string;
  readonly now?: () => Date;
  readonly harborProject?: string;
}

export async function setStage(plant: Plant, options: StageOptions): Promise<Stage> {
  const id = `s${++scenes}`;
  const harborProject = options.harborProject ?? `${id}-images`;
  const namespaces = Array.from({ length: options.projects }, (_, i) => `${id}-p${i}`);
  for (const name of namespaces) await addNamespace(plant, name, { "kubesphere.io/workspace": id });
  await plant.kubernetes.settled();
  const documents = plant.documents(documentsOf(id, harborProject, options.spec ?? ""));
  const { password, now } = options;
  const world = plant.world(documents, {
    ...(password !== undefined && { password }),
    ...(now !== undefined && { now }),
  });
  return stageOf(plant, id, harborProject, namespaces, documents, world);
}

export async function addNamespace(
  plant: Plant,
  name: string,
  labels: Record<string, string>,
): Promise<void> {
  await plant.client.create<Namespace & { metadata: { name: string } }>(
    resources.namespaces,
    { metadata: { name, labels } },
    { signal: never },
  );
}

const documentsOf = (id: string, harborProject: string, spec: string): string => `
apiVersion: moorline.io/v1alpha1
kind: HarborRegistry
metadata: {name: main}
spec:
  url: HARBOR
  credential: {environment: {}}
  tls: {ca: {pem: CA}}
---
apiVersion: moorline.io/v1alpha1
kind: ProjectBinding
metadata: {name: ${id}}
spec:
  registry: main
  projects: {workspace: ${id}}
  harborProject: {name: ${harborProject}}
${spec}`;

function stageOf(
  plant: Plant,
  id: string,
  harborProject: string,
  namespaces: readonly string[],
  documents: readonly Document[],
  world: World & AsyncDisposable,
): Stage {
  const at = (namespace: string) => ({ namespace, name: "harbor" });
  const secret = (namespace: string) => plant.client.get<Secret>(resources.secrets, at(namespace), never);
  const plan = (direction: "apply" | "remove" = "apply") =>
    makePlan(documents, kinds, world, { direction, signal: never });
  const robots: Stage["robots"] = async () => {
    const project = await plant.admin.projects.getByName(harborProject);
    return project === undefined ? [] : plant.admin.robots.listOfProject(project.project_id);
  };
  const worked = new Set<string>();
  let counted = countWrites(plant);
  return {
    plant,
    harborProject,
    namespaces,
    documents,
    world,
    plan,
    secret,
    robots,
    apply: async () => apply(await plan(), kinds, world),
    patchSecret: async (namespace, body) => {
      await plant.client.patch(resources.secrets, at(namespace), "merge", body, { signal: never });
    },
    writes: () => {
      const before = counted;
      counted = countWrites(plant);
      return Promise.resolve(counted - before);
    },
    works: async () => {
      const works = await Promise.all(namespaces.map((n) => canPull(plant, n, harborProject)));
      const lost = namespaces.filter((n, i) => worked.has(n) && works[i] !== true);
      for (const [i, n] of namespaces.entries()) if (works[i] === true) worked.add(n);
      return lost.length === 0;
    },
    snapshot: async () => ({
      projects: await Promise.all(namespaces.map((n) => snapshotOf(plant, n, id))),
      robots: (await robots())
        .map((r) => ({
          owner: robotOwner(r.description ?? "")?.namespace.replace(id, "s"),
          disabled: r.disable,
        }))
        .toSorted((a, b) => String(a.owner).localeCompare(String(b.owner))),
    }),
    secrets: async () => {
      const found = await Promise.all(namespaces.map(secret));
      return [
        adminPassword,
        ...found.flatMap((s) => (s === undefined ? [] : (credentialIn(s)?.password ?? []))),
      ];
    },
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
}

function countWrites({ harbor, kubernetes }: Plant): number {
  const inHarbor = harbor.requests.filter((r) => !["GET", "HEAD"].includes(r.method)).length;
  return inHarbor + kubernetes.store.revision;
}

/** What a kubelet reads in a Secret. */
export function credentialIn(secret: Secret): { username: string; password: string } | undefined {
  try {
    const text = Buffer.from(secret.data?.[".dockerconfigjson"] ?? "", "base64").toString();
    const { auths } = JSON.parse(text) as { auths: Record<string, { auth: string }> };
    const [entry] = Object.values(auths);
    const [username = "", password = ""] = Buffer.from(entry?.auth ?? "", "base64")
      .toString()
      .split(":");
    return username === "" || password === "" ? undefined : { username, password };
  } catch {
    // Whatever is not a registry configuration holds no credential.
    return undefined;
  }
}

/** Whether a pod of the namespace could pull: by its service account's Secret, as the kubelet does it. */
async function canPull(plant: Plant, namespace: string, harborProject: string): Promise<boolean> {
  const account = await plant.client.get<ServiceAccount>(
    resources.serviceAccounts,
    { namespace, name: "default" },
    never,
  );
  if (!account?.imagePullSecrets?.some((s) => s.name === "harbor")) return false;
  const secret = await plant.client.get<Secret>(resources.secrets, { namespace, name: "harbor" }, never);
  const found = secret?.type === "kubernetes.io/dockerconfigjson" ? credentialIn(secret) : undefined;
  if (found === undefined) return false;
  await using endpoint = openEndpoint(plant.harbor.url, { tls: { ca: plant.caPem } });
  const credential = { username: found.username, password: new Sensitive(found.password) };
  try {
    const { granted } = await createRegistryClient(endpoint, credential).checkAccess(`${harborProject}/app`, [
      "pull",
    ]);
    return granted.includes("pull");
  } catch {
    // A refused credential cannot pull, which is the answer.
    return false;
  }
}

async function snapshotOf(plant: Plant, namespace: string, id: string): Promise<unknown> {
  const account = await plant.client.get<ServiceAccount>(
    resources.serviceAccounts,
    { namespace, name: "default" },
    never,
  );
  const secret = await plant.client.get<Secret>(resources.secrets, { namespace, name: "harbor" }, never);
  const annotations = Object.keys(secret?.metadata.annotations ?? {}).filter(
    (key) => key !== "moorline.io/fence" && key !== "moorline.io/created-harbor-project",
  );
  return {
    namespace: namespace.replace(id, "s"),
    pullSecrets: account?.imagePullSecrets,
    type: secret?.type,
    labels: JSON.stringify(secret?.metadata.labels).replaceAll(id, "s"),
    annotations: annotations.sort(),
    canPull: await canPull(plant, namespace, `${id}-images`),
  };
}
