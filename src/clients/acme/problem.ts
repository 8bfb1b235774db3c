import { MoorlineError, type ErrorCode } from "../../model/errors.ts";
import type { HttpResponse } from "../http/endpoint.ts";
import { problemSchema, type Problem } from "./resources.ts";
import { retryAfter } from "./waiting.ts";

const namespace = "urn:ietf:params:acme:error:";
const longestWords = 1500;
/** Where a server that limits rates does not say how long: the shortest of the limits that public CAs publish. */
const usualLimitSeconds = 3600;

/** The kind of problem without its namespace (RFC 8555 §6.7): `badNonce`. */
export const kindOf = (problem: Problem): string =>
  problem.type.startsWith(namespace) ? problem.type.slice(namespace.length) : problem.type;

/** The server's own words, those of subproblems with the name that they are about. */
export function wordsOf(problem: Problem): string {
  const parts = problem.subproblems.map(({ detail, identifier }) =>
    identifier === undefined ? detail : `${identifier.value}: ${detail}`,
  );
  const words = [problem.detail, ...parts].filter((part) => part !== "").join("; ");
  return (words === "" ? kindOf(problem) : words).slice(0, longestWords);
}

/** Reads what a refused request was answered with, whatever it is. */
export function problemOf(response: HttpResponse): Problem {
  const isProblem = response.headers["content-type"]?.includes("json") === true;
  const parsed = isProblem ? problemSchema.safeParse(tryJson(response)) : undefined;
  if (parsed?.success === true) return parsed.data;
  const detail = `HTTP ${response.status}`;
  return { type: "about:blank", detail, subproblems: [] };
}

function tryJson(response: HttpResponse): unknown {
  try {
    return JSON.parse(response.text()) as unknown;
  } catch {
    // Not JSON after all: the status alone tells then.
    return undefined;
  }
}

const accountProblems = new Set([
  "accountDoesNotExist",
  "unauthorized",
  "invalidContact",
  "unsupportedContact",
  "badPublicKey",
  "badSignatureAlgorithm",
]);

const nameProblems = new Set(["caa", "rejectedIdentifier", "unsupportedIdentifier"]);

interface Place {
  /** The server, as messages call it. */
  readonly subject: string;
  readonly now: Date;
  /** What the request was about. */
  readonly identifier?: string;
}

/** The error that a refused request is. */
export function refusal(problem: Problem, response: HttpResponse, place: Place): MoorlineError {
  const { subject, now } = place;
  const kind = kindOf(problem);
  const reason = wordsOf(problem);
  const seconds = retryAfter(response.headers["retry-after"], now);
  const make = (code: ErrorCode, more: Record<string, string | number> = {}): MoorlineError =>
    new MoorlineError(code, {
      subject,
      parameters: { reason, ...more },
      ...(seconds !== undefined && { retryAfterSeconds: seconds }),
    });
  if (kind === "rateLimited" || response.status === 429) {
    const wait = seconds ?? usualLimitSeconds;
    const until = new Date(now.getTime() + wait * 1000).toISOString();
    return new MoorlineError("ACME_RATE_LIMITED", {
      subject,
      parameters: { reason, until },
      retryAfterSeconds: wait,
    });
  }
  if (response.status >= 500 || kind === "serverInternal")
    return make("ACME_SERVER_FAILED", { status: response.status });
  if (kind === "userActionRequired") return make("ACME_TERMS_NOT_AGREED", { link: problem.instance ?? "" });
  if (kind === "externalAccountRequired") return make("ACME_EXTERNAL_ACCOUNT_REQUIRED");
  if (accountProblems.has(kind)) return make("ACME_ACCOUNT_REFUSED");
  if (nameProblems.has(kind)) return make("ACME_NAME_REFUSED", { identifier: nameIn(problem, place) });
  return make("ACME_REQUEST_REFUSED", { type: kind });
}

function nameIn(problem: Problem, { identifier }: Place): string {
  const named = problem.subproblems.flatMap((p) => (p.identifier === undefined ? [] : [p.identifier.value]));
  return named.length > 0 ? [...new Set(named)].join(", ") : (identifier ?? "?");
}

/** Problems of a challenge that mean that the server got no answer, rather than a wrong one (RFC 8555 §6.7). */
const unreached = new Set(["connection", "dns", "tls"]);

/** The error that a rejected challenge is: which name, which challenge, the server's words. */
export function challengeFailure(
  problem: Problem | undefined,
  identifier: string,
  challenge: string,
  server: string,
): MoorlineError {
  const kind = problem === undefined ? "" : kindOf(problem);
  const reason = problem === undefined ? "?" : wordsOf(problem);
  if (nameProblems.has(kind))
    return new MoorlineError("ACME_NAME_REFUSED", { subject: server, parameters: { identifier, reason } });
  const code = unreached.has(kind) ? "ACME_CHALLENGE_UNREACHABLE" : "ACME_CHALLENGE_WRONG";
  return new MoorlineError(code, { subject: identifier, parameters: { identifier, challenge, reason } });
}
