import { fromUnknown } from "../../../model/errors.ts";
import type { LiveSign } from "../../causes/cause.ts";
import type { Evidence } from "../evidence.ts";

/** Milliseconds for each probe. */
const limitMs = 15_000;

/**
 * Asks within a time limit. What can not be asked is unknown, with the reason, and the rest goes on.
 * Never throws but for an aborted signal.
 */
export async function ask(
  probe: string,
  subject: string,
  signal: AbortSignal,
  work: (stop: AbortSignal) => Promise<readonly Evidence[]>,
): Promise<readonly Evidence[]> {
  try {
    return await work(AbortSignal.any([signal, AbortSignal.timeout(limitMs)]));
  } catch (thrown) {
    signal.throwIfAborted();
    return [{ probe, subject, outcome: "unknown", told: fromUnknown(thrown, subject) }];
  }
}

/** Evidence of one probe about one thing. */
export function evidenceOf(probe: string, subject: string) {
  return {
    fine: (en: string, zh: string): Evidence => ({ probe, subject, outcome: "fine", told: { en, zh } }),
    wrong: (sign: LiveSign, en: string, zh: string): Evidence => ({
      probe,
      subject,
      outcome: "wrong",
      sign,
      told: { en, zh },
    }),
    unknown: (en: string, zh: string): Evidence => ({ probe, subject, outcome: "unknown", told: { en, zh } }),
  };
}

/** Of what only helps to understand: that it could not be asked is told, and leaves nothing open. */
export const aside = (evidence: readonly Evidence[]): readonly Evidence[] =>
  evidence.map((one) => (one.outcome === "unknown" ? { ...one, aside: true } : one));
