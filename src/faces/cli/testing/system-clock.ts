import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "../../../engine/world.ts";

/** The real time, for tests that wait for real servers. */
export const systemClock: Clock = {
  now: () => new Date(),
  sleep: (milliseconds, signal) => sleep(milliseconds, undefined, { signal }),
};
