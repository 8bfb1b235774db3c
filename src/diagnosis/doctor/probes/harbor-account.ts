import { isError } from "../../../model/errors.ts";
import type { Evidence } from "../evidence.ts";

/**
 * That Harbor does not take the account that asks it is one finding, however many questions it left without an answer.
 * Pure.
 */
export function tellRefusal(evidence: readonly Evidence[], subject: string): readonly Evidence[] {
  const isRefused = ({ outcome, told }: Evidence): boolean =>
    outcome === "unknown" && isError(told, "HARBOR_CREDENTIAL_REFUSED");
  const first = evidence.find(isRefused);
  if (first === undefined) return evidence;
  const { told } = first;
  return [
    ...evidence.filter((one) => !isRefused(one)),
    { probe: "account", subject, outcome: "wrong", sign: "HARBOR_CREDENTIAL_REFUSED", told },
  ];
}
