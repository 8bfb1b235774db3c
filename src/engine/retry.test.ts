import { expect, test } from "vitest";
import { MoorlineError } from "../model/errors.ts";
import { withRetry } from "./retry.ts";
import { halfRandom, manualClock } from "./testing/library.ts";

const busy = (seconds: number): MoorlineError =>
  new MoorlineError("ACME_RATE_LIMITED", { subject: "a CA", retryAfterSeconds: seconds });

test.each([
  [60, 5, [60_000, 60_000, 60_000, 60_000]],
  [7200, 1, []],
])(
  "a server that asks for %i seconds is asked %i times: nobody waits for hours within a run",
  async (seconds, tries, waits) => {
    const clock = manualClock();
    let asked = 0;
    const work = withRetry(
      () => {
        asked += 1;
        return Promise.reject(busy(seconds));
      },
      { clock, random: halfRandom },
      new AbortController().signal,
    );
    await expect(work).rejects.toMatchObject({ code: "ACME_RATE_LIMITED", retryAfterSeconds: seconds });
    expect([asked, clock.slept]).toEqual([tries, waits]);
  },
);
