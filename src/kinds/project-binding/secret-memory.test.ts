import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { cachedClient } from "../../clients/kubernetes/cached-client.ts";
import type { KubernetesClient } from "../../clients/kubernetes/client.ts";
import { startInformer } from "../../clients/kubernetes/informer.ts";
import type { KubernetesObject } from "../../clients/kubernetes/object.ts";
import { resources } from "../../clients/kubernetes/resources.ts";
import { apply } from "../../engine/apply.ts";
import { makePlan } from "../../engine/plan.ts";
import type { Document } from "../../model/document.ts";
import type { World } from "../world.ts";
import { damage, damages } from "./testing/damage.ts";
import { kinds, startPlant, type Plant } from "./testing/plant.ts";
import { credentialIn, setStage, type Stage } from "./testing/scene.ts";

const never = new AbortController().signal;
const { secrets } = resources;
const limit = { timeout: 60_000, interval: 10 };

let plant: Plant;
beforeAll(async () => {
  plant = await startPlant();
});
afterAll(() => plant[Symbol.asyncDispose]());

/** The documents of a stage, by which robots live no longer than this. */
const shortened = ({ documents }: Stage, durationDays: number): readonly Document[] =>
  documents.map((d) =>
    d.kind === "ProjectBinding"
      ? {
          ...d,
          spec: { ...(d.spec as object), robot: { ...(d.spec as { robot: object }).robot, durationDays } },
        }
      : d,
  );

interface Watching extends Disposable {
  readonly world: World;
  /** Secrets read from the server since the last call. */
  reads(): number;
  /** Resolves when the watch has told of all that the server has. */
  caughtUp(): Promise<void>;
}

/** The world of a stage, whose cluster is watched as the controller watches it. */
function watching(stage: Stage): Watching {
  const stop = new AbortController();
  let reads = 0;
  const counting: KubernetesClient = {
    ...plant.client,
    get: (resource, at, signal) => {
      if (resource.plural === "secrets") reads++;
      return plant.client.get(resource, at, signal);
    },
  };
  const informer = startInformer<KubernetesObject>(plant.client, secrets, {
    metadataOnly: true,
    labelSelector: "app.kubernetes.io/managed-by=moorline",
    signal: stop.signal,
  });
  const client = cachedClient(counting, { reading: [], listening: [informer] });
  return {
    world: { ...stage.world, kubernetes: () => Promise.resolve(client) },
    reads: () => {
      const since = reads;
      reads = 0;
      return since;
    },
    caughtUp: async () => {
      await informer.synced(never);
      await vi.waitUntil(async () => {
        const { items } = await plant.client.listMetadata(secrets, {
          labelSelector: "app.kubernetes.io/managed-by=moorline",
          signal: never,
        });
        const told = items.filter(
          ({ metadata: { namespace = "", name = "", resourceVersion } }) =>
            informer.get({ namespace, name })?.metadata.resourceVersion === resourceVersion,
        );
        return told.length === items.length && informer.size === items.length;
      }, limit);
    },
    [Symbol.dispose]: () => stop.abort(),
  };
}

const run = async (documents: readonly Document[], world: World) =>
  apply(await makePlan(documents, kinds, world, { signal: never }), kinds, world);

const stepsOf = async (documents: readonly Document[], world: World) =>
  (await makePlan(documents, kinds, world, { signal: never })).documents.flatMap((d) => d.steps);

describe("What Secrets said when they were read last", () => {
  test("is enough to replace their robots: none is read again", async () => {
    await using stage = await setStage(plant, { projects: 3 });
    using watched = watching(stage);
    await watched.caughtUp();
    expect((await run(stage.documents, watched.world)).ok).toBe(true);
    await watched.caughtUp();
    watched.reads();
    const before = await Promise.all(stage.namespaces.map((n) => stage.secret(n)));
    const { ok, documents } = await run(shortened(stage, 30), watched.world);
    expect([ok, documents.map((d) => d.stepsDone)]).toEqual([true, [0, 3]]);
    expect(watched.reads()).toBe(0);
    const after = await Promise.all(stage.namespaces.map((n) => stage.secret(n)));
    for (const [i, secret] of after.entries())
      expect(secret && credentialIn(secret)).not.toEqual(before[i] && credentialIn(before[i]));
    expect(await stage.works()).toBe(true);
    // The robots that were replaced are still there: whose they are is told by the Secrets as they are now.
    expect((await run(shortened(stage, 20), watched.world)).ok).toBe(true);
    expect(watched.reads()).toBeGreaterThan(0);
  });

  test("plans what reading them plans, whatever happened to them", { timeout: 120_000 }, async () => {
    const happened = fc.array(fc.uniqueArray(fc.constantFrom(...damages), { maxLength: 2 }), {
      minLength: 1,
      maxLength: 3,
    });
    await fc.assert(
      fc.asyncProperty(happened, fc.boolean(), async (projects, isShortened) => {
        await using stage = await setStage(plant, { projects: projects.length });
        using watched = watching(stage);
        await watched.caughtUp();
        await run(stage.documents, watched.world);
        for (const [i, all] of projects.entries())
          for (const how of all) await damage(stage, stage.namespaces[i] ?? "", how);
        await watched.caughtUp();
        const documents = isShortened ? shortened(stage, 30) : stage.documents;
        expect(await stepsOf(documents, watched.world)).toEqual(await stepsOf(documents, stage.world));
      }),
      { numRuns: 12 },
    );
  });

  test("does no harm where the watch is behind: the write is refused, and the Secret read", async () => {
    await using stage = await setStage(plant, { projects: 1 });
    const [namespace = ""] = stage.namespaces;
    await stage.apply();
    const told = (await plant.client.get(secrets, { namespace, name: "harbor" }, never)) as KubernetesObject;
    // A watch that tells no more.
    const client: KubernetesClient = { ...plant.client, watched: () => told };
    const world: World = { ...stage.world, kubernetes: () => Promise.resolve(client) };
    expect(await stepsOf(stage.documents, world)).toEqual([]);
    await damage(stage, namespace, "second-registry");
    const replanned: string[] = [];
    const documents = shortened(stage, 30);
    const plan = await makePlan(documents, kinds, world, { signal: never });
    const { ok } = await apply(plan, kinds, world, {
      onEvent: (event) => void (event.type === "replanned" && replanned.push(event.because.code)),
    });
    expect([ok, replanned]).toEqual([true, ["SECRET_CHANGED_MEANWHILE"]]);
    expect(await stage.works()).toBe(true);
    // The old one, which pulls may still use, and the new one: that of the refused write is gone.
    expect(await stage.robots()).toHaveLength(2);
  });
});
