import { MoorlineError } from "../model/errors.ts";
import type { Certificate } from "./certificate.ts";
import { context, sequence, write } from "./der.ts";
import type { NameConstraints } from "./extensions.ts";
import { cidrFromBytes, cidrToBytes, ipIsWithin } from "./ip.ts";
import type { GeneralName } from "./names.ts";
import { checkDnsName } from "./subject-names.ts";

/** Name constraints as a person writes them: domains (`example.com` covers what is below it too) and CIDR blocks. */
export interface NameConstraintsSpec {
  readonly permittedDns?: readonly string[];
  readonly excludedDns?: readonly string[];
  readonly permittedIp?: readonly string[];
  readonly excludedIp?: readonly string[];
}

/**
 * Encodes NameConstraints (RFC 5280 §4.2.1.10).
 * @returns undefined where nothing is constrained: the extension must not be empty
 * @throws MoorlineError PKI_NAME_INVALID
 */
export function encodeNameConstraints(
  spec: NameConstraintsSpec,
  subject: string,
): Uint8Array<ArrayBuffer> | undefined {
  const subtrees = (dns: readonly string[] = [], ip: readonly string[] = []): Uint8Array[] => [
    ...dns.map((d) => sequence(write(context(2), Buffer.from(checkDnsName(d.replace(/^\./, ""), subject))))),
    ...ip.map((cidr) => sequence(write(context(7), checkCidr(cidr, subject)))),
  ];
  const permitted = subtrees(spec.permittedDns, spec.permittedIp);
  const excluded = subtrees(spec.excludedDns, spec.excludedIp);
  if (permitted.length + excluded.length === 0) return undefined;
  return sequence(
    ...(permitted.length === 0 ? [] : [write(context(0, true), ...permitted)]),
    ...(excluded.length === 0 ? [] : [write(context(1, true), ...excluded)]),
  );
}

function checkCidr(text: string, subject: string): Uint8Array {
  const bytes = cidrToBytes(text);
  if (bytes === undefined)
    throw new MoorlineError("PKI_NAME_INVALID", {
      subject,
      parameters: {
        name: text,
        reason: { en: "it is not a CIDR block such as 10.0.0.0/8", zh: "不是 CIDR 网段（例如 10.0.0.0/8）" },
      },
    });
  return bytes;
}

/** A constraint as a person reads it: a CIDR block for addresses. */
export function constraintText(name: GeneralName): string {
  return name.kind === "ip" ? cidrFromBytes(name.bytes) : name.text;
}

/**
 * The names that constraints forbid (RFC 5280 §6.1.4 (g) and §6.1.3 (b), (c)): excluded, or of a kind for which something
 * is permitted, but not this.
 */
export function forbiddenNames(names: readonly GeneralName[], by: NameConstraints): readonly GeneralName[] {
  return names.filter((name) => {
    // a kind that we cannot judge must not pass where anything is said of it (RFC 5280 §4.2.1.10)
    if (name.kind === "other") return [...by.permitted, ...by.excluded].some((c) => c.kind === "other");
    if (by.excluded.some((c) => c.kind === name.kind && covers(c, name))) return true;
    const permitted = by.permitted.filter((c) => c.kind === name.kind);
    return permitted.length > 0 && !permitted.some((c) => covers(c, name));
  });
}

/** The names of a certificate that constraints look at: subject, alternative names, and a CN that stands in for them. */
export function constrainedNames(certificate: Certificate): readonly GeneralName[] {
  const { subject, extensions } = certificate;
  const { alternativeNames } = extensions;
  const nothing = new Uint8Array();
  const directory: GeneralName[] =
    subject.canonical.length === 0
      ? []
      : [{ kind: "directory", text: subject.text, bytes: nothing, directory: subject }];
  // OpenSSL judges a common name that looks like a host name where there is no DNS name, since older clients use it
  const common = subject.commonName ?? "";
  const usesCommonName = !extensions.isAuthority && !alternativeNames.some((n) => n.kind === "dns");
  const looksLikeHost =
    /^[A-Za-z0-9]([A-Za-z0-9_-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9_-]*[A-Za-z0-9])?)+$/;
  return [
    ...alternativeNames,
    ...directory,
    ...(usesCommonName && looksLikeHost.test(common)
      ? [{ kind: "dns", text: common, bytes: nothing } as const]
      : []),
  ];
}

function covers(constraint: GeneralName, name: GeneralName): boolean {
  switch (constraint.kind) {
    case "dns":
      return domainCovers(constraint.text, name.text);
    case "ip":
      return ipIsWithin(name.bytes, constraint.bytes);
    case "uri":
      return URL.canParse(name.text) && hostCovers(constraint.text, new URL(name.text).hostname);
    case "email":
      return emailCovers(constraint.text, name.text);
    case "directory":
      return (constraint.directory?.canonical ?? []).every((r, i) => r === name.directory?.canonical[i]);
    case "other":
      return false;
    default:
      return constraint.kind satisfies never;
  }
}

/** `example.com` covers itself and all below; the empty constraint covers everything. */
function domainCovers(constraint: string, name: string): boolean {
  const domain = constraint.toLowerCase();
  const host = name.toLowerCase();
  if (domain === "" || host === domain) return true;
  return host.endsWith(domain.startsWith(".") ? domain : `.${domain}`);
}

/** For URIs and mail, a leading dot means "below", and no dot means this host (RFC 5280 §4.2.1.10). */
function hostCovers(constraint: string, host: string): boolean {
  const wanted = constraint.toLowerCase();
  return wanted.startsWith(".") ? host.toLowerCase().endsWith(wanted) : host.toLowerCase() === wanted;
}

function emailCovers(constraint: string, address: string): boolean {
  const at = address.lastIndexOf("@");
  if (!constraint.includes("@")) return hostCovers(constraint, address.slice(at + 1));
  const wanted = constraint.lastIndexOf("@");
  return (
    constraint.slice(0, wanted) === address.slice(0, at) &&
    hostCovers(constraint.slice(wanted + 1), address.slice(at + 1))
  );
}
