import type { FindingCode } from "../../text/findings/catalogue.ts";
import type { CrlRecipe, KeyName, Recipe } from "./openssl-made.ts";

/** One judgement: a certificate, what is sent with it, what is trusted, and what should be found. */
export interface Row {
  readonly name: string;
  readonly leaf: Recipe;
  readonly sent: readonly Recipe[];
  readonly trusted: readonly Recipe[];
  readonly purpose: "server" | "client";
  readonly hostname?: string;
  readonly ipAddress?: string;
  /** Days from now. */
  readonly at?: number;
  /** Names of revocation lists. */
  readonly crls: readonly string[];
  readonly flags: readonly string[];
  /** Absent where all is well. */
  readonly fault?: FindingCode | readonly FindingCode[];
  /** Why openssl accepts what we do not. */
  readonly opensslAccepts?: string;
}

const keyIds = ["subjectKeyIdentifier = hash", "authorityKeyIdentifier = keyid:always"];
const noKeyIds = ["subjectKeyIdentifier = none", "authorityKeyIdentifier = none"];
const ca = (constraints: string, ...more: readonly string[]): readonly string[] => [
  `basicConstraints = critical, CA:TRUE${constraints}`,
  "keyUsage = critical, keyCertSign, cRLSign",
  ...keyIds,
  ...more,
];
const leafWith = (names: string | undefined, ...more: readonly string[]): readonly string[] => [
  "basicConstraints = critical, CA:FALSE",
  "keyUsage = critical, digitalSignature, keyEncipherment",
  ...keyIds,
  ...(names === undefined ? [] : [`subjectAltName = ${names}`]),
  ...more,
];
const server = "extendedKeyUsage = serverAuth";
const client = "extendedKeyUsage = clientAuth";
const serverFor = (names: string, ...more: readonly string[]): readonly string[] =>
  leafWith(names, server, ...more);
const harbor = "DNS:harbor.example.com";

const authority = (
  name: string,
  key: KeyName,
  extensions: readonly string[],
  issuer?: Recipe,
  more: Partial<Recipe> = {},
): Recipe => ({
  name,
  key,
  extensions,
  subject: `/O=Example/CN=${name}`,
  days: 3650,
  ...(issuer === undefined ? {} : { issuer }),
  ...more,
});

// Authorities
const root = authority("root", "ca256", ca(""), undefined, { subject: "/CN=root" });
const middle = authority("middle", "caRsa", ca(", pathlen:0"), root, { serialNumber: "4321" });
const upper = authority("upper", "caRsa", ca(", pathlen:1"), root);
const lower = authority("lower", "ca256", ca(""), upper);
const stranger = authority("stranger", "other256", ca(""));
const namesake = authority("namesake", "other256", ca(""), undefined, { subject: "/CN=root" });
const belowZero = authority("below-zero", "ca256", ca(""), middle);
const shortLived = authority("short-lived", "caRsa", ca(""), root, { days: 30 });
const shortRoot = authority("short-root", "ca256", ca(""), undefined, { days: 30 });
const weakKeyed = authority("weak-keyed", "rsa1024", ca(""), root);
const sha1Signed = authority("sha1-signed", "ca256", ca(""), root, { digest: "sha1" });
const sha1Root = authority("sha1-root", "caRsa", ca(""), undefined, { digest: "sha1" });
const noAuthority = authority(
  "no-authority",
  "caRsa",
  ["basicConstraints = critical, CA:FALSE", ...keyIds],
  root,
);
const noConstraints = authority("no-constraints", "caRsa", keyIds, root);
const noCertSign = authority(
  "no-cert-sign",
  "caRsa",
  ["basicConstraints = critical, CA:TRUE", "keyUsage = critical, cRLSign, digitalSignature", ...keyIds],
  root,
);
const noCrlSign = authority("no-crl-sign", "ca256", [
  "basicConstraints = critical, CA:TRUE",
  "keyUsage = critical, keyCertSign",
  ...keyIds,
]);
const forClients = authority("for-clients", "caRsa", ca("", client), root);
const forServers = authority("for-servers", "caRsa", ca("", server), root);
const constrained = authority(
  "constrained",
  "caRsa",
  ca(
    "",
    "nameConstraints = critical, permitted;DNS:example.com, permitted;IP:10.0.0.0/255.0.0.0, excluded;DNS:evil.example.com, excluded;IP:10.66.0.0/255.255.0.0",
  ),
  root,
);
const constrainedUri = authority(
  "constrained-uri",
  "caRsa",
  ca("", "nameConstraints = critical, permitted;URI:.example.com, permitted;email:example.com"),
  root,
);
const constrainedName = authority(
  "constrained-name",
  "caRsa",
  ca("", "nameConstraints = critical, permitted;dirName:dir", "[dir]", "O = Example"),
  root,
);
const withoutIds = authority(
  "without-ids",
  "ca256",
  ["basicConstraints = critical, CA:TRUE", ...noKeyIds],
  undefined,
  {
    subject: "/CN=plain",
  },
);
const withoutIdsNamesake = authority(
  "without-ids-2",
  "other256",
  ["basicConstraints = critical, CA:TRUE", ...noKeyIds],
  undefined,
  {
    subject: "/CN=plain",
  },
);
const withUnknown = authority("with-unknown", "caRsa", ca("", "1.2.3.4.5 = critical, DER:0500"), root);

