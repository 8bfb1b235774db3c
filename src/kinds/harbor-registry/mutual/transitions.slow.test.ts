import { expect, test } from "vitest";
import type { Host } from "../../../clients/host/host.ts";
import { apply, type ApplyResult } from "../../../engine/apply.ts";
import { makePlan } from "../../../engine/plan.ts";
import type { World } from "../../world.ts";
import {
  at,
  kindWith,
  lineOf,
  mutualScene,
  pair,
  signal,
  writeText,
  type MutualScene,
} from "./testing/scene.ts";

const kinds = [kindWith()];
class PowerCut extends Error {}

/** The same world, in which the power fails at the n-th change to the machine. */
function cutAt(world: World, cut: number): World {
  let changes = 0;
  const guard = async <T>(work: () => Promise<T>): Promise<T> => {
    if (++changes > cut) throw new PowerCut();
    return await work();
  };
  const host: Host = {
    ...world.host,
    writeFile: (...given) => guard(() => world.host.writeFile(...given)),
    remove: (...given) => guard(() => world.host.remove(...given)),
  };
  return { ...world, host, documentsHost: host, openHost: () => Promise.resolve(host) };
}

const go = async (scene: MutualScene, mode: string, world: World = scene.world): Promise<ApplyResult> =>
  await apply(await makePlan([scene.document(mode)], kinds, world, { signal }), kinds, world);

test.each([
  ["off", "observe"],
  ["observe", "enforce"],
  ["enforce", "observe"],
  ["enforce", "off"],
  ["observe", "off"],
] as const)(
  "from %s to %s, cut off after any write, a client with a certificate is let in and the next run gets there",
  { timeout: 240_000 },
  async (from, to) => {
    let ended = false;
    for (let cut = 0; !ended; cut++) {
      await using scene = await mutualScene();
      for (const mode of from === "enforce" ? ["observe", "enforce"] : [from]) {
        expect({ mode, ok: (await go(scene, mode)).ok }).toEqual({ mode, ok: true });
        writeText(scene.machine, `${at}/log/clients.log`, lineOf({}));
      }
      const first = await go(scene, to, cutAt(scene.world, cut)).catch(() => undefined);
      ended = first?.ok === true;
      expect({ cut, status: await scene.ask("/v2/", pair) }).toEqual({ cut, status: 401 });
      const second = ended ? first : await go(scene, to);
      expect({ cut, ok: second?.ok }).toEqual({ cut, ok: true });
      expect(await scene.ask("/v2/", pair)).toBe(401);
      expect({ cut, without: await scene.ask("/v2/") }).toEqual({
        cut,
        without: to === "enforce" ? 400 : 401,
      });
    }
  },
);
