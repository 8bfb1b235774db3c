import { expect, test } from "vitest";
import {
  at,
  lineOf,
  mutualScene,
  now,
  signal,
  writeText,
  type MutualScene,
} from "../harbor-registry/mutual/testing/scene.ts";
import { untilNobodyShows } from "./client-evidence.ts";

/** While each of so many waits goes on, a runtime comes with the old certificate. */
async function waited(scene: MutualScene, comes: number): Promise<{ showing: unknown; waits: number }> {
  let time = now.getTime();
  let waits = 0;
  const clock = {
    now: () => new Date(time),
    sleep: (milliseconds: number) => {
      time += milliseconds / 2;
      const lines = waits < comes ? lineOf({ n: "0a", t: time / 1000 }) : lineOf({ n: "0b", t: time / 1000 });
      writeText(scene.machine, `${at}/log/clients.log`, lines);
      time += milliseconds / 2;
      waits++;
      return Promise.resolve();
    },
  };
  const documents = [scene.document("observe")];
  const world = { ...scene.world, clock };
  const showing = await untilNobodyShows(["0a"], 30_000, { documents, world, stopping: signal, signal });
  return { showing, waits };
}

test.each([
  ["nobody comes with the old certificate", 0, [], 1],
  ["a pull that began before comes with it", 1, [], 2],
  ["somebody goes on coming with it", 9, ["10.0.0.11 (containerd)"], 3],
])("where %s, it is waited for accordingly", async (_what, comes, showing, waits) => {
  await using scene = await mutualScene();
  writeText(scene.machine, `${at}/log/clients.log`, "");
  expect(await waited(scene, comes)).toEqual({ showing, waits });
});
