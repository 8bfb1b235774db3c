import { probeTls } from "../../../../clients/tls/probe.ts";
import { readCertificates, sameCertificate } from "../../../../pki/certificate.ts";
import type { ObservedHelm } from "../../observed.ts";
import type { IssuedPair } from "../../pair.ts";

/** Looks from outside which certificate is served at a URL. What is not reached from here is said to be so. */
export async function servedAt(
  url: string,
  pair: IssuedPair | undefined,
  signal: AbortSignal,
): Promise<ObservedHelm["served"]> {
  const { hostname, port } = new URL(url);
  const seen = await probeTls({
    host: hostname.replace(/^\[(.*)\]$/, "$1"),
    port: port === "" ? 443 : Number(port),
    timeoutMs: 5000,
    signal,
  });
  const [leaf] = seen.chainPem[0] === undefined ? [] : readCertificates(seen.chainPem[0]);
  if (leaf === undefined) return "unreachable";
  const [wanted] = pair === undefined ? [] : readCertificates(pair.certificate);
  return wanted !== undefined && sameCertificate(leaf, wanted) ? "same" : "differs";
}
