import { setTimeout as wait } from "node:timers/promises";

/** Asks every half second, for half an hour at most. */
export async function until(holds: () => Promise<boolean>, everyMs = 500): Promise<void> {
  for (let left = 1_800_000 / everyMs; left > 0; left--) {
    if (await holds()) return;
    await wait(everyMs);
  }
  throw new Error("what the benchmark waits for did not come about");
}