const rowsMade: Row[] = [];

/** Adds a row; the leaf's own recipe is given, or an existing one. */
function row(
  name: string,
  leaf: Partial<Recipe> & Pick<Recipe, "extensions">,
  rest: Partial<Omit<Row, "leaf" | "name">> = {},
): Recipe {
  const made: Recipe = {
    name: `leaf-${rowsMade.length}`,
    issuer: root,
    subject: "/CN=harbor.example.com",
    ...leaf,
  };
  rowsMade.push({
    name,
    leaf: made,
    sent: [],
    trusted: [root],
    purpose: "server",
    crls: [],
    flags: [],
    ...rest,
  });
  return made;
}

// Valid: keys × names × chains
const shapes = [
  ["a DNS name", harbor, { hostname: "harbor.example.com" }],
  ["a wildcard", "DNS:*.example.com", { hostname: "any.example.com" }],
  ["an IPv4 address", "IP:10.1.2.3", { ipAddress: "10.1.2.3" }],
  ["an IPv6 address", "IP:fd00::1", { ipAddress: "fd00::1" }],
  [
    "several names",
    `${harbor},DNS:localhost,IP:127.0.0.1,IP:::1,URI:spiffe://a/b,email:a@b.example`,
    { ipAddress: "::1" },
  ],
] as const;
const chains = [
  ["the root", root, []],
  ["an intermediate", middle, [middle]],
  ["two intermediates", lower, [lower, upper]],
] as const;
for (const key of ["p256", "p384", "rsa2048", "rsa3072"] as const)
  for (const [under, issuer, sent] of chains) {
    for (const [shape, names, wanted] of shapes)
      row(
        `${key} server with ${shape} under ${under}`,
        { key, issuer, extensions: serverFor(names) },
        { sent, ...wanted },
      );
    row(
      `${key} client under ${under}`,
      { key, issuer, extensions: leafWith(undefined, client) },
      { sent, purpose: "client" },
    );
  }

// Valid, but unusual
row("without extended key usage", { extensions: leafWith(harbor) });
row("P-521", { key: "p521", extensions: serverFor(harbor) });
row("Ed25519", { key: "ed25519", extensions: serverFor(harbor) });
row(
  "RSA-PSS signature",
  {
    issuer: middle,
    extensions: serverFor(harbor),
    signatureOptions: ["rsa_padding_mode:pss", "rsa_pss_saltlen:32"],
  },
  { sent: [middle] },
);
row("an empty subject", { subject: "/", extensions: serverFor(`critical,${harbor}`) });
row("a subject of many parts in many scripts", {
  subject: "/C=CN/ST=北京/O=示例, 公司+OU=x/CN=Zoë \\= y",
  extensions: serverFor(harbor),
});
row("an unknown extension that is not critical", { extensions: serverFor(harbor, "1.2.3.4.5 = DER:0500") });
row(
  "a root whose own signature is SHA-1",
  { issuer: sha1Root, extensions: serverFor(harbor) },
  { trusted: [sha1Root] },
);
row("the chain in another order", { issuer: lower, extensions: serverFor(harbor) }, { sent: [upper, lower] });
row("the root sent along", { issuer: middle, extensions: serverFor(harbor) }, { sent: [middle, root] });
row(
  "an authority for servers",
  { issuer: forServers, extensions: serverFor(harbor) },
  { sent: [forServers] },
);
row(
  "names that the authority permits",
  {
    issuer: constrained,
    extensions: serverFor("DNS:a.example.com,DNS:example.com,IP:10.1.2.3"),
  },
  { sent: [constrained] },
);
row(
  "an organisation that the authority permits",
  {
    issuer: constrainedName,
    subject: "/O=example/CN=harbor",
    extensions: serverFor(harbor),
  },
  { sent: [constrainedName] },
);
row(
  "a URI and mail address that the authority permits",
  {
    issuer: constrainedUri,
    extensions: serverFor(`${harbor},URI:https://a.example.com/x,email:me@example.com`),
  },
  { sent: [constrainedUri] },
);
row(
  "an intermediate trusted by itself, where partial chains are",
  {
    issuer: middle,
    extensions: serverFor(harbor),
  },
  { trusted: [middle], flags: ["-partial_chain"] },
);
row(
  "a root of the same name beside the right one",
  { extensions: serverFor(harbor) },
  { trusted: [namesake, root] },
);
row(
  "an issuer without key identifiers beside a namesake",
  {
    issuer: withoutIds,
    extensions: [...noKeyIds, server, `subjectAltName = ${harbor}`],
  },
  { trusted: [withoutIds, withoutIdsNamesake] },
);
const selfSigned: Recipe = {
  name: "self-signed",
  key: "rsa2048",
  subject: "/CN=self",
  extensions: serverFor(harbor),
};

