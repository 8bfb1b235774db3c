import { analyseLogs, type Analysis } from "../analysis.ts";

export const testTime = Date.parse("2026-11-23T00:00:00Z");

/** Reads one log that is given as text, cut where the test wants. */
export async function analyseText(text: string, cuts: readonly number[] = []): Promise<Analysis> {
  const bytes = Buffer.from(text);
  const at = [0, ...[...cuts].sort((a, b) => a - b).filter((c) => c < bytes.length), bytes.length];
  const chunks = at.slice(1).map((end, i) => bytes.subarray(at[i], end));
  const source = {
    name: "test.log",
    // oxlint-disable-next-line require-await -- a source is asynchronous
    read: async function* () {
      yield* chunks;
    },
  };
  return await analyseLogs([source], { now: testTime, signal: new AbortController().signal });
}

/** The codes of the causes, with how many lines told each. */
export async function causesIn(text: string): Promise<Record<string, number>> {
  const { groups } = await analyseText(text);
  return Object.fromEntries(groups.map(({ group }) => [group.cause.code, group.count]));
}
