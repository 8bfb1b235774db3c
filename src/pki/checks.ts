import { finding, type Finding } from "../model/finding.ts";
import type { Bilingual } from "../text/language.ts";
import { isSelfIssued, type Certificate } from "./certificate.ts";
import { extensionIds } from "./extensions.ts";
import { describeCertificate, describeKey, keyText } from "./inspect.ts";
import { ipToBytes } from "./ip.ts";
import { constrainedNames, forbiddenNames } from "./name-constraints.ts";
import { toAscii } from "./subject-names.ts";

/** What the checks of one chain look at. */
export interface Judged {
  /** The leaf first, as far up as was found. */
  readonly path: readonly Certificate[];
  /** The last of the path is trusted. */
  readonly isComplete: boolean;
  readonly purpose: "server" | "client";
  readonly now: Date;
  readonly hostname?: string | undefined;
  readonly ipAddress?: string | undefined;
}

/** Each is a pure function, named as the sentence that it finds. */
export type Check = (judged: Judged) => readonly Finding[];

export const titleOf = (certificate: Certificate): string =>
  certificate.subject.text === ""
    ? (certificate.extensions.alternativeNames[0]?.text ?? certificate.serialNumber)
    : certificate.subject.text;

const certificatesAreExpiredOrNotYetValid: Check = ({ path, now }) =>
  path.flatMap((c) => [
    ...(c.notAfter < now
      ? [finding("CERTIFICATE_EXPIRED", titleOf(c), { notAfter: c.notAfter.toISOString() })]
      : []),
    ...(c.notBefore > now
      ? [finding("CERTIFICATE_NOT_YET_VALID", titleOf(c), { notBefore: c.notBefore.toISOString() })]
      : []),
  ]);

/** NIST SP 800-57: 112 bits of strength, which is RSA 2048 or a curve of 224 bits. */
const keysAreWeak: Check = ({ path }) =>
  path.flatMap((c) => {
    const key = describeKey(c.publicKey);
    const least = key.algorithm.startsWith("RSA") || key.algorithm === "DSA" ? 2048 : 224;
    return key.bits !== undefined && key.bits < least
      ? [finding("CERTIFICATE_KEY_WEAK", titleOf(c), { key: keyText(key) })]
      : [];
  });

/** The signature of a trusted root upon itself proves nothing, so its strength does not matter. */
const signaturesAreWeak: Check = ({ path, isComplete }) =>
  path
    .filter((c) => c.signature.isWeak && !(isComplete && c === path.at(-1) && isSelfIssued(c)))
    .map((c) => finding("CERTIFICATE_SIGNATURE_WEAK", titleOf(c), { algorithm: c.signature.name }));

const serverIsNamedOnlyByItsCommonName: Check = ({ path: [leaf], purpose }) => {
  if (leaf === undefined || purpose !== "server") return [];
  const named = leaf.extensions.alternativeNames.some((n) => n.kind === "dns" || n.kind === "ip");
  if (named) return [];
  return [
    finding("CERTIFICATE_NAME_ONLY_IN_CN", titleOf(leaf), { commonName: leaf.subject.commonName ?? "–" }),
  ];
};

/** RFC 6125 §6.4: a wildcard stands for one whole label, the leftmost; the common name does not count. */
const serverHasAnotherName: Check = ({ path: [leaf], purpose, hostname, ipAddress }) => {
  if (leaf === undefined || purpose !== "server") return [];
  const { dnsNames, ipAddresses } = describeCertificate(leaf);
  const names = [...dnsNames, ...ipAddresses];
  if (names.length === 0) return [];
  const options = { subject: "never", partialWildcards: false } as const;
  const matches = (wanted: string): boolean =>
    ipToBytes(wanted) === undefined
      ? leaf.native.checkHost(toAscii(wanted.replace(/\.$/, "")), options) !== undefined
      : leaf.native.checkIP(wanted) !== undefined;
  return [hostname, ipAddress]
    .filter((wanted) => wanted !== undefined)
    .filter((wanted) => !matches(wanted))
    .map((wanted) =>
      finding("CERTIFICATE_NAME_MISMATCH", titleOf(leaf), { wanted, names: names.join(", ") }),
    );
};

const purposes = {
  server: { extended: "serverAuth", usages: ["digitalSignature", "keyEncipherment", "keyAgreement"] },
  client: { extended: "clientAuth", usages: ["digitalSignature", "keyAgreement"] },
};

