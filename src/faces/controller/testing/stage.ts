import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { vi } from "vitest";
import type { KubernetesClient } from "../../../clients/kubernetes/client.ts";
import type { KubernetesObject, Secret, ServiceAccount } from "../../../clients/kubernetes/object.ts";
import { resources } from "../../../clients/kubernetes/resources.ts";
import { robotOwner } from "../../../kinds/project-binding/ownership.ts";
import { adminPassword, startPlant, type Plant } from "../../../kinds/project-binding/testing/plant.ts";
import { clusterKinds, kinds } from "../../../kinds/registry.ts";
import { customResourceDefinition } from "../../../model/generate/crd.ts";
import { startController, type Controller } from "../controller.ts";
import { resourceOfKind, type DocumentObject } from "../documents.ts";
import type { ControllerOptions } from "../options.ts";
import type { DocumentStatus } from "../status.ts";

const never = new AbortController().signal;
const limit = { timeout: 60_000, interval: 20 };

/** The sandbox's Harbor and Kubernetes with Moorline's definitions, and controllers that work on them. */
export interface ControllerStage extends AsyncDisposable {
  readonly plant: Plant;
  readonly client: KubernetesClient;
  /** Starts a replica. */
  start(identity: string, over?: Partial<ControllerOptions>): Controller & { stop(): Promise<void> };
  /** Writes a document; `main` is the plant's Harbor. */
  put(kind: string, name: string, spec: object): Promise<void>;
  remove(kind: string, name: string): Promise<void>;
  status(kind: string, name: string): Promise<DocumentStatus | undefined>;
  /** Waits until a condition of a document is what is asked. */
  until(kind: string, name: string, condition: string, is: string, reason?: string): Promise<void>;
  addProject(name: string, workspace: string): Promise<void>;
  hasSecret(namespace: string): Promise<boolean>;
  isLinked(namespace: string): Promise<boolean>;
  /** Namespaces that have robots in a Harbor project. */
  robotsOf(project: string): Promise<readonly string[]>;
  events(name: string): Promise<readonly (KubernetesObject & { reason?: string; count?: number })[]>;
  readonly troubles: string[];
}

const resource = (kind: string) => {
  const found = kinds.find((k) => k.schema.kind === kind);
  if (found === undefined) throw new Error(`no such kind: ${kind}`);
  return resourceOfKind(found.schema);
};

export async function startStage(): Promise<ControllerStage> {
  const plant = await startPlant();
  const { client } = plant;
  for (const { schema } of kinds)
    await client.create(
      resources.customResourceDefinitions,
      customResourceDefinition(schema) as unknown as { metadata: { name: string } },
      { signal: never },
    );
  for (const { schema } of kinds)
    await vi.waitUntil(() => client.serves(resourceOfKind(schema), never), limit);
  const account = { username: "admin", password: adminPassword };
  await client.create(
    resources.secrets,
    {
      metadata: { name: "harbor-account", namespace: "default" },
      data: Object.fromEntries(
        Object.entries(account).map(([key, value]) => [key, Buffer.from(value).toString("base64")]),
      ),
    } as never,
    { signal: never },
  );
  const world = plant.world([]);
  const troubles: string[] = [];
  const running = new Set<() => Promise<void>>();
  const get = (kind: string, name: string) => client.get<DocumentObject>(resource(kind), { name }, never);
  const status: ControllerStage["status"] = async (kind, name) =>
    (await get(kind, name))?.status as DocumentStatus | undefined;
  const secretOf = (namespace: string) =>
    client.get<Secret>(resources.secrets, { namespace, name: "harbor" }, never);
  const stage: Omit<ControllerStage, typeof Symbol.asyncDispose> = {
    plant,
    client,
    troubles,
    start: (identity, over = {}) => {
      const stopping = new AbortController();
      const controller = startController({
        client,
        world,
        kinds,
        carriedOut: clusterKinds,
        clock: {
          now: () => new Date(),
          sleep: async (milliseconds, signal) => {
            await sleep(milliseconds, undefined, { signal });
          },
        },
        random: world.random,
        elapsed: () => performance.now(),
        language: "en",
        identity,
        lease: { namespace: "default", name: "moorline-controller", retryMs: 100 },
        workers: 2,
        resyncMs: 3_600_000,
        stopping: stopping.signal,
        onTrouble: ({ message }) => troubles.push(message),
        ...over,
      });
      const stop = async (): Promise<void> => {
        running.delete(stop);
        stopping.abort();
        await controller.ended;
      };
      running.add(stop);
      return { ...controller, stop };
    },
    put: async (kind, name, spec) => {
      await client.apply(resource(kind), { metadata: { name }, spec } as never, {
        signal: never,
        fieldManager: "test",
        force: true,
      });
    },
    remove: async (kind, name) => {
      await client.delete(resource(kind), { name }, { signal: never });
      await vi.waitUntil(async () => (await get(kind, name)) === undefined, limit);
    },
    status,
    until: async (kind, name, condition, is, reason) => {
      const holds = async (): Promise<boolean> => {
        const found = (await status(kind, name))?.conditions?.find((c) => c.type === condition);
        return found?.status === is && (reason === undefined || found.reason === reason);
      };
      await vi.waitUntil(holds, limit).catch(async (thrown: unknown) => {
        throw new Error(
          `${kind}/${name}: ${condition} is not ${is}: ${JSON.stringify(await status(kind, name))}; ${troubles.slice(-5).join("; ")}`,
          { cause: thrown },
        );
      });
    },
    addProject: async (name, workspace) => {
      const labels = { "kubesphere.io/workspace": workspace };
      await client.create(resources.namespaces, { metadata: { name, labels } }, { signal: never });
    },
    hasSecret: async (namespace) => (await secretOf(namespace)) !== undefined,
    isLinked: async (namespace) => {
      const at = { namespace, name: "default" };
      const found = await client.get<ServiceAccount>(resources.serviceAccounts, at, never);
      return found?.imagePullSecrets?.some((s) => s.name === "harbor") === true;
    },
    robotsOf: async (project) => {
      const found = await plant.admin.projects.getByName(project);
      const robots = found === undefined ? [] : await plant.admin.robots.listOfProject(found.project_id);
      return robots.flatMap((r) => robotOwner(r.description ?? "")?.namespace ?? []).toSorted();
    },
    events: async (name) => {
      const all = await client.list<KubernetesObject & { involvedObject?: { name?: string } }>(
        resources.events,
        {
          namespace: "default",
          signal: never,
        },
      );
      return all.items.filter((e) => e.involvedObject?.name === name);
    },
  };
  return {
    ...stage,
    [Symbol.asyncDispose]: async () => {
      await Promise.all([...running].map((stop) => stop()));
      await world[Symbol.asyncDispose]();
      await plant[Symbol.asyncDispose]();
    },
  };
}

/** The plant's Harbor as a document; its account lies in a Secret. */
export const registrySpec = ({ plant }: ControllerStage): object => ({
  url: plant.harbor.url,
  credential: { secretRef: { namespace: "default", name: "harbor-account" } },
  tls: { ca: { pem: plant.caPem } },
});
