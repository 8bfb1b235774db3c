import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ServiceAccount } from "../../clients/kubernetes/object.ts";
import { resources } from "../../clients/kubernetes/resources.ts";
import { apply, type ApplyResult } from "../../engine/apply.ts";
import { makePlan } from "../../engine/plan.ts";
import { seedImage } from "../../sandbox/harbor/seed.ts";
import { projectBinding } from "./index.ts";
import { robotOwner } from "./ownership.ts";
import { damage, damages } from "./testing/damage.ts";
import { kinds, startPlant, type Plant } from "./testing/plant.ts";
import { addNamespace, credentialIn, setStage, type Stage } from "./testing/scene.ts";

const never = new AbortController().signal;
let plant: Plant;
beforeAll(async () => {
  plant = await startPlant();
});
afterAll(() => plant[Symbol.asyncDispose]());

const codesOf = (result: ApplyResult): string[] =>
  result.documents.flatMap((d) => d.failures.map((f) => f.error.code));
const unproved = (result: ApplyResult): unknown[] =>
  result.documents.flatMap((d) => d.proofs.filter((p) => !p.ok));
const findingsOf = async (stage: Stage): Promise<string[]> =>
  (await stage.plan()).documents.flatMap((d) => d.findings.map((f) => f.code));
const pullSecretsOf = async (namespace: string): Promise<string[]> => {
  const at = { namespace, name: "default" };
  const account = await plant.client.get<ServiceAccount>(resources.serviceAccounts, at, never);
  return (account?.imagePullSecrets ?? []).map((s) => s.name ?? "").sort();
};

