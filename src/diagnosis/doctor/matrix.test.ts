import { afterAll, beforeAll, expect, test } from "vitest";
import type { Evidence } from "./evidence.ts";
import { isOpen } from "./examine.ts";
import { aside } from "./probes/ask.ts";
import { kubeletFaults } from "./testing/faults-kubelet.ts";
import { networkFaults } from "./testing/faults-network.ts";
import { siteFaults } from "./testing/faults-site.ts";
import type { Asked, Fault } from "./testing/scene.ts";
import { openStage, type Stage } from "./testing/stage.ts";

const faults = [...siteFaults, ...kubeletFaults, ...networkFaults];
let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
}, 120_000);
afterAll(() => stage[Symbol.asyncDispose]());

const codesOf = async (planted: readonly Fault[], ask?: Asked): Promise<readonly string[]> =>
  (await stage.play(planted, ask)).diagnoses.map(({ cause }) => cause.code);

test.each(["pod", "image", "registry", "node", "project", "cluster"] as const)(
  "nothing is found where nothing is wrong (%s)",
  async (ask) => {
    const { diagnoses } = await stage.play([], ask);
    expect(diagnoses.map((d) => [d.cause.code, d.evidence.map(({ told }) => told)])).toEqual([]);
  },
);

test("a pod between two tries is told no cause where it is mended, and that it was not seen", async () => {
  const waits: Fault = {
    name: "the kubelet waits",
    part: "kubelet",
    cause: "",
    plant: (scene) => void scene.kubelet.push('Back-off pulling image "h.example/r/app:1"'),
  };
  const examination = await stage.play([waits]);
  expect(examination.diagnoses).toEqual([]);
  expect(isOpen(examination)).toBe(true);
});

test("what only helps to understand leaves nothing open", () => {
  const told = { en: "-", zh: "-" };
  const asked = { probe: "kubelet", subject: "node/a", outcome: "unknown", told } as const;
  const of = (...evidence: readonly Evidence[]): boolean =>
    isOpen({ subject: "node/a", evidence, diagnoses: [] });
  expect([of(asked), of(...aside([asked])), of(...aside([asked]), asked)]).toEqual([true, false, true]);
});

test("of each fault alone the right cause is named first", async () => {
  expect(faults.length).toBeGreaterThanOrEqual(60);
  const misses: string[] = [];
  for (const fault of faults) {
    const codes = await codesOf([fault]);
    if (codes[0] !== fault.cause) misses.push(`${fault.name}: ${fault.cause}, not ${codes.join(", ")}`);
  }
  // The names of the misses are what is to be read here.
  expect(misses).toEqual([]);
}, 120_000);
