import type { Waiting } from "../../../../clients/acme/waiting.ts";
import type { World } from "../../../world.ts";

/** The world's time and chance. */
export const waitingOf = ({ clock, random }: World): Waiting => ({
  now: () => clock.now(),
  sleep: (milliseconds, signal) => clock.sleep(milliseconds, signal),
  fraction: () => random.fraction(),
});