describe("a binding", () => {
  test("applied to nothing lets every project pull, and the second run writes nothing", async () => {
    await using stage = await setStage(plant, { projects: 3 });
    const result = await stage.apply();
    expect(codesOf(result)).toEqual([]);
    expect(unproved(result)).toEqual([]);
    const canPull = { canPull: true };
    expect(await stage.snapshot()).toMatchObject({ projects: [canPull, canPull, canPull] });
    expect(await stage.writes()).toBeGreaterThan(0);
    const again = await stage.apply();
    expect(again.documents.map((d) => d.outcome)).toEqual(["unchanged", "unchanged"]);
    expect(await stage.writes()).toBe(0);
  });

  test("mends everything that the field does to its projects, all at once", async () => {
    await using stage = await setStage(plant, { projects: damages.length });
    await stage.apply();
    for (const [i, how] of damages.entries()) await damage(stage, stage.namespaces[i] ?? "", how);
    const result = await stage.apply();
    expect(codesOf(result)).toEqual([]);
    expect(unproved(result)).toEqual([]);
    expect((await stage.plan()).documents.flatMap((d) => d.steps)).toEqual([]);
    const robots = (await stage.robots()).map((r) => robotOwner(r.description ?? "")?.namespace ?? "nobody");
    const ends = await Promise.all(
      damages.map(async (how, i): Promise<[string, unknown]> => {
        const namespace = stage.namespaces[i] ?? "";
        const held = credentialIn((await stage.secret(namespace))!)?.username;
        const count = robots.filter((owner) => owner === namespace).length;
        return [
          how,
          {
            pullSecrets: await pullSecretsOf(namespace),
            holds: held !== undefined,
            robots: count,
          },
        ];
      }),
    );
    const whole = { pullSecrets: ["harbor"], holds: true, robots: 1 };
    const withTheirs = { ...whole, pullSecrets: ["harbor", "theirs"] };
    expect(Object.fromEntries(ends)).toEqual({
      ...Object.fromEntries(damages.map((how) => [how, whole])),
      // Pulls may still be using the old one.
      "robot-expires-soon": { ...whole, robots: 2 },
      "robot-may-push": { ...whole, robots: 2 },
      "others-linked": withTheirs,
    });
    // The robot that somebody made under our name is still there.
    expect(robots.filter((owner) => owner === "nobody")).toHaveLength(1);
  });

  test("does not take the Harbor project whose name only begins alike", async () => {
    await plant.admin.projects.create({ name: "app-prod", metadata: { public: "false" } });
    await using stage = await setStage(plant, { projects: 1, harborProject: "app" });
    await stage.apply();
    const prod = await plant.admin.projects.getByName("app-prod");
    expect(await plant.admin.robots.listOfProject(prod?.project_id ?? 0)).toEqual([]);
    expect(await stage.robots()).toHaveLength(1);
  });

  test("passes over what is no project, and what is going", async () => {
    await using stage = await setStage(plant, { projects: 1 });
    const workspace = stage.documents[1]?.metadata.name ?? "";
    const labels = { "kubesphere.io/workspace": workspace };
    await addNamespace(plant, `${workspace}-devops`, { ...labels, "kubesphere.io/devopsproject": "x" });
    await plant.kubernetes.settled();
    expect(codesOf(await stage.apply())).toEqual([]);
    expect((await findingsOf(stage)).filter((c) => c.startsWith("PROJECT_"))).toEqual(["PROJECT_OF_DEVOPS"]);
  });

  test("serves a multi-cluster project in this cluster, and leaves a Secret of the federation alone", async () => {
    await using stage = await setStage(plant, { projects: 1 });
    const workspace = stage.documents[1]?.metadata.name ?? "";
    const federated = { "kubesphere.io/workspace": workspace, "kubefed.io/managed": "true" };
    const [served, taken] = [`${workspace}-fed`, `${workspace}-taken`];
    await addNamespace(plant, served, federated);
    await addNamespace(plant, taken, federated);
    const theirs = {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "harbor", namespace: taken, labels: { "kubefed.io/managed": "true" } },
      type: "Opaque",
    };
    await plant.client.create(resources.secrets, theirs, { signal: never });
    await plant.kubernetes.settled();
    await stage.apply();
    expect(await findingsOf(stage)).toContain("SECRET_OF_FEDERATION");
    expect(await pullSecretsOf(served)).toEqual(["harbor"]);
    const left = await plant.client.get(resources.secrets, { name: "harbor", namespace: taken }, never);
    expect(left).toMatchObject({ type: "Opaque", metadata: { labels: { "kubefed.io/managed": "true" } } });
  });

  test("names a namespace that it lost half way, leaves no robot of it, and has nothing more to do", async () => {
    await using stage = await setStage(plant, { projects: 2 });
    const plan = await stage.plan();
    await plant.client.delete(resources.namespaces, { name: stage.namespaces[1] ?? "" }, { signal: never });
    await plant.kubernetes.settled();
    const result = await apply(plan, kinds, stage.world);
    expect(codesOf(result)).toEqual(["PROJECT_VANISHED"]);
    expect(await stage.robots()).toHaveLength(1);
    expect((await stage.plan()).documents.flatMap((d) => d.steps)).toEqual([]);
  });
});

test("a namespace that vanishes between its Secret and the link is named, and the next run clears up", async () => {
  await using stage = await setStage(plant, { projects: 2 });
  const gone = stage.namespaces[1] ?? "";
  const losing = kinds.map((kind): (typeof kinds)[number] => ({
    ...kind,
    run: async (action, context) => {
      if (action.type === "link" && JSON.stringify(action).includes(`"${gone}"`)) {
        await plant.client.delete(resources.namespaces, { name: gone }, { signal: never });
        await plant.kubernetes.settled();
      }
      await kind.run(action, context);
    },
  }));
  const result = await apply(await stage.plan(), losing, stage.world);
  expect(codesOf(result)).toEqual(["SERVICE_ACCOUNT_VANISHED"]);
  expect((await stage.apply()).ok).toBe(true);
  expect(await stage.robots()).toHaveLength(1);
  expect((await stage.plan()).documents.flatMap((d) => d.steps)).toEqual([]);
});

