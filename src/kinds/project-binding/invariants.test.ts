import fc from "fast-check";
import { afterAll, beforeAll } from "vitest";
import { describeInvariants, type Scene } from "../../engine/testing/invariants.ts";
import type { World } from "../world.ts";
import { damage, damages, type Damage } from "./testing/damage.ts";
import { kinds, startPlant, type Plant } from "./testing/plant.ts";
import { setStage, type Stage } from "./testing/scene.ts";

let plant: Plant;
beforeAll(async () => {
  plant = await startPlant();
});
afterAll(() => plant[Symbol.asyncDispose]());

/** For each project what happened to it, in order; nothing at all stands for projects that were never bound. */
type State = readonly (readonly Damage[])[] | "fresh";

/** Without its labels, and without a living robot of ours in it, a Secret is somebody else's, and is left alone. */
const estranging: ReadonlySet<Damage> = new Set([
  "secret-garbage",
  "secret-empty",
  "other-registry",
  "wrong-type",
  "robot-deleted",
]);
const isStillOurs = (all: readonly Damage[]): boolean =>
  !all.includes("labels-removed") || all.every((how) => !estranging.has(how));

const states: fc.Arbitrary<State> = fc.oneof(
  { weight: 1, arbitrary: fc.constant("fresh" as const) },
  {
    weight: 7,
    arbitrary: fc.array(
      fc
        .uniqueArray(fc.constantFrom(...damages), { minLength: 1, maxLength: 3 })
        .filter((all) => isStillOurs(all)),
      { minLength: 1, maxLength: 3 },
    ),
  },
);

async function scene(state: State): Promise<Stage> {
  const stage = await setStage(plant, { projects: state === "fresh" ? 2 : state.length });
  if (state === "fresh") return stage;
  await stage.apply();
  for (const [i, all] of state.entries())
    for (const how of all) await damage(stage, stage.namespaces[i] ?? "", how);
  return stage;
}

describeInvariants("ProjectBinding", { kinds, states, scene, runs: 5 });
describeInvariants("ProjectBinding over some namespaces", {
  kinds,
  states,
  scene: async (state): Promise<Scene<World>> => {
    const stage = await scene(state);
    return { ...stage, world: { ...stage.world, focus: { namespaces: new Set(stage.namespaces) } } };
  },
  runs: 2,
});
