import type { KeyName, Recipe } from "./openssl-made.ts";

export const keyIds = ["subjectKeyIdentifier = hash", "authorityKeyIdentifier = keyid:always"];
export const noKeyIds = ["subjectKeyIdentifier = none", "authorityKeyIdentifier = none"];
const ca = (constraints: string, ...more: readonly string[]): readonly string[] => [
  `basicConstraints = critical, CA:TRUE${constraints}`,
  "keyUsage = critical, keyCertSign, cRLSign",
  ...keyIds,
  ...more,
];
export const leafWith = (names: string | undefined, ...more: readonly string[]): readonly string[] => [
  "basicConstraints = critical, CA:FALSE",
  "keyUsage = critical, digitalSignature, keyEncipherment",
  ...keyIds,
  ...(names === undefined ? [] : [`subjectAltName = ${names}`]),
  ...more,
];
export const server = "extendedKeyUsage = serverAuth";
export const client = "extendedKeyUsage = clientAuth";
export const serverFor = (names: string, ...more: readonly string[]): readonly string[] =>
  leafWith(names, server, ...more);
export const harbor = "DNS:harbor.example.com";

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
export const root = authority("root", "ca256", ca(""), undefined, { subject: "/CN=root" });
export const middle = authority("middle", "caRsa", ca(", pathlen:0"), root, { serialNumber: "4321" });
export const upper = authority("upper", "caRsa", ca(", pathlen:1"), root);
export const lower = authority("lower", "ca256", ca(""), upper);
export const stranger = authority("stranger", "other256", ca(""));
export const namesake = authority("namesake", "other256", ca(""), undefined, { subject: "/CN=root" });
export const belowZero = authority("below-zero", "ca256", ca(""), middle);
export const shortLived = authority("short-lived", "caRsa", ca(""), root, { days: 30 });
export const shortRoot = authority("short-root", "ca256", ca(""), undefined, { days: 30 });
export const weakKeyed = authority("weak-keyed", "rsa1024", ca(""), root);
export const sha1Signed = authority("sha1-signed", "ca256", ca(""), root, { digest: "sha1" });
export const sha1Root = authority("sha1-root", "caRsa", ca(""), undefined, { digest: "sha1" });
export const noAuthority = authority(
  "no-authority",
  "caRsa",
  ["basicConstraints = critical, CA:FALSE", ...keyIds],
  root,
);
export const noConstraints = authority("no-constraints", "caRsa", keyIds, root);
export const noCertSign = authority(
  "no-cert-sign",
  "caRsa",
  ["basicConstraints = critical, CA:TRUE", "keyUsage = critical, cRLSign, digitalSignature", ...keyIds],
  root,
);
export const noCrlSign = authority("no-crl-sign", "ca256", [
  "basicConstraints = critical, CA:TRUE",
  "keyUsage = critical, keyCertSign",
  ...keyIds,
]);
export const forClients = authority("for-clients", "caRsa", ca("", client), root);
export const forServers = authority("for-servers", "caRsa", ca("", server), root);
export const constrained = authority(
  "constrained",
  "caRsa",
  ca(
    "",
    "nameConstraints = critical, permitted;DNS:example.com, permitted;IP:10.0.0.0/255.0.0.0, excluded;DNS:evil.example.com, excluded;IP:10.66.0.0/255.255.0.0",
  ),
  root,
);
export const constrainedUri = authority(
  "constrained-uri",
  "caRsa",
  ca("", "nameConstraints = critical, permitted;URI:.example.com, permitted;email:example.com"),
  root,
);
export const constrainedName = authority(
  "constrained-name",
  "caRsa",
  ca("", "nameConstraints = critical, permitted;dirName:dir", "[dir]", "O = Example"),
  root,
);
export const withoutIds = authority(
  "without-ids",
  "ca256",
  ["basicConstraints = critical, CA:TRUE", ...noKeyIds],
  undefined,
  {
    subject: "/CN=plain",
  },
);
export const withoutIdsNamesake = authority(
  "without-ids-2",
  "other256",
  ["basicConstraints = critical, CA:TRUE", ...noKeyIds],
  undefined,
  {
    subject: "/CN=plain",
  },
);
export const withUnknown = authority("with-unknown", "caRsa", ca("", "1.2.3.4.5 = critical, DER:0500"), root);
