import { concurrently } from "../../../clients/concurrency.ts";
import { surveyTls } from "../../../clients/tls/survey.ts";
import { judgeTls, type Posture } from "../../../diagnosis/tls/posture.ts";
import type { Target } from "./targets.ts";
import { trustFor } from "./trust.ts";

/** How to look at servers. */
export interface LookOptions {
  readonly timeoutMs: number;
  readonly quick: boolean;
  /** Servers at a time. */
  readonly concurrency: number;
  /** PEM; the machine's roots where there is none. */
  readonly authoritiesPem: string | undefined;
  readonly now: Date;
}

/**
 * Surveys servers and judges each, on one thread: two were tried (`npm run bench:tls`), and where the servers share the
 * cores they only take them from each other.
 * @returns in the order of the servers
 * @throws CANCELLED
 */
export async function lookAt(
  targets: readonly Target[],
  { timeoutMs, quick, concurrency, authoritiesPem, now }: LookOptions,
  signal: AbortSignal,
  randomBytes: (length: number) => Uint8Array,
): Promise<readonly Posture[]> {
  const trust = trustFor(authoritiesPem);
  const look = async ({ host, port }: Target): Promise<Posture> => {
    const survey = await surveyTls({ host, port, timeoutMs, signal, quick, randomBytes });
    return judgeTls(survey, { trusted: trust(survey.chain), now });
  };
  return await concurrently(targets, concurrency, look, signal);
}