// Faults of time
row("after its end", { extensions: serverFor(harbor) }, { at: 91, fault: "CERTIFICATE_EXPIRED" });
row(
  "after its intermediate's end",
  { issuer: shortLived, extensions: serverFor(harbor) },
  { sent: [shortLived], at: 31, fault: "CERTIFICATE_EXPIRED" },
);
row(
  "after its root's end",
  { issuer: shortRoot, extensions: serverFor(harbor) },
  { trusted: [shortRoot], at: 31, fault: "CERTIFICATE_EXPIRED" },
);
row(
  "before its beginning",
  { extensions: serverFor(harbor) },
  { at: -1, fault: "CERTIFICATE_NOT_YET_VALID" },
);

// Faults of names
const mismatch = "CERTIFICATE_NAME_MISMATCH";
row(
  "for another host",
  { extensions: serverFor(harbor) },
  { hostname: "other.example.com", fault: mismatch },
);
row(
  "wildcard two levels down",
  { extensions: serverFor("DNS:*.example.com") },
  { hostname: "a.b.example.com", fault: mismatch },
);
row(
  "wildcard for its own domain",
  { extensions: serverFor("DNS:*.example.com") },
  { hostname: "example.com", fault: mismatch },
);
row(
  "for another address",
  { extensions: serverFor("IP:10.1.2.3") },
  { ipAddress: "10.1.2.4", fault: mismatch },
);
row(
  "for another IPv6 address",
  { extensions: serverFor("IP:fd00::1") },
  { ipAddress: "fd00::2", fault: mismatch },
);
row(
  "a host name where an address is used",
  { extensions: serverFor(harbor) },
  { ipAddress: "10.1.2.3", fault: mismatch },
);
row(
  "an address written as a DNS name",
  { extensions: serverFor("DNS:10.1.2.3") },
  { ipAddress: "10.1.2.3", fault: mismatch },
);
row(
  "only a common name",
  { extensions: leafWith(undefined, server) },
  {
    hostname: "harbor.example.com",
    fault: "CERTIFICATE_NAME_ONLY_IN_CN",
    opensslAccepts: "it still falls back to the common name",
  },
);

// Faults of strength
const weakKey = "CERTIFICATE_KEY_WEAK";
const weakSignature = "CERTIFICATE_SIGNATURE_WEAK";
row("an RSA key of 1024 bits", { key: "rsa1024", extensions: serverFor(harbor) }, { fault: weakKey });
row(
  "an intermediate with an RSA key of 1024 bits",
  { issuer: weakKeyed, extensions: serverFor(harbor) },
  { sent: [weakKeyed], fault: weakKey },
);
row("signed with SHA-1", { digest: "sha1", extensions: serverFor(harbor) }, { fault: weakSignature });
row(
  "signed with MD5",
  { digest: "md5", issuer: middle, extensions: serverFor(harbor) },
  { sent: [middle], fault: weakSignature },
);
row(
  "an intermediate signed with SHA-1",
  { issuer: sha1Signed, extensions: serverFor(harbor) },
  { sent: [sha1Signed], fault: weakSignature },
);