describe("the proof", () => {
  const proofsOf = (result: ApplyResult): unknown[] =>
    result.documents[1]?.proofs.map((p) => [p.title.key.replace("projectBinding.", ""), p.ok]) ?? [];

  test("asks Harbor once for a credential that is made, proved and read back in one run", async () => {
    await using stage = await setStage(plant, { projects: 2 });
    const before = plant.harbor.requests.length;
    expect((await stage.apply()).ok).toBe(true);
    const asked = plant.harbor.requests.slice(before).filter((r) => r.path.startsWith("/service/token"));
    expect(asked).toHaveLength(2);
  });

  test("of its own asks Harbor anew, and finds a credential that died after the run", async () => {
    await using stage = await setStage(plant, { projects: 1 });
    await stage.apply();
    const [robot] = await stage.robots();
    await plant.admin.robots.refreshSecret(robot?.id ?? 0);
    const binding = stage.documents.find((d) => d.kind === "ProjectBinding");
    await using world = plant.world(stage.documents);
    const proofs = await projectBinding.verify(binding as never, world, never);
    expect(proofs.find((p) => p.title.key === "projectBinding.proofToken")?.ok).toBe(false);
    plant.harbor.site.locks.clear();
  });

  test("pulls an image with each project's own credential, and is told that an absent tag is absent", async () => {
    await using stage = await setStage(plant, { projects: 2 });
    await stage.apply();
    await seedImage(plant.harbor, imageIn(stage));
    const before = plant.harbor.requests.length;
    const pull = [
      ["proofPull", true],
      ["proofMissingTag", true],
    ];
    expect(proofsOf(await stage.apply())).toEqual([
      ["proofToken", true],
      ["proofToken", true],
      ["proofSecret", true],
      ["proofSecret", true],
      ...pull,
      ...pull,
    ]);
    const manifests = plant.harbor.requests.slice(before).filter((r) => r.path.includes("/manifests/"));
    const robots = (await stage.robots()).map((r) => r.name);
    for (const status of [200, 404]) {
      const users = manifests.filter((r) => r.status === status).map((r) => r.user);
      expect(new Set(users)).toEqual(new Set(robots));
    }
  });

  test("fails where the registry does not serve the image that Harbor lists", async () => {
    await using stage = await setStage(plant, { projects: 1 });
    await stage.apply();
    const digest = await seedImage(plant.harbor, imageIn(stage));
    const path = `/v2/${stage.harborProject}/team/app/manifests/${digest}`;
    plant.harbor.faults.push({ match: { path }, status: 404 });
    const proofs = (await stage.apply()).documents[1]?.proofs ?? [];
    plant.harbor.faults.clear();
    expect(proofs.find((p) => p.title.key === "projectBinding.proofPull")?.ok).toBe(false);
  });
});

const imageIn = (stage: Stage) => ({
  project: stage.harborProject,
  repository: "team/app",
  tag: "1.0",
  files: [{ path: "hello", content: "hello" }],
});

