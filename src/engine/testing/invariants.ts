import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Document } from "../../model/document.ts";
import { apply } from "../apply.ts";
import type { EngineEvent } from "../events.ts";
import type { AnyKind } from "../kind.ts";
import { makePlan, type Plan } from "../plan.ts";
import type { EngineWorld } from "../world.ts";

/** A world in one generated state, with what the properties ask about it. */
export interface Scene<W extends EngineWorld> extends AsyncDisposable {
  readonly world: W;
  /** The documents to make true; the kind under test is among them. */
  readonly documents: readonly Document[];
  /** Whether the way of a user works now (a pull, a handshake). Asked after every step. */
  works(): Promise<boolean>;
  /** The end state without what differs by chance (serial numbers, names drawn at random, times). */
  snapshot(): Promise<unknown>;
  /** Every secret that exists in this world by now. */
  secrets(): Promise<readonly string[]>;
}

export interface InvariantOptions<State, W extends EngineWorld> {
  readonly kinds: readonly AnyKind<W>[];
  readonly states: fc.Arbitrary<State>;
  scene(state: State): Promise<Scene<W>>;
  /** Generated states a property; each needs a world of its own, so this stays small. */
  readonly runs?: number;
  readonly timeoutMs?: number;
}

const never = new AbortController().signal;

async function planOf<W extends EngineWorld>(scene: Scene<W>, kinds: readonly AnyKind<W>[]): Promise<Plan> {
  return makePlan(scene.documents, kinds, scene.world, { signal: never });
}

const stepsLeft = (plan: Plan): string[] =>
  plan.documents.flatMap((d) => [
    ...d.steps.map((s) => `${d.name}: ${s.id}`),
    ...d.waitsFor.map((w) => `${d.name} waits for ${w}`),
    ...(d.error === undefined ? [] : [`${d.name}: ${d.error.message}`]),
  ]);

/** Thrown inside a run to cut it off; not a MoorlineError, so the engine treats it as the crash it stands for. */
class CutOff extends Error {}

/** A kind that dies before its nth step, for all later steps too, as a killed process would. */
function dyingAfter<W extends EngineWorld>(
  kinds: readonly AnyKind<W>[],
  steps: number,
): readonly AnyKind<W>[] {
  let left = steps;
  return kinds.map((kind) => ({
    schema: kind.schema,
    observe: (d, w, s) => kind.observe(d, w, s),
    plan: (d, o, n) => kind.plan(d, o, n),
    planRemoval: (d, o, n) => kind.planRemoval(d, o, n),
    verify: (d, w, s) => kind.verify(d, w, s),
    run: async (action, context) => {
      if (left-- <= 0) throw new CutOff("cut off");
      await kind.run(action, context);
    },
  }));
}

/**
 * The design's five invariants, as properties over generated states. Every kind runs through them.
 */
export function describeInvariants<State, W extends EngineWorld>(
  name: string,
  options: InvariantOptions<State, W>,
): void {
  const runs = { numRuns: options.runs ?? 8 };
  const timeout = options.timeoutMs ?? 60_000;
  const { kinds } = options;

  describe(`${name} keeps the invariants`, () => {
    test(
      "after apply, plan is empty, whatever the state was before, and nothing that worked stops working",
      { timeout },
      async () => {
        await fc.assert(
          fc.asyncProperty(options.states, async (state) => {
            await using scene = await options.scene(state);
            let worked = await scene.works();
            const broke: string[] = [];
            const watched = kinds.map((kind): AnyKind<W> => ({
              schema: kind.schema,
              observe: (d, w, s) => kind.observe(d, w, s),
              plan: (d, o, n) => kind.plan(d, o, n),
              planRemoval: (d, o, n) => kind.planRemoval(d, o, n),
              verify: (d, w, s) => kind.verify(d, w, s),
              run: async (action, context) => {
                await kind.run(action, context);
                const works = await scene.works();
                if (worked && !works) broke.push(JSON.stringify(action));
                worked = works;
              },
            }));
            const result = await apply(await planOf(scene, kinds), watched, scene.world, { parallel: 1 });
            expect(result.documents.flatMap((d) => d.failures.map((f) => f.error.message))).toEqual([]);
            expect(result.documents.flatMap((d) => d.proofs.filter((p) => !p.ok))).toEqual([]);
            expect(result.ok).toBe(true);
            expect(broke).toEqual([]);
            expect(stepsLeft(await planOf(scene, kinds))).toEqual([]);
          }),
          runs,
        );
      },
    );

    test("cut off after any step and started again, it reaches the same end", { timeout }, async () => {
      await fc.assert(
        fc.asyncProperty(options.states, fc.nat(12), async (state, cut) => {
          await using straight = await options.scene(state);
          await apply(await planOf(straight, kinds), kinds, straight.world);
          await using broken = await options.scene(state);
          await apply(await planOf(broken, kinds), dyingAfter(kinds, cut), broken.world, { parallel: 1 });
          const again = await apply(await planOf(broken, kinds), kinds, broken.world);
          expect(again.documents.flatMap((d) => d.failures.map((f) => f.error.message))).toEqual([]);
          expect(await broken.snapshot()).toEqual(await straight.snapshot());
        }),
        runs,
      );
    });

    test("no secret is in a plan, an event, a result or an error", { timeout }, async () => {
      await fc.assert(
        fc.asyncProperty(options.states, async (state) => {
          await using scene = await options.scene(state);
          const plan = await planOf(scene, kinds);
          const events: EngineEvent[] = [];
          const result = await apply(plan, kinds, scene.world, { onEvent: (e) => events.push(e) });
          const said = JSON.stringify([
            plan.documents.map((d) => ({ ...d, document: undefined })),
            events,
            result,
          ]);
          const secrets = await scene.secrets();
          expect(secrets.filter((secret) => said.includes(secret) || said.includes(btoa(secret)))).toEqual(
            [],
          );
        }),
        runs,
      );
    });

    test("two runs at once do no harm", { timeout }, async () => {
      await fc.assert(
        fc.asyncProperty(options.states, async (state) => {
          await using scene = await options.scene(state);
          const plans = await Promise.all([planOf(scene, kinds), planOf(scene, kinds)]);
          await Promise.all(plans.map((plan) => apply(plan, kinds, scene.world)));
          const settled = await apply(await planOf(scene, kinds), kinds, scene.world);
          expect(settled.documents.flatMap((d) => d.failures.map((f) => f.error.message))).toEqual([]);
          expect(await scene.works()).toBe(true);
          expect(stepsLeft(await planOf(scene, kinds))).toEqual([]);
        }),
        runs,
      );
    });
  });
}
