import fc from "fast-check";
import { afterAll, beforeAll } from "vitest";
import type { ConfigMap, Deployment } from "../../clients/kubernetes/object.ts";
import { resources } from "../../clients/kubernetes/resources.ts";
import { apply } from "../../engine/apply.ts";
import { makePlan } from "../../engine/plan.ts";
import { describeInvariants, type Scene } from "../../engine/testing/invariants.ts";
import { adminPassword, kinds, startPlant, type Plant } from "../project-binding/testing/plant.ts";
import type { World } from "../world.ts";
import { installApiServer, markKubesphere, revertApiServer } from "./testing/kubesphere.ts";

const signal = new AbortController().signal;
let plant: Plant;
beforeAll(async () => {
  plant = await startPlant();
  await markKubesphere(plant);
});
afterAll(() => plant[Symbol.asyncDispose]());

/** What people, ks-installer and upgrades do to a ks-apiserver that trusts the CA. */
const damages = [
  "nothing",
  "reverted-by-installer",
  "annotation-lost",
  "mounted-elsewhere",
  "authority-deleted",
  "authority-of-before",
  "mount-of-others",
] as const;
type Damage = (typeof damages)[number];

type State = readonly Damage[] | "fresh";
const states: fc.Arbitrary<State> = fc.oneof(
  { weight: 1, arbitrary: fc.constant("fresh" as const) },
  { weight: 6, arbitrary: fc.uniqueArray(fc.constantFrom(...damages), { minLength: 1, maxLength: 3 }) },
);

let scenes = 0;
const apiServer = (namespace: string) => ({ namespace, name: "ks-apiserver" });

async function damage(how: Damage, namespace: string): Promise<void> {
  const { client } = plant;
  const authority = { namespace, name: `moorline-ca-${namespace}` };
  const template = (change: object): Promise<unknown> =>
    client.patch(
      resources.deployments,
      apiServer(namespace),
      "strategic",
      { spec: { template: change } },
      { signal },
    );
  const mounting = (volumeMounts: readonly object[]): Promise<unknown> =>
    template({ spec: { containers: [{ name: "ks-apiserver", volumeMounts }] } });
  switch (how) {
    case "nothing":
      return;
    case "reverted-by-installer":
      return revertApiServer(plant, namespace);
    case "annotation-lost":
      return void (await template({ metadata: { annotations: { [`moorline.io/ca-${namespace}`]: null } } }));
    case "mounted-elsewhere":
      return void (await mounting([
        { mountPath: `/etc/ssl/certs/moorline-${namespace}.pem`, $patch: "delete" },
        { mountPath: "/elsewhere.pem", name: authority.name, subPath: "ca.crt" },
      ]));
    case "authority-deleted":
      return void (await client.delete(resources.configMaps, authority, { signal }));
    case "authority-of-before": {
      const found = await client.get<ConfigMap>(resources.configMaps, authority, signal);
      if (found === undefined) return;
      const body = { data: { "ca.crt": "an authority of before" } };
      return void (await client.patch(resources.configMaps, authority, "merge", body, { signal }));
    }
    case "mount-of-others":
      return void (await mounting([{ mountPath: "/theirs", name: "config" }]));
  }
}

interface Seen {
  readonly trusts: boolean;
  readonly mounts: readonly string[];
  readonly annotations: readonly string[];
  readonly image: string | undefined;
}

/** What a pod of ks-apiserver would find. */
async function seen(namespace: string): Promise<Seen> {
  const name = `moorline-ca-${namespace}`;
  const [deployment, authority] = await Promise.all([
    plant.client.get<Deployment>(resources.deployments, apiServer(namespace), signal),
    plant.client.get<ConfigMap>(resources.configMaps, { namespace, name }, signal),
  ]);
  const template = deployment?.spec?.template;
  const [container] = template?.spec?.containers ?? [];
  const mounts = container?.volumeMounts ?? [];
  const ours = mounts.find((m) => m.mountPath === `/etc/ssl/certs/moorline-${namespace}.pem`);
  const volume = template?.spec?.volumes?.find((v) => v.name === ours?.name);
  return {
    trusts: volume?.configMap?.name === name && authority?.data?.["ca.crt"] === plant.caPem,
    mounts: mounts.map((m) => m.mountPath.replaceAll(namespace, "own")).sort(),
    annotations: Object.keys(template?.metadata?.annotations ?? {}).map((a) =>
      a.replaceAll(namespace, "own"),
    ),
    image: container?.image,
  };
}

async function scene(state: State): Promise<Scene<World>> {
  const own = `ks-${++scenes}`;
  await installApiServer(plant, own);
  const documents = plant.documents(`
apiVersion: moorline.io/v1alpha1
kind: HarborRegistry
metadata: {name: ${own}}
spec:
  url: HARBOR
  credential: {environment: {}}
  tls: {ca: {pem: CA}}
  kubesphere: {namespace: ${own}}
`);
  const world = plant.world(documents);
  if (state !== "fresh") {
    await apply(await makePlan(documents, kinds, world, { signal }), kinds, world);
    for (const how of state) await damage(how, own);
  }
  return {
    world,
    documents,
    works: async () => (await seen(own)).trusts,
    snapshot: () => seen(own),
    secrets: () => Promise.resolve([adminPassword]),
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
}

describeInvariants("HarborRegistry", { kinds, states, scene, runs: 5 });
