import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Deployment } from "../../clients/kubernetes/object.ts";
import { resources } from "../../clients/kubernetes/resources.ts";
import { apply } from "../../engine/apply.ts";
import { makePlan } from "../../engine/plan.ts";
import { kinds, startPlant, type Plant } from "../project-binding/testing/plant.ts";
import { installApiServer, markKubesphere, revertApiServer } from "./testing/kubesphere.ts";

const signal = new AbortController().signal;
let plant: Plant;
beforeAll(async () => {
  plant = await startPlant();
});
afterAll(() => plant[Symbol.asyncDispose]());

const yaml = (name: string, more = ""): string => `
apiVersion: moorline.io/v1alpha1
kind: HarborRegistry
metadata: {name: ${name}}
spec:
  url: HARBOR
  credential: {environment: {}}
  tls: {ca: {pem: CA}}
${more}`;

const at = { namespace: "kubesphere-system", name: "ks-apiserver" };
const deployment = async (): Promise<Deployment | undefined> =>
  plant.client.get<Deployment>(resources.deployments, at, signal);

const namesOf = (found: Deployment | undefined): { volumes: string[]; mounts: string[] } => {
  const pod = found?.spec?.template?.spec;
  return {
    volumes: (pod?.volumes ?? []).map((v) => v.name).sort(),
    mounts: (pod?.containers?.[0]?.volumeMounts ?? []).map((m) => m.mountPath).sort(),
  };
};

describe("a registry", () => {
  test("without KubeSphere writes nothing, and is proved by handshake, login and health", async () => {
    const documents = plant.documents(yaml("alone"));
    await using world = plant.world(documents);
    const plan = await makePlan(documents, kinds, world, { signal });
    expect(plan.documents.flatMap((d) => [...d.steps, d.error?.message])).toEqual([undefined]);
    const result = await apply(plan, kinds, world);
    expect(result.documents[0]?.proofs.map((p) => [p.title.key, p.ok])).toEqual([
      ["harborRegistry.proofHandshake", true],
      ["harborRegistry.proofLogin", true],
      ["harborRegistry.proofHealth", true],
    ]);
  });

  test("gives ks-apiserver the CA beside what others own there, puts it back when reverted, and takes it away", async () => {
    await markKubesphere(plant);
    await installApiServer(plant, at.namespace);
    const [one, two] = [plant.documents(yaml("one")), plant.documents(yaml("two"))];
    await using world = plant.world([...one, ...two]);
    for (const documents of [one, two])
      expect((await apply(await makePlan(documents, kinds, world, { signal }), kinds, world)).ok).toBe(true);
    const both = ["/etc/kubesphere", "/etc/ssl/certs/moorline-one.pem", "/etc/ssl/certs/moorline-two.pem"];
    expect(namesOf(await deployment()).mounts).toEqual(both);
    const again = await makePlan([...one, ...two], kinds, world, { signal });
    expect(again.documents.flatMap((d) => d.steps)).toEqual([]);

    await revertApiServer(plant, at.namespace);
    expect((await apply(await makePlan(one, kinds, world, { signal }), kinds, world)).ok).toBe(true);
    expect(namesOf(await deployment()).mounts).toEqual([
      "/etc/kubesphere",
      "/etc/ssl/certs/moorline-one.pem",
    ]);

    const removal = await makePlan(one, kinds, world, { signal, direction: "remove" });
    expect((await apply(removal, kinds, world)).ok).toBe(true);
    expect(namesOf(await deployment())).toEqual({ volumes: ["config"], mounts: ["/etc/kubesphere"] });
    const configMap = await plant.client.get(
      resources.configMaps,
      { ...at, name: "moorline-ca-one" },
      signal,
    );
    expect(configMap).toBeUndefined();
  });

  test.each<[string, string, string]>([
    ["a wrong password", "", "HARBOR_CREDENTIAL_REFUSED"],
    ["nobody there", "HARBOR_GONE", "NETWORK_CONNECTION_REFUSED"],
  ])("says plainly what is wrong: %s", async (_what, url, code) => {
    const text = url === "" ? yaml("broken") : yaml("broken").replace("HARBOR", "https://localhost:1");
    const documents = plant.documents(text);
    await using world = plant.world(documents, { password: "Wrong-12345" });
    const plan = await makePlan(documents, kinds, world, { signal });
    expect(plan.documents.map((d) => d.error?.code)).toEqual([code]);
    plant.harbor.site.locks.clear();
  });
});
