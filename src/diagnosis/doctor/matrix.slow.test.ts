import { expect, test } from "vitest";
import { kubeletFaults } from "./testing/faults-kubelet.ts";
import { siteFaults } from "./testing/faults-site.ts";
import { pairsOf } from "./testing/pairs.ts";
import { openStage } from "./testing/stage.ts";

test("of all pairs of faults both are named in four of five, those that lie behind a closed door among them", async () => {
  await using stage = await openStage();
  const pairs = pairsOf([...siteFaults, ...kubeletFaults]);
  let named = 0;
  for (const pair of pairs) {
    const { diagnoses } = await stage.play(pair);
    const codes = new Set(diagnoses.map(({ cause }) => cause.code));
    if (pair.every(({ cause }) => codes.has(cause))) named += 1;
  }
  const part = ((100 * named) / pairs.length).toFixed(1);
  process.stdout.write(`both named: ${named} of ${pairs.length} pairs, ${part} %\n`);
  expect(named / pairs.length).toBeGreaterThanOrEqual(0.8);
}, 900_000);
