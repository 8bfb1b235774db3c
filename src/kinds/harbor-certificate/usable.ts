import { nameOf } from "../../model/document.ts";
import { MoorlineError } from "../../model/errors.ts";
import { describeFinding } from "../../model/finding.ts";
import { verifyChain } from "../../pki/verify.ts";
import type { CertificateDocument } from "./gathered.ts";
import type { IssuedPair } from "./pair.ts";

/** The places that a certificate is for: each host and address of a server, and nothing of a client. */
const namesOf = ({ spec }: CertificateDocument, of: string): readonly Record<string, string>[] =>
  of !== "server"
    ? [{}]
    : [
        ...spec.hosts.map((hostname) => ({ hostname })),
        ...spec.ipAddresses.map((ipAddress) => ({ ipAddress })),
      ];

/**
 * Verifies a pair as its users will, for every name.
 * @throws CERTIFICATE_NOT_USABLE with everything that is wrong
 */
export function requireUsable(
  document: CertificateDocument,
  of: string,
  pair: IssuedPair,
  trust: string,
  now: Date,
): void {
  const findings = namesOf(document, of).flatMap((name) => {
    const verdict = verifyChain({
      ...name,
      chainPem: pair.certificate,
      privateKeyPem: pair.privateKey,
      trustedPem: trust,
      purpose: of === "server" ? "server" : "client",
      now,
    });
    return verdict.findings.filter(
      (f) => f.severity === "error" || f.code === "CERTIFICATE_CHAIN_WRONG_ORDER",
    );
  });
  if (findings.length === 0) return;
  const inWords = (language: "en" | "zh-CN"): string =>
    [...new Set(findings.map((f) => describeFinding(f, language)))].join(" ");
  throw new MoorlineError("CERTIFICATE_NOT_USABLE", {
    subject: nameOf(document),
    parameters: { reason: { en: inWords("en"), zh: inWords("zh-CN") } },
  });
}
