import type { FindingCode } from "../../text/findings/catalogue.ts";
import {
  keyIds,
  noKeyIds,
  leafWith,
  server,
  client,
  serverFor,
  harbor,
  root,
  middle,
  lower,
  stranger,
  namesake,
  belowZero,
  shortLived,
  shortRoot,
  weakKeyed,
  sha1Signed,
  noAuthority,
  noConstraints,
  noCertSign,
  noCrlSign,
  forClients,
  constrained,
  constrainedUri,
  constrainedName,
  withoutIds,
  withoutIdsNamesake,
  withUnknown,
} from "./openssl-authorities.ts";
import { addGoodRows } from "./openssl-good-rows.ts";
import type { CrlRecipe, Recipe } from "./openssl-made.ts";
import { newTable } from "./openssl-rows.ts";

const { rows, row } = newTable();
export { rows };
addGoodRows(row);

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
rows.push(
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

const depthOf = (recipe: Recipe): number => (recipe.issuer === undefined ? 0 : 1 + depthOf(recipe.issuer));
const withIssuers = (recipe: Recipe): readonly Recipe[] =>
  recipe.issuer === undefined ? [recipe] : [recipe, ...withIssuers(recipe.issuer)];

/** Every certificate of the table once, and how many authorities stand above it. */
export const recipes: readonly { readonly recipe: Recipe; readonly depth: number }[] = [
  ...new Set(rows.flatMap((r) => [r.leaf, ...r.sent, ...r.trusted].flatMap(withIssuers))),
  namesake,
].map((recipe) => ({ recipe, depth: depthOf(recipe) }));
