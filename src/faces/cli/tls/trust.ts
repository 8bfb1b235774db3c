import { X509Certificate } from "node:crypto";
import { getCACertificates } from "node:tls";
import { readTrusted, type VerifyOptions } from "../../../pki/verify.ts";

/**
 * Which authorities to hold a chain against. Of the machine's many roots only those are given that a chain names as
 * issuers: reading all of them for each host would take longer than asking it.
 * @param given PEM that was asked for; the machine's roots where there is none
 * @returns from a chain (PEM each) to the trusted ones
 * @throws PKI_* where what was given can not be read
 */
export function trustFor(
  given: string | undefined,
): (chain: readonly string[]) => VerifyOptions["trustedPem"] {
  if (given !== undefined) {
    const read = readTrusted(given);
    return () => read;
  }
  let bySubject: Map<string, string[]> | undefined;
  return (chain) => {
    bySubject ??= machineRoots();
    const roots = chain.flatMap((pem) => bySubject?.get(issuerOf(pem)) ?? []);
    return [...new Set(roots)].join("\n");
  };
}

function issuerOf(pem: string): string {
  try {
    return new X509Certificate(pem).issuer;
  } catch {
    // A server may send anything; the judgement tells that it can not be read.
    return "";
  }
}

function machineRoots(): Map<string, string[]> {
  const system = [...getCACertificates("system"), ...getCACertificates("extra")];
  const roots = system.length > 0 ? system : getCACertificates("bundled");
  const bySubject = new Map<string, string[]>();
  for (const pem of roots) {
    const { subject } = new X509Certificate(pem);
    bySubject.set(subject, [...(bySubject.get(subject) ?? []), pem]);
  }
  return bySubject;
}
