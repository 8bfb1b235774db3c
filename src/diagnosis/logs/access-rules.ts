import { apiForbidden } from "../causes/api-forbidden.ts";
import { apiLoginRefused } from "../causes/api-login-refused.ts";
import { apiRequestInvalid } from "../causes/api-request-invalid.ts";
import { blobMissing } from "../causes/blob-missing.ts";
import type { Cause } from "../causes/cause.ts";
import { clientCertificateMissing } from "../causes/client-certificate-missing.ts";
import { clientCertificateRefused } from "../causes/client-certificate-refused.ts";
import { componentDown } from "../causes/component-down.ts";
import { componentSlow } from "../causes/component-slow.ts";
import { harborError } from "../causes/harbor-error.ts";
import { imageNotFound } from "../causes/image-not-found.ts";
import { loginRefused } from "../causes/login-refused.ts";
import { plainHttpClient } from "../causes/plain-http-client.ts";
import { plainHttpServer } from "../causes/plain-http-server.ts";
import { policyRefused } from "../causes/policy-refused.ts";
import { pullRefused } from "../causes/pull-refused.ts";
import { pushRefused } from "../causes/push-refused.ts";
import { tooLarge } from "../causes/too-large.ts";
import { upstreamRateLimit } from "../causes/upstream-rate-limit.ts";
import type { LoggedRequest, LogRecord } from "./record.ts";

/** Runtimes that only pull. Others ask for a manifest before they push it. */
const runtime = /^(?:containerd|cri-o|docker)\b/i;

/**
 * What an answered request says by itself.
 * A 401 to a registry request is normal: every pull begins with one, and a refused pull looks the same here. Harbor's
 * core and the node tell them apart.
 */
export function judgeRequest(record: LogRecord, request: LoggedRequest): Cause | "normal" {
  const { status, target, method } = request;
  if (status < 400) return "normal";
  if (status === 499) return "normal";
  if (status === 502 || status === 503) return componentDown;
  if (status === 504) return componentSlow;
  if (status >= 500) return harborError;
  if (status === 429) return upstreamRateLimit;
  if (status === 413) return tooLarge;
  if (status === 400 && request.byProxyItself) return judgeRefusedByProxy(request);
  const isRegistry = target.startsWith("/v2/");
  if (isRegistry) return judgeRegistryRequest(record, request);
  if (target.startsWith("/service/token")) return status === 401 ? loginRefused : "normal";
  if (!target.startsWith("/api/")) return "normal";
  if (status === 401) return apiLoginRefused;
  if (status === 403) return apiForbidden;
  // What is asked for may be absent, and what is made may be there.
  return status === 404 || status === 409 || method === "HEAD" ? "normal" : apiRequestInvalid;
}

/**
 * nginx's own 400: its page tells which by its length. nginx 1.22 with its version in the page: 248 bytes for plain HTTP,
 * 230 for no certificate, 208 for a refused one; without its version seven less.
 */
function judgeRefusedByProxy({ method, bytes }: LoggedRequest): Cause {
  if (method === "" || !/^[A-Z]+$/.test(method)) return plainHttpServer;
  if (bytes >= 238) return plainHttpClient;
  return bytes >= 216 ? clientCertificateMissing : clientCertificateRefused;
}

function judgeRegistryRequest(
  { userAgent }: LogRecord,
  { status, method, target }: LoggedRequest,
): Cause | "normal" {
  if (status === 403) return method === "GET" || method === "HEAD" ? pullRefused : pushRefused;
  if (status === 412) return policyRefused;
  if (status !== 404) return "normal";
  if (target.includes("/blobs/")) return method === "GET" ? blobMissing : "normal";
  if (method === "GET") return imageNotFound;
  return runtime.test(userAgent ?? "") ? imageNotFound : "normal";
}
