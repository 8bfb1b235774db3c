import { children, context, DerError, expected, read, readOid, tags, type Element } from "./der.ts";
import { ipFromBytes } from "./ip.ts";

/** A distinguished name (RFC 5280 §4.1.2.4), read. */
export interface DistinguishedName {
  /** `O=Example, CN=harbor.example.com`, in the certificate's order, escaped as RFC 4514 says. */
  readonly text: string;
  /** One text for each relative name, for comparison: case and repeated spaces do not count (RFC 5280 §7.1). */
  readonly canonical: readonly string[];
  readonly commonName: string | undefined;
  readonly organization: string | undefined;
}

/** A name of a subject alternative name or a name constraint; what we do not judge is kept as its kind alone. */
export interface GeneralName {
  readonly kind: "dns" | "email" | "uri" | "ip" | "directory" | "other";
  readonly text: string;
  /** Octets of an IP address, or of address and mask. */
  readonly bytes: Uint8Array;
  readonly directory?: DistinguishedName;
}

const shortNames: Readonly<Record<string, string>> = {
  "2.5.4.3": "CN",
  "2.5.4.5": "serialNumber",
  "2.5.4.6": "C",
  "2.5.4.7": "L",
  "2.5.4.8": "ST",
  "2.5.4.10": "O",
  "2.5.4.11": "OU",
  "1.2.840.113549.1.9.1": "emailAddress",
  "0.9.2342.19200300.100.1.25": "DC",
  "0.9.2342.19200300.100.1.1": "UID",
};

/** @throws DerError */
export function readName(element: Element): DistinguishedName {
  const relative = children(element, tags.sequence).map((set) =>
    children(set, tags.set).map((pair) => {
      const [type, value] = children(pair, tags.sequence);
      if (type === undefined || value === undefined) throw new DerError("attribute without a value");
      return { type: readOid(type), value: readText(value) };
    }),
  );
  const all = relative.flat();
  return {
    text: relative.map((r) => r.map((a) => `${shortName(a.type)}=${escape(a.value)}`).join("+")).join(", "),
    canonical: relative.map((r) =>
      r
        .map((a) => `${a.type}=${a.value.trim().replaceAll(/\s+/g, " ").toLowerCase()}`)
        .sort()
        .join("+"),
    ),
    commonName: all.findLast((a) => a.type === "2.5.4.3")?.value,
    organization: all.find((a) => a.type === "2.5.4.10")?.value,
  };
}

export function sameName(a: DistinguishedName, b: DistinguishedName): boolean {
  return a.canonical.length === b.canonical.length && a.canonical.every((r, i) => r === b.canonical[i]);
}

const shortName = (type: string): string => shortNames[type] ?? type;

const escape = (value: string): string => value.replaceAll(/[,+"\\<>;=]|^[ #]| $/g, "\\$&");

/** The string types that names use (RFC 5280 §4.1.2.4). */
function readText(value: Element): string {
  const bytes = Buffer.from(value.content);
  // BMPString is UTF-16, big end first
  if (value.tag === 0x1e && bytes.length % 2 === 0) return bytes.swap16().toString("utf16le");
  return bytes.toString(value.tag === tags.utf8String ? "utf8" : "latin1");
}

/** GeneralNames (RFC 5280 §4.2.1.6). @throws DerError */
export function readGeneralNames(element: Element): readonly GeneralName[] {
  return children(element).map(readGeneralName);
}

/** @throws DerError */
export function readGeneralName(element: Element): GeneralName {
  const bytes = element.content;
  const text = Buffer.from(bytes).toString("latin1");
  switch (element.tag) {
    case context(1):
      return { kind: "email", text, bytes };
    case context(2):
      return { kind: "dns", text, bytes };
    case context(4, true): {
      const directory = readName(expected(read(bytes), tags.sequence));
      return { kind: "directory", text: directory.text, bytes, directory };
    }
    case context(6):
      return { kind: "uri", text, bytes };
    case context(7):
      return { kind: "ip", text: ipFromBytes(bytes), bytes };
    default:
      return { kind: "other", text: `[${element.tag & 0x1f}]`, bytes };
  }
}
