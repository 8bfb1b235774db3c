import { MoorlineError } from "../../model/errors.ts";
import type { HttpResponse } from "../http/endpoint.ts";
import { statusOf } from "../kubernetes/failures.ts";
import type { KubeSphereApi } from "./api.ts";
import type { RenderedSecret } from "./registry-secret.ts";

/** What KubeSphere's own "Validate" button says. */
export interface SecretVerdict {
  readonly ok: boolean;
  /** ks-apiserver's words; empty when ok. */
  readonly message: string;
}

/** ks-apiserver asks the registry meanwhile. */
const limitMs = 30_000;

/**
 * Lets ks-apiserver verify a registry Secret, as the console does; the Secret is sent along and need not exist
 * (facts/kubesphere.md §2.3). Success proves TLS and credential, not the right to pull.
 * @throws KUBESPHERE_UNAUTHORIZED, KUBESPHERE_FORBIDDEN, KUBESPHERE_UNREACHABLE, NETWORK_*, TLS_*
 */
export async function verifyRegistrySecret(
  api: KubeSphereApi,
  secret: RenderedSecret,
  signal: AbortSignal,
): Promise<SecretVerdict> {
  const { name, namespace } = secret.metadata;
  const place = `namespaces/${encodeURIComponent(namespace)}/registrysecrets/${encodeURIComponent(name)}`;
  const answer = await api.request({
    method: "POST",
    path: `/kapis/resources.kubesphere.io/v1alpha3/${place}/verify`,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(secret),
    timeoutMs: limitMs,
    maxBodyBytes: 4 * 1024 * 1024,
    signal,
  });
  return verdictOf(answer);
}

/**
 * Reads the answer of every version: a registry's refusal is 401 up to 4.1.2 and 400 since, always in plain text; a
 * token that KubeSphere itself refuses is 401 with a Status.
 */
export function verdictOf(answer: Pick<HttpResponse, "status" | "subject" | "text">): SecretVerdict {
  const { status, subject } = answer;
  if (status === 200) return { ok: true, message: "" };
  const text = answer.text();
  const told = statusOf(text);
  const isVerdict = (status === 400 || status === 401) && told === undefined && text.trim() !== "";
  if (isVerdict && !text.trimStart().startsWith("<")) {
    return { ok: false, message: text.trim().replace(/^registry auth failed with err: /, "") };
  }
  const codes = { 401: "KUBESPHERE_UNAUTHORIZED", 403: "KUBESPHERE_FORBIDDEN" } as const;
  throw new MoorlineError(codes[status as keyof typeof codes] ?? "KUBESPHERE_UNREACHABLE", {
    subject,
    parameters: { status, reason: told?.message || text.slice(0, 300).trim() || `HTTP ${status}` },
  });
}