// Faults of the chain
const unknown = "CERTIFICATE_ISSUER_UNKNOWN";
row("without its intermediate", { issuer: middle, extensions: serverFor(harbor) }, { fault: unknown });
row(
  "without the upper of two intermediates",
  { issuer: lower, extensions: serverFor(harbor) },
  { sent: [lower], fault: unknown },
);
row("a root that is not trusted", { issuer: stranger, extensions: serverFor(harbor) }, { fault: unknown });
row(
  "a root that is sent but not trusted",
  { issuer: stranger, extensions: serverFor(harbor) },
  { sent: [stranger], fault: "CERTIFICATE_SELF_SIGNED_UNTRUSTED" },
);
row(
  "a root of the same name with another key",
  { extensions: serverFor(harbor) },
  { trusted: [namesake], fault: "CERTIFICATE_ISSUER_NAMESAKE" },
);
row(
  "a root of the same name, without key identifiers",
  {
    issuer: withoutIds,
    extensions: [...noKeyIds, server, `subjectAltName = ${harbor}`],
  },
  { trusted: [withoutIdsNamesake], fault: "CERTIFICATE_SIGNATURE_INVALID" },
);
row(
  "issued by a certificate that is no authority",
  { issuer: noAuthority, extensions: serverFor(harbor) },
  { sent: [noAuthority], fault: "CERTIFICATE_NOT_AUTHORITY" },
);
row(
  "issued by a certificate without basic constraints",
  { issuer: noConstraints, extensions: serverFor(harbor) },
  { sent: [noConstraints], fault: "CERTIFICATE_NOT_AUTHORITY" },
);
row(
  "issued by an authority that may not sign certificates",
  { issuer: noCertSign, extensions: serverFor(harbor) },
  { sent: [noCertSign], fault: "CERTIFICATE_NOT_AUTHORITY" },
);
row(
  "an authority below one that permits none",
  { issuer: belowZero, extensions: serverFor(harbor) },
  { sent: [belowZero, middle], fault: "CERTIFICATE_PATH_LENGTH_EXCEEDED" },
);
row(
  "an unknown critical extension",
  { extensions: serverFor(harbor, "1.2.3.4.5 = critical, DER:0500") },
  { fault: "CERTIFICATE_CRITICAL_EXTENSION_UNKNOWN" },
);
row(
  "an unknown critical extension in its intermediate",
  { issuer: withUnknown, extensions: serverFor(harbor) },
  { sent: [withUnknown], fault: "CERTIFICATE_CRITICAL_EXTENSION_UNKNOWN" },
);

// Faults of name constraints
const forbidden = "CERTIFICATE_NAME_CONSTRAINT_VIOLATED";
const under = (issuer: Recipe): { sent: readonly Recipe[]; fault: FindingCode } => ({
  sent: [issuer],
  fault: forbidden,
});
row(
  "a name outside what is permitted",
  { issuer: constrained, extensions: serverFor("DNS:harbor.other.org") },
  under(constrained),
);
row(
  "a name that only ends like what is permitted",
  { issuer: constrained, extensions: serverFor("DNS:badexample.com") },
  under(constrained),
);
row(
  "an excluded name",
  { issuer: constrained, extensions: serverFor("DNS:a.evil.example.com") },
  under(constrained),
);
row(
  "an address outside what is permitted",
  { issuer: constrained, extensions: serverFor(`${harbor},IP:192.168.0.1`) },
  under(constrained),
);
row(
  "an excluded address",
  { issuer: constrained, extensions: serverFor(`${harbor},IP:10.66.1.1`) },
  under(constrained),
);
row(
  "an organisation outside what is permitted",
  { issuer: constrainedName, subject: "/O=Other/CN=x", extensions: serverFor(harbor) },
  under(constrainedName),
);
row(
  "a URI outside what is permitted",
  { issuer: constrainedUri, extensions: serverFor(`${harbor},URI:https://other.org/x`) },
  under(constrainedUri),
);
row(
  "a mail address outside what is permitted",
  { issuer: constrainedUri, extensions: serverFor(`${harbor},email:me@other.org`) },
  under(constrainedUri),
);
row(
  "a client whose common name is a host outside what is permitted",
  {
    issuer: constrained,
    subject: "/CN=node.other.org",
    extensions: leafWith(undefined, client),
  },
  { ...under(constrained), purpose: "client" },
);

