import { z } from "zod";
import { MoorlineError, type ErrorCode } from "../../model/errors.ts";
import type { HttpHeaders } from "../http/endpoint.ts";

const errorBody = z.object({
  errors: z.array(z.object({ code: z.string().default(""), message: z.string().default("") })).min(1),
});

/** What an answer brings that failed. */
export interface FailedAnswer {
  readonly status: number;
  readonly headers: HttpHeaders;
  readonly requestId: string;
  readonly subject: string;
  text(): string;
}

/** The first error of Harbor's error body; undefined where the body is not Harbor's. */
export function harborErrorOf(text: string): { code: string; message: string } | undefined {
  try {
    return errorBody.parse(JSON.parse(text)).errors[0];
  } catch {
    // Not Harbor's shape: proxies send HTML, and HEAD and panics send nothing.
    return undefined;
  }
}

/**
 * Puts a failed answer of the API into words (facts/harbor.md §1.1, "Codes → status").
 * @param username who asked; undefined for nobody
 */
export function harborFailure(answer: FailedAnswer, username: string | undefined): MoorlineError {
  const { status, subject, requestId } = answer;
  const told = harborErrorOf(answer.text());
  const reason = told?.message || told?.code || `HTTP ${status}`;
  const code = codeOf(status, told, username, answer.text());
  const retryAfterSeconds = secondsOf(answer.headers["retry-after"]);
  return new MoorlineError(code, {
    subject,
    parameters: { reason, status, requestId, username: username ?? "anonymous" },
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  });
}

function codeOf(
  status: number,
  told: { code: string; message: string } | undefined,
  username: string | undefined,
  text: string,
): ErrorCode {
  if (status === 401)
    return username === undefined ? "HARBOR_CREDENTIAL_MISSING" : "HARBOR_CREDENTIAL_REFUSED";
  if (status === 429) return "HARBOR_TOO_MANY_REQUESTS";
  if (status >= 500) return "HARBOR_UNAVAILABLE";
  // Harbor always says why it refuses; a page or another dialect comes from something else.
  if (status < 400 || (told === undefined && text !== "")) return "HARBOR_NOT_HARBOR";
  if (status === 403) return deniedCode(told?.message ?? "");
  return byStatus[status] ?? "HARBOR_INVALID";
}

const byStatus: Readonly<Record<number, ErrorCode>> = {
  404: "HARBOR_NOT_FOUND",
  409: "HARBOR_CONFLICT",
  412: "HARBOR_PRECONDITION",
};

/** 403 has several reasons that only the wording tells apart. */
export function deniedCode(message: string): ErrorCode {
  if (message.includes("read only mode")) return "HARBOR_READ_ONLY";
  if (message.includes("CONFIG_OVERWRITE_JSON")) return "HARBOR_CONFIGURATION_LOCKED";
  if (message.includes("exceed the configured upper limit")) return "HARBOR_QUOTA_EXCEEDED";
  return "HARBOR_FORBIDDEN";
}

/** Retry-After in seconds; its date form (RFC 9110 §10.2.3) is left to the caller's own back-off. */
export function secondsOf(retryAfter: string | undefined): number | undefined {
  return retryAfter !== undefined && /^\d{1,6}$/.test(retryAfter) ? Number(retryAfter) : undefined;
}
