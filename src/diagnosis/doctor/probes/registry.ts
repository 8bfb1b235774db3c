import type { HttpEndpoint } from "../../../clients/http/endpoint.ts";
import { surveyTls } from "../../../clients/tls/survey.ts";
import { fromUnknown } from "../../../model/errors.ts";
import { describeFinding } from "../../../model/finding.ts";
import { readCertificates } from "../../../pki/certificate.ts";
import { inspectCertificate } from "../../../pki/inspect.ts";
import type { VerifyOptions } from "../../../pki/verify.ts";
import type { LiveSign } from "../../causes/cause.ts";
import { lacksIntermediate } from "../../tls/missing-intermediate.ts";
import { judgeTls } from "../../tls/posture.ts";
import type { Evidence } from "../evidence.ts";
import { ask, evidenceOf } from "./ask.ts";

export interface RegistryQuestion {
  /** `harbor.example.com:8443`. */
  readonly registry: string;
  readonly endpoint: HttpEndpoint;
  /** The CAs that this machine was told to trust; absent where it was told none. */
  readonly trusted: VerifyOptions["trustedPem"] | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly randomBytes: (length: number) => Uint8Array;
}

/** Findings of a TLS posture that clients feel, by what causes know them by. */
const signs: Readonly<Record<string, LiveSign>> = {
  TLS_CERTIFICATE_ENDS_SOON: "CERTIFICATE_ENDS_SOON",
  TLS_VERSION_MODERN_MISSING: "TLS_PROTOCOL_TOO_OLD",
  CERTIFICATE_NAME_ONLY_IN_CN: "CERTIFICATE_WITHOUT_SAN",
};

/**
 * Looks at a registry from this machine without pulling: name, connection, handshake, the challenge of `/v2/`, and its
 * certificate. Never throws but for an aborted signal.
 */
export async function probeRegistry(
  question: RegistryQuestion,
  signal: AbortSignal,
): Promise<readonly Evidence[]> {
  const { registry } = question;
  const [challenge, posture] = await Promise.all([
    probeChallenge(question, signal),
    ask("tls", registry, signal, (stop) => probePosture(question, stop)),
  ]);
  return [...challenge, ...posture];
}

async function probeChallenge(
  { registry, endpoint, trusted }: RegistryQuestion,
  signal: AbortSignal,
): Promise<readonly Evidence[]> {
  const say = evidenceOf("challenge", registry);
  try {
    const answer = await endpoint.request({
      method: "GET",
      path: "/v2/",
      signal: AbortSignal.any([signal, AbortSignal.timeout(10_000)]),
      maxBodyBytes: 65_536,
    });
    const realm = /\brealm="([^"]*)"/.exec(answer.headers["www-authenticate"] ?? "")?.[1];
    if (answer.status === 401 && realm !== undefined && isElsewhere(realm, registry))
      return [say.wrong("REGISTRY_REALM_REFUSED", `its tokens are at ${realm}`, `其令牌服务位于 ${realm}`)];
    if (answer.status === 401 || answer.status === 200)
      return [say.fine("it answers as a registry does", "应答符合镜像仓库规范")];
    if (answer.status >= 500)
      return [say.wrong("REGISTRY_FAILED", `/v2/ answers ${answer.status}`, `/v2/ 返回 ${answer.status}`)];
    return [say.unknown(`/v2/ answers ${answer.status}`, `/v2/ 返回 ${answer.status}`)];
  } catch (thrown) {
    signal.throwIfAborted();
    const error = fromUnknown(thrown, registry);
    if (error.code === "TLS_UNKNOWN_AUTHORITY" && trusted === undefined)
      return [
        say.unknown(
          "this machine does not know the registry's CA, which says nothing about nodes; name it with --ca",
          "本机没有该镜像仓库的 CA，无法据此判断节点；请用 --ca 指定",
        ),
      ];
    return [{ probe: "challenge", subject: registry, outcome: "wrong", sign: error.code, told: error }];
  }
}

/** Harbor's realm has the host that it was asked by; the scheme, the host and the port must be the registry's. */
function isElsewhere(realm: string, registry: string): boolean {
  try {
    const url = new URL(realm);
    return url.protocol !== "https:" || url.host !== new URL(`https://${registry}`).host;
  } catch {
    return true;
  }
}

async function probePosture(
  { registry, trusted, now, randomBytes }: RegistryQuestion,
  signal: AbortSignal,
): Promise<readonly Evidence[]> {
  const { hostname, port } = new URL(`https://${registry}`);
  const host = hostname.replaceAll(/^\[|\]$/g, "");
  const survey = await surveyTls({
    host,
    port: port === "" ? 443 : Number(port),
    timeoutMs: 10_000,
    signal,
    randomBytes,
  });
  if (survey.failure !== undefined) return [];
  const { findings } = judgeTls(survey, { name: host, trusted: trusted ?? "", now: new Date(now) });
  const evidence = findings.flatMap((f): Evidence[] => {
    const sign = signs[f.code];
    const told = { en: describeFinding(f, "en"), zh: describeFinding(f, "zh-CN") };
    return sign === undefined ? [] : [{ probe: "tls", subject: registry, outcome: "wrong", sign, told }];
  });
  const isUnknown = findings.some((f) => f.code === "CERTIFICATE_ISSUER_UNKNOWN");
  if (trusted !== undefined && isUnknown && isCutShort(survey.chain, trusted))
    evidence.push(
      evidenceOf("tls", registry).wrong(
        "CHAIN_INCOMPLETE",
        `it sends one certificate, and its issuer (${issuerOf(survey.chain)}) is none of the trusted CAs`,
        `只发送了一张证书，其颁发者（${issuerOf(survey.chain)}）不在受信任的 CA 中`,
      ),
    );
  return evidence.length > 0
    ? evidence
    : [evidenceOf("tls", registry).fine("nothing is wrong with its certificate", "证书没有问题")];
}

/** One certificate alone, whose issuer is none of the trusted ones and is likely signed by one of them. */
function isCutShort(served: readonly string[], trusted: VerifyOptions["trustedPem"]): boolean {
  const [leaf, ...others] = served.flatMap((pem) => readCertificates(pem));
  if (leaf === undefined || others.length > 0) return false;
  return lacksIntermediate(leaf, typeof trusted === "string" ? readCertificates(trusted) : trusted);
}

const issuerOf = ([pem = ""]: readonly string[]): string => inspectCertificate(pem).issuer;