// Faults of purpose
const purpose = "CERTIFICATE_WRONG_PURPOSE";
row("a server's used by a client", { extensions: serverFor(harbor) }, { purpose: "client", fault: purpose });
row("a client's used by a server", { extensions: leafWith(harbor, client) }, { fault: purpose });
row(
  "for anything, which TLS does not count",
  { extensions: leafWith(harbor, "extendedKeyUsage = anyExtendedKeyUsage") },
  { fault: purpose },
);
row(
  "an authority for clients only",
  { issuer: forClients, extensions: serverFor(harbor) },
  { sent: [forClients], fault: purpose },
);
row(
  "a key that may not sign, used by a client",
  {
    extensions: ["basicConstraints = CA:FALSE", "keyUsage = critical, keyEncipherment", ...keyIds],
  },
  { purpose: "client", fault: purpose },
);
row(
  "a key that may only sign CRLs",
  {
    extensions: ["keyUsage = critical, cRLSign", `subjectAltName = ${harbor}`, ...keyIds],
  },
  { fault: purpose },
);

// Self-signed
rowsMade.push(
  {
    name: "self-signed and trusted",
    leaf: selfSigned,
    sent: [],
    trusted: [selfSigned],
    purpose: "server",
    crls: [],
    flags: [],
  },
  {
    name: "self-signed and not trusted",
    leaf: selfSigned,
    sent: [],
    trusted: [root],
    purpose: "server",
    crls: [],
    flags: [],
    fault: "CERTIFICATE_SELF_SIGNED_UNTRUSTED",
  },
);

// Revocation
const revoked = (serialNumber: string, issuer: Recipe): Partial<Recipe> & Pick<Recipe, "extensions"> => ({
  serialNumber,
  issuer,
  extensions: serverFor(harbor),
});
const listed = ["root-list", "middle-list"];
row("on no revocation list", revoked("5001", middle), { sent: [middle], crls: listed });
row("revoked", revoked("5002", middle), { sent: [middle], crls: listed, fault: "CERTIFICATE_REVOKED" });
row("revoked without a reason", revoked("5003", middle), {
  sent: [middle],
  crls: listed,
  fault: "CERTIFICATE_REVOKED",
});
row("an intermediate revoked", revoked("5004", middle), {
  sent: [middle],
  crls: ["root-revokes-middle", "middle-list"],
  fault: "CERTIFICATE_REVOKED",
});
row("a list that is out of date", revoked("5005", middle), {
  sent: [middle],
  crls: listed,
  at: 20,
  fault: "CRL_EXPIRED",
});
row("no list of the intermediate", revoked("5006", middle), {
  sent: [middle],
  crls: ["root-list"],
  fault: "CRL_MISSING",
});
row("a list that a namesake signed", revoked("5007", root), {
  crls: ["namesake-list"],
  fault: "CRL_UNUSABLE",
});
row("a list of an authority that may not sign lists", revoked("5008", noCrlSign), {
  trusted: [noCrlSign],
  crls: ["no-crl-sign-list"],
  fault: "CRL_UNUSABLE",
});

export const crls: readonly CrlRecipe[] = [
  { name: "root-list", issuer: root, revoked: [], validFor: 40 * 86_400 },
  {
    name: "root-revokes-middle",
    issuer: root,
    revoked: [{ serialNumber: "4321", reason: "CACompromise" }],
    validFor: 864_000,
  },
  {
    name: "middle-list",
    issuer: middle,
    revoked: [
      { serialNumber: "5002", reason: "keyCompromise" },
      { serialNumber: "5003", reason: "" },
    ],
    validFor: 864_000,
  },
  { name: "namesake-list", issuer: namesake, revoked: [], validFor: 864_000 },
  { name: "no-crl-sign-list", issuer: noCrlSign, revoked: [], validFor: 864_000 },
];

export const rows: readonly Row[] = rowsMade;

const depthOf = (recipe: Recipe): number => (recipe.issuer === undefined ? 0 : 1 + depthOf(recipe.issuer));
const withIssuers = (recipe: Recipe): readonly Recipe[] =>
  recipe.issuer === undefined ? [recipe] : [recipe, ...withIssuers(recipe.issuer)];

/** Every certificate of the table once, and how many authorities stand above it. */
export const recipes: readonly { readonly recipe: Recipe; readonly depth: number }[] = [
  ...new Set(rows.flatMap((r) => [r.leaf, ...r.sent, ...r.trusted].flatMap(withIssuers))),
  namesake,
].map((recipe) => ({ recipe, depth: depthOf(recipe) }));