describe("the fuse", () => {
  test("with a wrong administrator nothing is written anywhere", async () => {
    await using whole = await setStage(plant, { projects: 1 });
    await whole.apply();
    const held = credentialIn((await whole.secret(whole.namespaces[0] ?? ""))!);
    await using stage = await setStage(plant, { projects: 2, password: "Wrong-12345" });
    await stage.writes();
    const result = await stage.apply();
    expect(result.documents.map((d) => d.outcome)).toEqual(["failed", "skipped"]);
    expect(codesOf(result)).toEqual(["HARBOR_CREDENTIAL_REFUSED"]);
    expect(await stage.writes()).toBe(0);
    expect(credentialIn((await whole.secret(whole.namespaces[0] ?? ""))!)).toEqual(held);
    plant.harbor.site.locks.clear();
  });

  test.each([
    ["the token service refuses the new credential", { match: { path: "/service/token" }, status: 401 }],
    ["the token service fails", { match: { path: "/service/token" }, status: 500 }],
    [
      "Harbor fails while it makes robots",
      { match: { method: "POST", path: "/api/v2.0/robots" }, status: 500 },
    ],
  ])("leaves a working Secret alone when %s", async (_what, fault) => {
    await using stage = await setStage(plant, { projects: 1 });
    await stage.apply();
    const [namespace = ""] = stage.namespaces;
    const before = await stage.secret(namespace);
    await damage(stage, namespace, "robot-expires-soon");
    const plan = await stage.plan();
    plant.harbor.faults.push(fault);
    const result = await apply(plan, kinds, stage.world);
    plant.harbor.faults.clear();
    expect(result.ok).toBe(false);
    expect((await stage.secret(namespace))?.data).toEqual(before?.data);
    expect(await stage.works()).toBe(true);
    expect(codesOf(await stage.apply())).toEqual([]);
    expect(await stage.robots()).toHaveLength(2);
  });

  test("renews a credential without taking the old one from pulls that began with it", async () => {
    let now = new Date();
    await using stage = await setStage(plant, { projects: 1, now: () => now });
    await stage.apply();
    const [namespace = ""] = stage.namespaces;
    const stepsOf = (plan: Awaited<ReturnType<typeof stage.plan>>): string[] =>
      plan.documents.flatMap((d) => d.steps.map((s) => s.id));
    await damage(stage, namespace, "robot-expires-soon");
    const [old] = await stage.robots();
    await stage.apply();
    expect((await stage.robots()).filter((r) => !r.disable).map((r) => r.id)).toContain(old?.id);
    expect(stepsOf(await stage.plan())).toEqual([]);
    now = new Date(now.getTime() + 11 * 60_000);
    expect(stepsOf(await stage.plan())).toEqual([`robots/${namespace}`]);
    await stage.apply();
    expect((await stage.robots()).map((r) => r.id)).not.toContain(old?.id);
    expect(await stage.robots()).toHaveLength(1);
    expect(await stage.works()).toBe(true);
  });

  test("a Secret of others is not overwritten, unless the document says so", async () => {
    await using stage = await setStage(plant, { projects: 1 });
    const [namespace = ""] = stage.namespaces;
    const theirs = {
      "https://index.docker.io/v1/": {
        username: "them",
        password: "Theirs-12345",
        auth: "dGhlbTpUaGVpcnMtMTIzNDU=",
      },
    };
    const data = { ".dockerconfigjson": Buffer.from(JSON.stringify({ auths: theirs })).toString("base64") };
    await plant.client.create(
      resources.secrets,
      { metadata: { namespace, name: "harbor" }, type: "kubernetes.io/dockerconfigjson", data } as never,
      { signal: never },
    );
    expect((await stage.apply()).ok).toBe(false);
    expect((await stage.secret(namespace))?.data).toEqual(data);
    expect(await findingsOf(stage)).toContain("SECRET_NOT_OURS");
    const adopting = plant.documents(yamlOf(stage, "  secret: {adoptExisting: true}"));
    await using world = plant.world(adopting);
    const result = await apply(await makePlan(adopting, kinds, world, { signal: never }), kinds, world);
    expect(codesOf(result)).toEqual([]);
    expect(credentialIn((await stage.secret(namespace))!)?.username).toContain(stage.harborProject);
  });
});

const yamlOf = (stage: Stage, more: string): string => {
  const id = stage.documents[1]?.metadata.name ?? "";
  return `
apiVersion: moorline.io/v1alpha1
kind: HarborRegistry
metadata: {name: main}
spec: {url: HARBOR, credential: {environment: {}}, tls: {ca: {pem: CA}}}
---
apiVersion: moorline.io/v1alpha1
kind: ProjectBinding
metadata: {name: ${id}}
spec:
  registry: main
  projects: {workspace: ${id}}
  harborProject: {name: ${stage.harborProject}}
${more}`;
};

describe("removal", () => {
  test("takes away what the binding made, and leaves what others put beside it", async () => {
    await using stage = await setStage(plant, { projects: 2 });
    await stage.apply();
    const [namespace = ""] = stage.namespaces;
    await damage(stage, namespace, "others-linked");
    const result = await apply(await stage.plan("remove"), kinds, stage.world);
    expect(codesOf(result)).toEqual([]);
    expect(await stage.robots()).toEqual([]);
    expect(await stage.secret(namespace)).toBeUndefined();
    expect(await pullSecretsOf(namespace)).toEqual(["theirs"]);
    expect(await plant.admin.projects.getByName(stage.harborProject)).toBeDefined();
    expect((await stage.plan("remove")).documents.flatMap((d) => d.steps)).toEqual([]);
  });
});
