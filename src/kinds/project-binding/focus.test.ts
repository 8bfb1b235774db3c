import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { KubernetesClient } from "../../clients/kubernetes/client.ts";
import { resources, type Resource } from "../../clients/kubernetes/resources.ts";
import { apply } from "../../engine/apply.ts";
import { makePlan, type DocumentPlan } from "../../engine/plan.ts";
import type { World } from "../world.ts";
import { damage, damages, type Damage } from "./testing/damage.ts";
import { kinds, startPlant, type Plant } from "./testing/plant.ts";
import { addNamespace, setStage, type Stage } from "./testing/scene.ts";

const never = new AbortController().signal;

let plant: Plant;
beforeAll(async () => {
  plant = await startPlant();
});
afterAll(() => plant[Symbol.asyncDispose]());

const focusedOn = (stage: Stage, namespaces: readonly string[]): World => ({
  ...stage.world,
  focus: { namespaces: new Set(namespaces) },
});

async function bindingPlan(stage: Stage, world: World): Promise<DocumentPlan> {
  const { documents } = await makePlan(stage.documents, kinds, world, { signal: never });
  const binding = documents.find((d) => d.name.startsWith("ProjectBinding/"));
  if (binding === undefined) throw new Error("no binding was planned");
  if (binding.error !== undefined) throw binding.error;
  return binding;
}

async function applyFocused(stage: Stage, namespaces: readonly string[]) {
  const world = focusedOn(stage, namespaces);
  return apply(await makePlan(stage.documents, kinds, world, { signal: never }), kinds, world);
}

const label = (name: string, labels: Record<string, string | null>): Promise<unknown> =>
  plant.client.patch(resources.namespaces, { name }, "merge", { metadata: { labels } }, { signal: never });

async function remove(name: string): Promise<void> {
  await plant.client.delete(resources.namespaces, { name }, { signal: never });
  await plant.kubernetes.settled();
}

/** What becomes of a project besides what is done to its Secret, its robot and its links. */
const fates = ["stays", "leaves", "goes", "joins-system"] as const;
type Fate = (typeof fates)[number];

async function meet(fate: Fate, namespace: string): Promise<void> {
  switch (fate) {
    case "stays":
      return;
    case "leaves":
      return void (await label(namespace, { "kubesphere.io/workspace": "another" }));
    case "goes":
      return remove(namespace);
    case "joins-system":
      return void (await label(namespace, { "kubesphere.io/devopsproject": namespace }));
  }
}

interface Project {
  readonly damages: readonly Damage[];
  readonly fate: Fate;
  readonly inFocus: boolean;
}

const project: fc.Arbitrary<Project> = fc.record({
  damages: fc.uniqueArray(fc.constantFrom(...damages), { maxLength: 2 }),
  fate: fc.oneof({ weight: 3, arbitrary: fc.constant("stays" as const) }, fc.constantFrom(...fates)),
  inFocus: fc.boolean(),
});

/** The same client, which tells each call. */
function recorded(client: KubernetesClient, calls: string[]): KubernetesClient {
  const told = new Set<PropertyKey>([
    "get",
    "list",
    "create",
    "patch",
    "apply",
    "replace",
    "delete",
    "request",
  ]);
  return new Proxy(client, {
    get: (target, name, receiver) => {
      const found: unknown = Reflect.get(target, name, receiver);
      if (!told.has(name) || typeof found !== "function") return found;
      return (...given: readonly unknown[]): unknown => {
        const [resource, at] = given as readonly [Resource, Record<string, unknown>];
        const { namespace, name: object, labelSelector, fieldSelector } = at;
        calls.push(JSON.stringify([name, resource.plural, namespace, object, labelSelector, fieldSelector]));
        return Reflect.apply(found, target, given) as unknown;
      };
    },
  });
}

/** A step belongs to a namespace by what it acts on; steps of Harbor projects belong to all. */
const isOf =
  (namespaces: ReadonlySet<string>) =>
  (step: DocumentPlan["steps"][number]): boolean => {
    const { namespace } = step.action as { readonly namespace?: string };
    return namespace === undefined || namespaces.has(namespace);
  };

