import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { apply } from "../../../engine/apply.ts";
import { makePlan } from "../../../engine/plan.ts";
import { describeInvariants, type Scene } from "../../../engine/testing/invariants.ts";
import type { World } from "../../world.ts";
import { directory } from "./testing/machine.ts";
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
const override = `${directory}/docker-compose.override.yml`;

/** What people, `prepare`, docker and power cuts do to a proxy that Moorline looks after. */
const damages = {
  nothing: () => undefined,
  "part lost": (s) => rmSync(join(s.machine.root, at, "nginx/http.conf")),
  "part changed": (s) => writeText(s.machine, `${at}/nginx/server.conf`, "# by hand\n"),
  "not loaded": (s) => rmSync(join(s.machine.root, at, "loaded.json")),
  "override reverted": (s) => rmSync(join(s.machine.root, override), { force: true }),
  "override of others": (s) => writeText(s.machine, override, "services: {core: {labels: {a: b}}}\n"),
  "entry changed": (s) => writeText(s.machine, `${at}/entries/harbor.https.moorline.conf`, "# by hand\n"),
  "container stopped": (s) => s.machine.stop(),
} as const satisfies Record<string, (scene: MutualScene) => unknown>;
type Damage = keyof typeof damages;

interface State {
  /** Modes that were applied before, in this order. */
  readonly before: readonly ("off" | "observe" | "enforce")[];
  readonly damage: Damage;
  readonly wanted: "off" | "observe";
}

const states: fc.Arbitrary<State> = fc.record({
  before: fc.constantFrom([], ["observe"], ["observe", "enforce"], ["observe", "off"]),
  damage: fc.constantFrom(...(Object.keys(damages) as Damage[])),
  wanted: fc.constantFrom("off", "observe"),
});

async function scene({ before, damage, wanted }: State): Promise<Scene<World>> {
  const made = await mutualScene();
  const { machine, world } = made;
  for (const mode of before) {
    await apply(await makePlan([made.document(mode)], kinds, world, { signal }), kinds, world);
    writeText(machine, `${at}/log/clients.log`, lineOf({}));
  }
  if (before.length > 0 && existsSync(join(machine.root, at, "nginx/http.conf"))) damages[damage](made);
  return {
    world,
    documents: [made.document(wanted)],
    works: async () => (await made.ask("/v2/", pair)) === 401,
    snapshot: async () => ({
      without: await made.ask("/v2/"),
      nginx: filesIn(join(machine.root, at, "nginx")),
      override: textOf(join(machine.root, override)),
    }),
    secrets: () => Promise.resolve([pair.key]),
    [Symbol.asyncDispose]: () => made[Symbol.asyncDispose](),
  };
}

const textOf = (path: string): string | undefined =>
  existsSync(path) ? readFileSync(path, "utf8") : undefined;

const filesIn = (folder: string): readonly (readonly [string, string | undefined])[] =>
  existsSync(folder) ? readdirSync(folder).map((name) => [name, textOf(join(folder, name))] as const) : [];

describeInvariants("mutual TLS", { kinds, states, scene, runs: 4 });
