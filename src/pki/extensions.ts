import {
  children,
  context,
  DerError,
  read,
  readBoolean,
  readOid,
  readSmallInteger,
  tags,
  type Element,
} from "./der.ts";
import { readGeneralName, readGeneralNames, type GeneralName } from "./names.ts";

export const extensionIds = {
  subjectKeyIdentifier: "2.5.29.14",
  keyUsage: "2.5.29.15",
  subjectAlternativeName: "2.5.29.17",
  basicConstraints: "2.5.29.19",
  crlNumber: "2.5.29.20",
  reasonCode: "2.5.29.21",
  deltaCrl: "2.5.29.27",
  issuingDistributionPoint: "2.5.29.28",
  nameConstraints: "2.5.29.30",
  crlDistributionPoints: "2.5.29.31",
  certificatePolicies: "2.5.29.32",
  authorityKeyIdentifier: "2.5.29.35",
  extendedKeyUsage: "2.5.29.37",
} as const;

export interface RawExtension {
  readonly id: string;
  readonly critical: boolean;
  readonly value: Uint8Array;
}

/** RFC 5280 §4.2.1.10: the names that certificates below may or must not have. */
export interface NameConstraints {
  readonly permitted: readonly GeneralName[];
  readonly excluded: readonly GeneralName[];
}

/** The extensions that decide about trust, read. Absent ones are undefined. */
export interface Extensions {
  readonly isAuthority: boolean;
  readonly pathLength: number | undefined;
  readonly keyUsage: readonly string[] | undefined;
  /** Names where we know them, object identifiers otherwise. */
  readonly extendedKeyUsage: readonly string[] | undefined;
  readonly alternativeNames: readonly GeneralName[];
  readonly nameConstraints: NameConstraints | undefined;
  readonly subjectKeyId: string | undefined;
  readonly authorityKeyId: string | undefined;
  readonly crlUrls: readonly string[];
}

/** RFC 5280 §4.2.1.3, in the order of the bits. */
const keyUsages = [
  "digitalSignature",
  "nonRepudiation",
  "keyEncipherment",
  "dataEncipherment",
  "keyAgreement",
  "keyCertSign",
  "cRLSign",
  "encipherOnly",
  "decipherOnly",
];

const extendedKeyUsages: Readonly<Record<string, string>> = {
  "1.3.6.1.5.5.7.3.1": "serverAuth",
  "1.3.6.1.5.5.7.3.2": "clientAuth",
  "1.3.6.1.5.5.7.3.3": "codeSigning",
  "1.3.6.1.5.5.7.3.4": "emailProtection",
  "1.3.6.1.5.5.7.3.8": "timeStamping",
  "1.3.6.1.5.5.7.3.9": "OCSPSigning",
  "2.5.29.37.0": "anyExtendedKeyUsage",
};

/** Reads `Extensions ::= SEQUENCE OF Extension`. @throws DerError, also where one extension stands twice (RFC 5280 §4.2) */
export function readRawExtensions(element: Element): ReadonlyMap<string, RawExtension> {
  const found = new Map<string, RawExtension>();
  for (const extension of children(element, tags.sequence)) {
    const [id, ...rest] = children(extension, tags.sequence);
    const value = rest.at(-1);
    if (id === undefined || value?.tag !== tags.octetString) throw new DerError("extension without a value");
    const name = readOid(id);
    if (found.has(name)) throw new DerError("extension stands twice");
    const [critical] = rest.length === 2 ? rest : [];
    found.set(name, {
      id: name,
      critical: critical !== undefined && readBoolean(critical),
      value: value.content,
    });
  }
  return found;
}

/** @throws DerError where one of the extensions that we read is not what RFC 5280 says */
export function readExtensions(raw: ReadonlyMap<string, RawExtension>): Extensions {
  const value = <T>(id: string, decode: (element: Element) => T): T | undefined => {
    const extension = raw.get(id);
    return extension === undefined ? undefined : decode(read(extension.value));
  };
  const basic = value(extensionIds.basicConstraints, readBasicConstraints);
  return {
    isAuthority: basic?.isAuthority ?? false,
    pathLength: basic?.pathLength,
    keyUsage: value(extensionIds.keyUsage, readKeyUsage),
    extendedKeyUsage: value(extensionIds.extendedKeyUsage, (e) =>
      children(e, tags.sequence).map((id) => extendedKeyUsages[readOid(id)] ?? readOid(id)),
    ),
    alternativeNames: value(extensionIds.subjectAlternativeName, readGeneralNames) ?? [],
    nameConstraints: value(extensionIds.nameConstraints, readNameConstraints),
    subjectKeyId: value(extensionIds.subjectKeyIdentifier, (e) => hex(e.content)),
    authorityKeyId: value(extensionIds.authorityKeyIdentifier, (e) => {
      const id = children(e, tags.sequence).find((c) => c.tag === context(0));
      return id === undefined ? undefined : hex(id.content);
    }),
    crlUrls: value(extensionIds.crlDistributionPoints, readCrlUrls) ?? [],
  };
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

function readBasicConstraints(element: Element): { isAuthority: boolean; pathLength: number | undefined } {
  const parts = children(element, tags.sequence);
  const authority = parts.find((p) => p.tag === tags.boolean);
  const length = parts.find((p) => p.tag === tags.integer);
  return {
    isAuthority: authority !== undefined && readBoolean(authority),
    pathLength: length === undefined ? undefined : readSmallInteger(length),
  };
}

function readKeyUsage(element: Element): readonly string[] {
  if (element.tag !== tags.bitString) throw new DerError("key usage is not a bit string");
  const bits = element.content.subarray(1);
  return keyUsages.filter((_, i) => (((bits[i >> 3] ?? 0) >> (7 - (i & 7))) & 1) === 1);
}

function readNameConstraints(element: Element): NameConstraints {
  const subtrees = (tag: number): readonly GeneralName[] =>
    children(element)
      .filter((part) => part.tag === tag)
      .flatMap((part) => children(part))
      .map((subtree) => {
        const [base] = children(subtree, tags.sequence);
        if (base === undefined) throw new DerError("subtree without a base");
        return readGeneralName(base);
      });
  return { permitted: subtrees(context(0, true)), excluded: subtrees(context(1, true)) };
}

/** The URLs under `fullName` of each distribution point (RFC 5280 §4.2.1.13). */
function readCrlUrls(element: Element): readonly string[] {
  return children(element, tags.sequence)
    .flatMap((point) => children(point, tags.sequence))
    .filter((part) => part.tag === context(0, true))
    .flatMap((name) => children(name))
    .filter((name) => name.tag === context(0, true))
    .flatMap(readGeneralNames)
    .filter((name) => name.kind === "uri")
    .map((name) => name.text);
}
