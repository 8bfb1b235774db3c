import { z } from "zod";
import { MoorlineError, type ErrorCode } from "../../model/errors.ts";
import type { HttpHeaders } from "../http/endpoint.ts";
import { objectSubject, resourceName, type Resource } from "./resources.ts";

const cause = z.object({
  reason: z.string().default(""),
  message: z.string().default(""),
  field: z.string().default(""),
});

/** meta/v1 Status, the API's answer to what it did not do. */
export const statusSchema = z.object({
  kind: z.literal("Status"),
  code: z.number().optional(),
  reason: z.string().default(""),
  message: z.string().default(""),
  details: z
    .object({
      name: z.string().default(""),
      kind: z.string().default(""),
      causes: z.array(cause).default([]),
      retryAfterSeconds: z.number().optional(),
    })
    .prefault({}),
});
export type Status = z.infer<typeof statusSchema>;

/** What was tried, in RBAC's words. */
export interface Attempt {
  readonly verb: "get" | "list" | "watch" | "create" | "patch" | "update" | "delete";
  readonly resource: Resource;
  readonly subresource?: string;
  readonly name?: string | undefined;
  readonly namespace?: string | undefined;
}

export interface FailedAnswer {
  readonly status: number;
  readonly headers: HttpHeaders;
  text(): string;
}

/** Reads a Status; undefined where the body is something else, as from a proxy in between. */
export function statusOf(text: string): Status | undefined {
  try {
    return statusSchema.parse(JSON.parse(text));
  } catch {
    // Not JSON or not a Status; the caller tells that something else answered.
    return undefined;
  }
}

/**
 * Puts a failed answer of the API server into words.
 * @param server its URL
 */
export function kubernetesFailure(answer: FailedAnswer, attempt: Attempt, server: string): MoorlineError {
  const status = statusOf(answer.text());
  return statusFailure(
    status,
    status?.code ?? answer.status,
    attempt,
    server,
    secondsOf(answer.headers["retry-after"]),
  );
}

/** The same for a Status that came inside a watch. */
export function statusFailure(
  status: Status | undefined,
  httpStatus: number,
  attempt: Attempt,
  server: string,
  retryAfter?: number,
): MoorlineError {
  const { resource, verb, name, namespace } = attempt;
  const code = status ? codeOf(status, httpStatus, attempt) : codeWithoutStatus(httpStatus);
  const causes = status?.details.causes ?? [];
  const retryAfterSeconds = retryAfter ?? status?.details.retryAfterSeconds;
  const plural = attempt.subresource ? `${resource.plural}/${attempt.subresource}` : resource.plural;
  return new MoorlineError(code, {
    subject: objectSubject(resource, name, namespace),
    parameters: {
      server,
      verb,
      resource: resourceName(resource),
      namespace: namespace ?? "-",
      status: httpStatus,
      reason: withoutBody(status?.message ?? "") || `HTTP ${httpStatus}`,
      user: /User "([^"]*)"/.exec(status?.message ?? "")?.[1] ?? "-",
      rule: ruleFor(resource.group, plural, verb),
      fields: fieldsOf(causes),
      managers: managersOf(causes),
    },
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  });
}

function codeOf(status: Status, http: number, attempt: Attempt): ErrorCode {
  const { message, reason, details } = status;
  if (/^admission webhook .* denied the request/.test(message)) return "KUBERNETES_ADMISSION_DENIED";
  if (/failed calling webhook/.test(message)) return "KUBERNETES_WEBHOOK_UNAVAILABLE";
  switch (http) {
    case 401:
      return "KUBERNETES_UNAUTHORIZED";
    case 403:
      if (details.causes.some((each) => each.reason === "NamespaceTerminating"))
        return "KUBERNETES_NAMESPACE_TERMINATING";
      return message.includes("exceeded quota") ? "KUBERNETES_QUOTA_EXCEEDED" : "KUBERNETES_FORBIDDEN";
    case 404:
      // Without the name of an object it is the API itself that is not there.
      if (details.name === "") return "KUBERNETES_API_MISSING";
      return details.kind === "namespaces" && attempt.resource.plural !== "namespaces"
        ? "KUBERNETES_NAMESPACE_MISSING"
        : "KUBERNETES_NOT_FOUND";
    case 409:
      if (reason === "AlreadyExists") return "KUBERNETES_ALREADY_EXISTS";
      return details.causes.some((each) => each.reason === "FieldManagerConflict")
        ? "KUBERNETES_FIELD_CONFLICT"
        : "KUBERNETES_CONFLICT";
    case 410:
      return "KUBERNETES_GONE";
    case 400:
    case 422:
      return "KUBERNETES_INVALID";
    case 413:
      return "KUBERNETES_TOO_LARGE";
    default:
      return codeWithoutStatus(http);
  }
}

/** kube-apiserver answers a few things in plain text: an unknown path, an overload, a start that is not over. */
function codeWithoutStatus(http: number): ErrorCode {
  if (http === 401) return "KUBERNETES_UNAUTHORIZED";
  if (http === 403) return "KUBERNETES_FORBIDDEN";
  if (http === 404) return "KUBERNETES_API_MISSING";
  if (http === 410) return "KUBERNETES_GONE";
  if (http === 413) return "KUBERNETES_TOO_LARGE";
  if (http === 429) return "KUBERNETES_TOO_MANY_REQUESTS";
  return http >= 500 ? "KUBERNETES_UNAVAILABLE" : "KUBERNETES_UNEXPECTED";
}

/**
 * Takes out of a message what may be a piece of the body that was sent, which may be a Secret: Go's decoder quotes it
 * ("error found in #10 byte of ...|"), and validation repeats values.
 */
function withoutBody(message: string): string {
  return message
    .replace(/,? ?error found in #\d+ byte of[^]*$/, "")
    .replaceAll(/Invalid value: "(?:[^"\\]|\\.)*"/g, "Invalid value");
}

function fieldsOf(causes: readonly z.infer<typeof cause>[]): string {
  const told = causes.map(({ field, message, reason }) =>
    reason === "FieldManagerConflict" ? field : `${field}: ${withoutBody(message)}`,
  );
  return told.slice(0, 10).join("; ") || "-";
}

/** `conflict with "kubectl" using v1` → kubectl. */
function managersOf(causes: readonly z.infer<typeof cause>[]): string {
  const names = causes.flatMap(({ message }) => /conflict with "([^"]*)"/.exec(message)?.[1] ?? []);
  return [...new Set(names)].join(", ") || "-";
}

function ruleFor(group: string, resource: string, verb: string): string {
  return JSON.stringify({ apiGroups: [group], resources: [resource], verbs: [verb] });
}

function secondsOf(header: string | undefined): number | undefined {
  return header !== undefined && /^\d{1,6}$/.test(header) ? Number(header) : undefined;
}