describe("A run over some namespaces", () => {
  test("plans what the full run plans for them, whatever the state", { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(project, { minLength: 1, maxLength: 3 }), async (projects) => {
        await using stage = await setStage(plant, { projects: projects.length });
        await stage.apply();
        for (const [i, { damages: all, fate }] of projects.entries()) {
          const namespace = stage.namespaces[i] ?? "";
          for (const how of all) await damage(stage, namespace, how);
          await meet(fate, namespace);
        }
        const focus = stage.namespaces.filter((_, i) => projects[i]?.inFocus);
        const full = await bindingPlan(stage, stage.world);
        const focused = await bindingPlan(stage, focusedOn(stage, focus));
        expect(focused.steps).toEqual(full.steps.filter(isOf(new Set(focus))));
      }),
      { numRuns: 12 },
    );
  });

  test("changes them and nothing else, and proves them", async () => {
    await using stage = await setStage(plant, { projects: 3 });
    const [one = "", two = ""] = stage.namespaces;
    const { documents, ok } = await applyFocused(stage, [two]);
    expect(ok).toBe(true);
    const proved = documents.flatMap((d) => d.proofs.map((p) => p.subject));
    expect(proved.filter((s) => s.startsWith("Secret/"))).toEqual([
      `Secret/${two}/harbor`,
      `Secret/${two}/harbor`,
    ]);
    expect(await stage.secret(one)).toBeUndefined();
    expect(await stage.secret(two)).toBeDefined();
    expect(await stage.robots()).toHaveLength(1);
    const again = await bindingPlan(stage, focusedOn(stage, [two]));
    expect(again.steps).toEqual([]);
  });

  test("costs the same calls, whatever the number of the others", async () => {
    const callsAmong = async (projects: number): Promise<readonly string[]> => {
      await using stage = await setStage(plant, { projects });
      await stage.apply();
      const [changed = ""] = stage.namespaces;
      await damage(stage, changed, "link-lost");
      const calls: string[] = [];
      const world: World = {
        ...focusedOn(stage, [changed]),
        kubernetes: () => Promise.resolve(recorded(plant.client, calls)),
      };
      const before = plant.harbor.requests.length;
      const plan = await makePlan(stage.documents, kinds, world, { only: ["ProjectBinding"], signal: never });
      const { ok, documents } = await apply(plan, kinds, world);
      expect([ok, documents.map((d) => d.stepsDone)]).toEqual([true, [1]]);
      const inHarbor = plant.harbor.requests.slice(before).map((r) => `${r.method} ${r.path}`);
      const names = new RegExp([...stage.namespaces, stage.harborProject, "\\d+"].join("|"), "g");
      return [...calls, ...inHarbor].map((call) => call.replaceAll(names, "*")).toSorted();
    };
    const few = await callsAmong(1);
    expect(await callsAmong(8)).toEqual(few);
    expect(few.length).toBeLessThan(40);
  });

  test("takes away the robot of a project that is gone, though the binding chooses no other", async () => {
    await using stage = await setStage(plant, { projects: 1 });
    await stage.apply();
    const [only = ""] = stage.namespaces;
    expect(await stage.robots()).toHaveLength(1);
    await remove(only);
    expect((await applyFocused(stage, [only])).ok).toBe(true);
    expect(await stage.robots()).toEqual([]);
  });

  test("lets go of a project that left only while the binding chooses another", async () => {
    await using stage = await setStage(plant, { projects: 2 });
    await stage.apply();
    const [one = "", two = ""] = stage.namespaces;
    await label(one, { "kubesphere.io/workspace": null });
    await applyFocused(stage, [one]);
    expect(await stage.secret(one)).toBeUndefined();
    await label(two, { "kubesphere.io/workspace": null });
    const slip = await bindingPlan(stage, focusedOn(stage, [two]));
    expect(slip.steps).toEqual([]);
    expect(slip.findings.map((f) => f.code)).toContain("NO_PROJECT_CHOSEN");
    await addNamespace(plant, `${two}-new`, {
      "kubesphere.io/workspace": stage.namespaces[0]?.split("-")[0] ?? "",
    });
    await applyFocused(stage, [two]);
    expect(await stage.secret(two)).toBeUndefined();
  });

  test("finds the robot of a project that is gone where each has a Harbor project of its own", async () => {
    const yaml = (name: string): string => `
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
metadata: {name: ${name}}
spec:
  registry: main
  projects: {workspace: ${name}}
  harborProject: {perNamespace: true}
`;
    const documents = plant.documents(yaml("apart"));
    const workspace = { "kubesphere.io/workspace": "apart" };
    await addNamespace(plant, "apart-a", workspace);
    await addNamespace(plant, "apart-b", workspace);
    await plant.kubernetes.settled();
    await using world = plant.world(documents);
    const run = async (over: World) =>
      apply(await makePlan(documents, kinds, over, { signal: never }), kinds, over);
    expect((await run(world)).ok).toBe(true);
    await remove("apart-a");
    const focused = { ...world, focus: { namespaces: new Set(["apart-a"]) } };
    expect((await run(focused)).ok).toBe(true);
    const left = await plant.admin.projects.getByName("apart-a");
    expect(await plant.admin.robots.listOfProject(left?.project_id ?? 0)).toEqual([]);
    const kept = await plant.admin.projects.getByName("apart-b");
    expect(await plant.admin.robots.listOfProject(kept?.project_id ?? 0)).toHaveLength(1);
  });
});