/** Extended key usages of authorities bind what is below them, as OpenSSL, Go and Windows have it. */
const purposeIsNotPermitted: Check = ({ path, purpose }) =>
  path.flatMap((c, i) => {
    const { keyUsage, extendedKeyUsage } = c.extensions;
    const { extended, usages } = purposes[purpose];
    const misused =
      extendedKeyUsage !== undefined && !extendedKeyUsage.includes(extended)
        ? extendedKeyUsage
        : i === 0 && keyUsage !== undefined && !keyUsage.some((u) => usages.includes(u))
          ? keyUsage
          : undefined;
    if (misused === undefined) return [];
    const words = { server: { en: "server", zh: "服务器" }, client: { en: "client", zh: "客户端" } };
    return [
      finding("CERTIFICATE_WRONG_PURPOSE", titleOf(c), {
        purpose: words[purpose],
        usages: misused.length === 0 ? { en: "nothing", zh: "无" } : misused.join(", "),
      }),
    ];
  });

const issuersAreNotAuthorities: Check = ({ path, isComplete }) =>
  path.slice(1).flatMap((issuer, i) => {
    const child = path[i];
    // an old root without extensions (version 1) is one because it is trusted (RFC 5280 §6.1.1 (d))
    const isOldRoot = isComplete && issuer === path.at(-1) && issuer.version === 1 && isSelfIssued(issuer);
    const reason = isOldRoot ? undefined : whyNotAnAuthority(issuer);
    if (reason === undefined || child === undefined) return [];
    return [finding("CERTIFICATE_NOT_AUTHORITY", titleOf(issuer), { child: titleOf(child), reason })];
  });

function whyNotAnAuthority({ extensions }: Certificate): Bilingual | undefined {
  if (!extensions.isAuthority)
    return { en: "its basic constraints do not say CA:TRUE", zh: "其基本约束不是 CA:TRUE" };
  if (extensions.keyUsage !== undefined && !extensions.keyUsage.includes("keyCertSign"))
    return { en: "its key usage lacks keyCertSign", zh: "其密钥用途不含 keyCertSign" };
  return undefined;
}

/** RFC 5280 §4.2.1.9: certificates that an authority issued to itself do not count. */
const pathLengthsAreExceeded: Check = ({ path }) =>
  path.slice(1).flatMap((authority, i) => {
    const allowed = authority.extensions.pathLength;
    const found = path.slice(1, i + 1).filter((c) => !isSelfIssued(c)).length;
    return allowed !== undefined && found > allowed
      ? [finding("CERTIFICATE_PATH_LENGTH_EXCEEDED", titleOf(authority), { allowed, found })]
      : [];
  });

/** RFC 5280 §6.1.3 (b): self-issued certificates above the leaf are exempt. */
const namesAreNotPermitted: Check = ({ path }) =>
  path.flatMap((authority, i) => {
    const constraints = authority.extensions.nameConstraints;
    if (constraints === undefined) return [];
    return path
      .slice(0, i)
      .filter((c, depth) => depth === 0 || !isSelfIssued(c))
      .flatMap((c) =>
        forbiddenNames(constrainedNames(c), constraints).map((name) =>
          finding("CERTIFICATE_NAME_CONSTRAINT_VIOLATED", titleOf(c), {
            name: name.text,
            authority: titleOf(authority),
          }),
        ),
      );
  });

const understood: ReadonlySet<string> = new Set([
  extensionIds.basicConstraints,
  extensionIds.keyUsage,
  extensionIds.extendedKeyUsage,
  extensionIds.subjectAlternativeName,
  extensionIds.nameConstraints,
  extensionIds.crlDistributionPoints,
  extensionIds.certificatePolicies,
  extensionIds.authorityKeyIdentifier,
  extensionIds.subjectKeyIdentifier,
]);

/** RFC 5280 §4.2. */
const criticalExtensionsAreUnknown: Check = ({ path }) =>
  path.flatMap((c) =>
    [...c.rawExtensions.values()]
      .filter((e) => e.critical && !understood.has(e.id))
      .map((e) => finding("CERTIFICATE_CRITICAL_EXTENSION_UNKNOWN", titleOf(c), { extension: e.id })),
  );

/** Apple's limit for authorities that a person installed (support.apple.com/103769); public ones have stricter rules. */
const longestServerDays = 825;

const serverIsValidForTooLong: Check = ({ path: [leaf], purpose }) => {
  if (leaf === undefined || purpose !== "server") return [];
  const days = Math.floor((leaf.notAfter.getTime() - leaf.notBefore.getTime()) / 86_400_000);
  return days > longestServerDays
    ? [finding("CERTIFICATE_VALID_TOO_LONG", titleOf(leaf), { days, limit: longestServerDays })]
    : [];
};

/** Everything that is judged of a path by itself, worst first. */
export const pathChecks: readonly Check[] = [
  certificatesAreExpiredOrNotYetValid,
  serverIsNamedOnlyByItsCommonName,
  serverHasAnotherName,
  purposeIsNotPermitted,
  issuersAreNotAuthorities,
  pathLengthsAreExceeded,
  namesAreNotPermitted,
  criticalExtensionsAreUnknown,
  keysAreWeak,
  signaturesAreWeak,
  serverIsValidForTooLong,
];
