import { isIP } from "node:net";
import { openEndpoint } from "../../clients/http/endpoint.ts";
import { probeTls, type TlsObservation } from "../../clients/tls/probe.ts";
import { connectHarbor } from "../../kinds/harbor-registry/connect.ts";
import type { HarborRegistrySpec } from "../../kinds/harbor-registry/schema.ts";
import type { World } from "../../kinds/world.ts";
import { nameOf, type Document } from "../../model/document.ts";
import { describeError, fromUnknown } from "../../model/errors.ts";
import { finding } from "../../model/finding.ts";
import { inspectCertificate } from "../../pki/inspect.ts";
import { message } from "../../text/message.ts";
import type { Check } from "./check.ts";

/** Harbor of a supported version, on a name of its own, over HTTPS only, with a key of sufficient strength. */
export async function checkHarbor(
  document: Document<HarborRegistrySpec>,
  world: World,
  signal: AbortSignal,
): Promise<readonly Check[]> {
  const subject = `${nameOf(document)} ${document.spec.url}`;
  try {
    const harbor = await connectHarbor(document, world, signal);
    const version = await harbor.harbor.system.version(signal);
    const url = new URL(harbor.url);
    const observed = await probeTls({
      host: url.hostname.replace(/^\[|\]$/g, ""),
      port: Number(url.port || 443),
      tls: harbor.tls,
      signal,
    });
    return [
      { subject, holds: message("preflight.harbor", { version: version.text }) },
      judgeName(subject, url.hostname),
      ...judgeHandshake(subject, observed),
      ...(await plainHttp(url, signal)),
    ];
  } catch (thrown) {
    const error = fromUnknown(thrown, subject);
    const [en, zh] = [describeError(error, "en"), describeError(error, "zh-CN")];
    const evidence = { reason: { en: en.what, zh: zh.what }, remedy: { en: en.remedy, zh: zh.remedy } };
    return [{ subject, finding: finding("PREFLIGHT_HARBOR_UNREACHABLE", subject, evidence) }];
  }
}

/** A name, not an address. */
export function judgeName(subject: string, hostname: string): Check {
  return isIP(hostname.replace(/^\[|\]$/g, "")) === 0
    ? { subject, holds: message("preflight.harborName") }
    : { subject, finding: finding("PREFLIGHT_HARBOR_BY_ADDRESS", subject) };
}

/** What the served certificate's key is worth: RSA of 2048 to 4096 bits, ECDSA on P-256 or P-384. */
export function judgeHandshake(subject: string, observed: TlsObservation): readonly Check[] {
  const [leaf] = observed.chainPem;
  if (leaf === undefined) return [];
  const { key, notAfter } = inspectCertificate(leaf);
  const words = key.algorithm === "RSA" ? `RSA ${key.bits ?? ""}` : `${key.algorithm} ${key.curve ?? ""}`;
  const strong =
    key.algorithm === "RSA"
      ? (key.bits ?? 0) >= 2048 && (key.bits ?? 0) <= 4096
      : key.curve === "P-256" || key.curve === "P-384";
  return [
    {
      subject,
      holds: message("preflight.handshake", {
        protocol: observed.protocol ?? "TLS",
        cipher: observed.cipher ?? "",
      }),
    },
    strong
      ? {
          subject,
          holds: message("preflight.key", { key: words, notAfter: notAfter.toISOString().slice(0, 10) }),
        }
      : { subject, finding: finding("PREFLIGHT_KEY_WEAK", subject, { key: words }) },
  ];
}

/** Port 80 of the same host, where it answers at all, must lead to HTTPS. */
async function plainHttp(url: URL, signal: AbortSignal): Promise<readonly Check[]> {
  if (url.port !== "" && url.port !== "443") return [];
  const plain = `http://${url.hostname}`;
  await using endpoint = openEndpoint(plain, { timeoutMs: 5000 });
  try {
    const { status } = await endpoint.request({ method: "GET", path: "/v2/", signal, maxBodyBytes: 65_536 });
    if (status >= 300 && status < 400) return [];
    return [{ subject: plain, finding: finding("PREFLIGHT_PLAIN_HTTP_OPEN", plain, { status }) }];
  } catch {
    return []; // nothing answers there, as it should be
  }
}
