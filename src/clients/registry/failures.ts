import { MoorlineError, type ErrorCode } from "../../model/errors.ts";
import { deniedCode, harborErrorOf, secondsOf, type FailedAnswer } from "../harbor/failures.ts";

/** What was asked for, for the error's text. */
export interface Asked {
  /** `team-a/app:v1`, or a blob's digest. */
  readonly thing: string;
  readonly repository: string;
  readonly actions: readonly string[];
  readonly username: string | undefined;
}

/**
 * Puts a registry's refusal into words. Harbor answers 401, never 403, where a right is missing, and 401 for a missing
 * project as well (facts/harbor.md §4); the token told already whether the credential itself was wrong.
 */
export function registryFailure(answer: FailedAnswer, asked: Asked): MoorlineError {
  const { status, subject, requestId } = answer;
  const told = harborErrorOf(answer.text());
  const reason = told?.message || told?.code || `HTTP ${status}`;
  const retryAfterSeconds = secondsOf(answer.headers["retry-after"]);
  return new MoorlineError(codeOf(status, told?.message ?? "", asked), {
    subject,
    parameters: {
      reason,
      status,
      requestId,
      thing: asked.thing,
      repository: asked.repository,
      actions: asked.actions.join(", "),
      granted: "-",
      username: asked.username ?? "anonymous",
    },
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  });
}

function codeOf(status: number, message: string, asked: Asked): ErrorCode {
  if (status === 401)
    return asked.username === undefined ? "REGISTRY_LOGIN_REQUIRED" : "REGISTRY_NO_PERMISSION";
  if (status === 403) {
    const denied = deniedCode(message);
    return denied === "HARBOR_FORBIDDEN" ? "REGISTRY_DENIED" : denied;
  }
  if (status === 404) return "REGISTRY_NOT_FOUND";
  if (status === 412) return "REGISTRY_DENIED";
  if (status === 429) return "HARBOR_TOO_MANY_REQUESTS";
  if (status >= 500) return "REGISTRY_FAILED";
  return status >= 400 ? "HARBOR_INVALID" : "REGISTRY_NOT_REGISTRY";
}
