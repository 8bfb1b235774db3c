import { MoorlineError } from "../model/errors.ts";
import { authorityCertificate, authorityChain, certifyAuthority, type Authority } from "./authority.ts";
import { certificatePem, isSelfIssued, readCertificates, type Certificate } from "./certificate.ts";
import { importPublicKey } from "./key.ts";
import { forbiddenNames, type NameConstraintsSpec } from "./name-constraints.ts";
import { cidrToBytes } from "./ip.ts";
import type { GeneralName } from "./names.ts";
import { buildPath } from "./path.ts";
import type { CertificateRequest } from "./request.ts";
import type { RandomBytes } from "./serial.ts";

export interface IntermediateOptions {
  readonly validityDays: number;
  /** How many authorities may stand below it; none unless said. */
  readonly pathLength?: number;
  readonly nameConstraints?: NameConstraintsSpec;
  readonly now: Date;
  readonly randomBytes?: RandomBytes;
}

/**
 * Certifies the key of an intermediate that asked. What the intermediate may do, and for how long, the options say and not
 * the request.
 * @returns the certificate, and what is to be brought back: it, then all above it up to the root
 * @throws MoorlineError PKI_KEY_UNSUPPORTED, PKI_NAME_INVALID, PKI_NAME_NOT_PERMITTED, PKI_PATH_LENGTH*,
 *   PKI_VALIDITY_INVALID, PKI_OUTLIVES_AUTHORITY, PKI_REQUEST_OF_SIGNER
 */
export async function certifyIntermediate(
  issuer: Authority,
  request: CertificateRequest,
  options: IntermediateOptions,
): Promise<{ readonly certificatePem: string; readonly bundlePem: string }> {
  const { commonName = "", organization } = request.subject;
  const subject = `CA "${commonName}"`;
  const above = authorityCertificate(issuer);
  // Under the signer's own name or key, nobody could tell the two apart.
  if (
    above.publicKey.equals(request.publicKey) ||
    (above.subject.commonName === commonName && above.subject.organization === organization)
  )
    throw new MoorlineError("PKI_REQUEST_OF_SIGNER", {
      subject,
      parameters: { authority: above.subject.text },
    });
  checkWithin(authorityChain(issuer), options.nameConstraints ?? {}, subject);
  const own = await certifyAuthority({
    ...options,
    commonName,
    ...(organization !== undefined && { organization }),
    issuer,
    publicKey: importPublicKey(request.publicKey, subject),
    signer: issuer.key,
  });
  const bundle = [...readCertificates(own), ...authorityChain(issuer)];
  return { certificatePem: own, bundlePem: bundle.map(certificatePem).join("") };
}

/** What the intermediate is permitted must be permitted to those above it: all that it issued for other names is refused. */
function checkWithin(above: readonly Certificate[], spec: NameConstraintsSpec, subject: string): void {
  const names: GeneralName[] = [
    ...(spec.permittedDns ?? []).map((text) => ({ kind: "dns" as const, text, bytes: new Uint8Array() })),
    ...(spec.permittedIp ?? []).flatMap((text) => {
      const bytes = cidrToBytes(text);
      return bytes === undefined
        ? []
        : [{ kind: "ip" as const, text, bytes: bytes.subarray(0, bytes.length / 2) }];
    }),
  ];
  for (const authority of above) {
    const { nameConstraints } = authority.extensions;
    const [name] = nameConstraints === undefined ? [] : forbiddenNames(names, nameConstraints);
    if (name !== undefined)
      throw new MoorlineError("PKI_NAME_NOT_PERMITTED", {
        subject,
        parameters: { name: name.text, authority: authority.subject.text },
      });
  }
}

/**
 * Makes sure that certificates which were brought back belong to a request, and lead to a root.
 * @param bundlePem the intermediate, then all above it, in any order
 * @param publicKey of the request
 * @returns the bundle in order, from the intermediate to the root
 * @throws MoorlineError PKI_KEY_MISMATCH, PKI_NOT_AN_AUTHORITY, PKI_BUNDLE_WITHOUT_ROOT, PKI_NOT_PEM, PKI_CERTIFICATE_*
 */
export function acceptIntermediate(
  bundlePem: string,
  publicKey: CertificateRequest["publicKey"],
  now: Date,
  subject = "the bundle",
): string {
  const certificates = readCertificates(bundlePem, subject);
  const own = certificates.find((c) => c.publicKey.equals(publicKey));
  if (own === undefined) throw new MoorlineError("PKI_KEY_MISMATCH", { subject });
  const usage = own.extensions.keyUsage;
  if (!own.extensions.isAuthority || (usage !== undefined && !usage.includes("keyCertSign")))
    throw new MoorlineError("PKI_NOT_AN_AUTHORITY", { subject: own.subject.text });
  const roots = certificates.filter((c) => c !== own && isSelfIssued(c));
  const others = certificates.filter((c) => c !== own && !isSelfIssued(c));
  const path = buildPath(own, others, roots, now);
  if (!path.isComplete) throw new MoorlineError("PKI_BUNDLE_WITHOUT_ROOT", { subject });
  return path.certificates.map(certificatePem).join("");
}
