import { afterAll, beforeAll, expect, test } from "vitest";
import type { KubernetesClient } from "../../clients/kubernetes/client.ts";
import { startPlant, type Plant } from "../project-binding/testing/plant.ts";
import { credentialIn, setStage, type Stage } from "../project-binding/testing/scene.ts";
import type { World } from "../world.ts";
import type { RotationReport } from "./report.ts";
import { rotate } from "./rotate.ts";

const never = new AbortController().signal;
let plant: Plant;
beforeAll(async () => {
  plant = await startPlant();
});
afterAll(() => plant[Symbol.asyncDispose]());

const run = async (stage: Stage, world: World = stage.world): Promise<RotationReport> =>
  await rotate("robots", [], 0, {
    documents: stage.documents,
    world,
    isDry: false,
    isOnlyNode: true,
    stopping: never,
    signal: never,
  });

const holders = async (stage: Stage): Promise<readonly (string | undefined)[]> =>
  await Promise.all(
    stage.namespaces.map(async (n) => {
      const secret = await stage.secret(n);
      return secret === undefined ? undefined : credentialIn(secret)?.username;
    }),
  );
const namesOf = async (stage: Stage): Promise<readonly string[]> =>
  (await stage.robots()).map((r) => r.name).toSorted((a, b) => a.localeCompare(b));

test("robots are replaced, proved and only then removed", async () => {
  await using stage = await setStage(plant, { projects: 2 });
  await stage.apply();
  const before = await holders(stage);
  const report = await run(stage);
  expect(report.outcome).toBe("done");
  const after = await holders(stage);
  for (const [i, name] of after.entries()) expect(name).not.toBe(before[i]);
  expect(await namesOf(stage)).toEqual([...after].toSorted((a, b) => String(a).localeCompare(String(b))));
  expect((await stage.plan()).documents.flatMap((d) => d.steps)).toEqual([]);
});

class PowerCut extends Error {}

/** The same world, whose power fails at the n-th write to the cluster. */
function cutAt(world: World, cut: number): World {
  let writes = 0;
  return {
    ...world,
    kubernetes: async () => {
      const client = await world.kubernetes();
      const guard = (): void => {
        if (++writes > cut) throw new PowerCut();
      };
      const patch: KubernetesClient["patch"] = async (...given) => {
        guard();
        return await client.patch(...given);
      };
      return { ...client, patch };
    },
  };
}

test("cut off at any write, the next run ends with one robot a project, and a pull works in between", async () => {
  let ended = false;
  for (let cut = 0; !ended; cut++) {
    await using stage = await setStage(plant, { projects: 1 });
    await stage.apply();
    const [before] = await holders(stage);
    const first = await run(stage, cutAt(stage.world, cut)).catch(() => undefined);
    ended = first?.outcome === "done";
    expect(await stage.snapshot()).toMatchObject({ projects: [{ canPull: true }] });
    const second = ended ? first : await run(stage);
    expect({ cut, outcome: second?.outcome }).toEqual({ cut, outcome: "done" });
    const [after] = await holders(stage);
    expect(after).not.toBe(before);
    expect(await namesOf(stage)).toEqual([after]);
    expect(await stage.snapshot()).toMatchObject({ projects: [{ canPull: true }] });
  }
});

test("while a rotation is under way, apply keeps the robot that is rotated out", async () => {
  await using stage = await setStage(plant, { projects: 1 });
  await stage.apply();
  const [before] = await holders(stage);
  // The request, the replacement, and no more: the power fails at the mark of the end.
  await run(stage, cutAt(stage.world, 2)).catch(() => undefined);
  await stage.apply();
  expect(await namesOf(stage)).toContain(before);
  expect((await run(stage)).outcome).toBe("done");
  expect(await namesOf(stage)).not.toContain(before);
});
