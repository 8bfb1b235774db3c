import { X509Certificate } from "node:crypto";
import { getCACertificates } from "node:tls";

/**
 * Which authorities to hold a chain against. Of the machine's many roots only those are given that a chain names as
 * issuers: reading all of them for each host would take longer than asking it.
 * @param given PEM that was asked for; the machine's roots where there is none
 * @returns from a chain (PEM each) to the trusted PEM
 */
export function trustFor(given: string | undefined): (chain: readonly string[]) => string {
  if (given !== undefined) return () => given;
  let bySubject: Map<string, string[]> | undefined;
  return (chain) => {
    bySubject ??= machineRoots();
    const roots = chain.flatMap((pem) => bySubject?.get(new X509Certificate(pem).issuer) ?? []);
    return [...new Set(roots)].join("\n");
  };
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
