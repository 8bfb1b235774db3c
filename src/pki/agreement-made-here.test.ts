import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { FindingCode } from "../text/findings/catalogue.ts";
import { createAuthority, type Authority } from "./authority.ts";
import { generateKey, type KeyPair, type KeyType } from "./key.ts";
import { issueClient, issueServer, type IssuedCertificate, type Purpose } from "./leaf.ts";
import { Workshop, openssl, twoAtATime, type Outcome } from "./testing/openssl.ts";
import { verifyChain, type Verdict } from "./verify.ts";

const now = new Date();
const day = 24 * 60 * 60 * 1000;
const keyTypes = ["ECDSA_P256", "ECDSA_P384", "RSA_2048", "RSA_3072"] as const satisfies KeyType[];

const nameShapes = {
  "one DNS name": { dnsNames: ["harbor.example.com"], ipAddresses: [], wanted: "harbor.example.com" },
  "a wildcard": { dnsNames: ["*.apps.example.com"], ipAddresses: [], wanted: "a.apps.example.com" },
  "an IPv4 address": { dnsNames: [], ipAddresses: ["10.20.30.40"], wanted: "10.20.30.40" },
  "an IPv6 address": { dnsNames: [], ipAddresses: ["fd00::a:1"], wanted: "fd00::a:1" },
  "names of every kind": {
    dnsNames: ["harbor.example.com", "*.example.com", "localhost", "仓库.example.com"],
    ipAddresses: ["127.0.0.1", "::1", "10.20.30.40"],
    wanted: "x.example.com",
  },
} as const;

interface Row {
  readonly name: string;
  readonly chain: "root" | "intermediate" | "two intermediates" | "constrained root";
  readonly keyType: KeyType;
  readonly purpose: Purpose;
  readonly names?: { dnsNames: readonly string[]; ipAddresses: readonly string[] };
  /** What the certificate is checked for. */
  readonly wanted?: string;
  readonly checkedAs?: Purpose;
  /** Days from now at which it is looked at. */
  readonly at?: number;
  readonly withoutIntermediates?: boolean;
  readonly trust?: "another root";
  /** Absent where all is well. */
  readonly fault?: FindingCode | readonly FindingCode[];
}

const chains = ["root", "intermediate", "two intermediates"] as const;
const harbor = { dnsNames: ["harbor.example.com"], ipAddresses: [] };
const p256 = { keyType: "ECDSA_P256", purpose: "server", names: harbor } as const;

const rows: readonly Row[] = [
  ...keyTypes.flatMap((keyType) =>
    chains.flatMap((chain) => [
      ...Object.entries(nameShapes).map(([shape, { wanted, ...names }]): Row => ({
        name: `${keyType} server with ${shape} under ${chain}`,
        chain,
        keyType,
        purpose: "server",
        names,
        wanted,
      })),
      { name: `${keyType} client under ${chain}`, chain, keyType, purpose: "client" } as const,
    ]),
  ),
  { name: "RSA_4096 server", ...p256, keyType: "RSA_4096", chain: "intermediate" },
  { name: "RSA_4096 client", keyType: "RSA_4096", purpose: "client", chain: "root" },
  {
    name: "server under a constrained root",
    ...p256,
    chain: "constrained root",
    wanted: "harbor.example.com",
  },
  { name: "client under a constrained root", ...p256, purpose: "client", chain: "constrained root" },
  { name: "looked at after its end", ...p256, chain: "root", at: 91, fault: "CERTIFICATE_EXPIRED" },
  { name: "looked at after its root's end", ...p256, chain: "root", at: 4000, fault: "CERTIFICATE_EXPIRED" },
  { name: "looked at before it begins", ...p256, chain: "root", at: -1, fault: "CERTIFICATE_NOT_YET_VALID" },
  {
    name: "for another name",
    ...p256,
    chain: "root",
    wanted: "other.example.com",
    fault: "CERTIFICATE_NAME_MISMATCH",
  },
  {
    name: "wildcard two levels down",
    ...p256,
    names: nameShapes["a wildcard"],
    chain: "root",
    wanted: "a.b.apps.example.com",
    fault: "CERTIFICATE_NAME_MISMATCH",
  },
  {
    name: "wildcard for its own domain",
    ...p256,
    names: nameShapes["a wildcard"],
    chain: "root",
    wanted: "apps.example.com",
    fault: "CERTIFICATE_NAME_MISMATCH",
  },
  {
    name: "for another address",
    ...p256,
    names: nameShapes["an IPv4 address"],
    chain: "root",
    wanted: "10.20.30.41",
    fault: "CERTIFICATE_NAME_MISMATCH",
  },
  {
    name: "server used as client",
    ...p256,
    chain: "root",
    checkedAs: "client",
    fault: "CERTIFICATE_WRONG_PURPOSE",
  },
  {
    name: "client used as server",
    ...p256,
    purpose: "client",
    chain: "root",
    checkedAs: "server",
    fault: ["CERTIFICATE_NAME_ONLY_IN_CN", "CERTIFICATE_WRONG_PURPOSE"],
  },
  {
    name: "without its intermediate",
    ...p256,
    chain: "intermediate",
    withoutIntermediates: true,
    fault: "CERTIFICATE_ISSUER_UNKNOWN",
  },
  {
    name: "under a root that is not trusted",
    ...p256,
    chain: "root",
    trust: "another root",
    fault: "CERTIFICATE_ISSUER_UNKNOWN",
  },
];

interface Judged {
  readonly issued: IssuedCertificate;
  readonly theirs: Outcome;
  readonly text: string;
  readonly ours: Verdict;
}

const workshop = new Workshop();
const judged = new Map<string, Judged>();

async function authorities(): Promise<Record<Row["chain"] | "another root", Authority>> {
  const options = { validityDays: 3650, now };
  const make = createAuthority;
  const root = await make({ ...options, commonName: "Root", keyType: "ECDSA_P384", pathLength: 2 });
  const issuer = root;
  const upper = await make({ ...options, commonName: "Upper", keyType: "RSA_2048", pathLength: 1, issuer });
  return {
    root,
    intermediate: await make({ ...options, commonName: "Middle", keyType: "ECDSA_P256", issuer }),
    "two intermediates": await make({
      ...options,
      commonName: "Lower",
      keyType: "ECDSA_P256",
      issuer: upper,
    }),
    "constrained root": await make({
      ...options,
      commonName: "Constrained",
      organization: "Büro 北京",
      keyType: "ECDSA_P256",
      pathLength: 0,
      nameConstraints: { permittedDns: ["example.com"], permittedIp: ["10.0.0.0/8", "fd00::/8"] },
    }),
    "another root": await make({ ...options, commonName: "Another", keyType: "ECDSA_P256" }),
  };
}

async function judge(
  row: Row,
  index: number,
  by: Awaited<ReturnType<typeof authorities>>,
  key: KeyPair,
): Promise<Judged> {
  const authority = by[row.chain];
  const options = { keyType: row.keyType, key, validityDays: 90, now };
  const issued =
    row.purpose === "server"
      ? await issueServer(authority, {
          ...options,
          ...(row.names ?? harbor),
          crlUrls: ["http://crl.example.com/ca.crl"],
        })
      : await issueClient(authority, {
          ...options,
          commonName: "node-1",
          organization: "nodes",
          uri: "spiffe://example.com/node-1",
        });
  const trustedPem = by[row.trust ?? row.chain].rootPem ?? "";
  const chainPem = row.withoutIntermediates === true ? issued.certificatePem : issued.chainPem;
  const purpose = row.checkedAs ?? row.purpose;
  const at = new Date(now.getTime() + (row.at ?? 0) * day);
  const isAddress = row.wanted !== undefined && /^[\d.]+$|:/.test(row.wanted);
  const leaf = workshop.write(`${index}.pem`, issued.certificatePem);
  const sent = workshop.write(`${index}-chain.pem`, chainPem);
  const trusted = workshop.write(`${index}-root.pem`, trustedPem);
  const theirs = await openssl(
    [
      "verify",
      "-x509_strict",
      "-auth_level",
      "2",
      "-no-CApath",
      "-no-CAstore",
      "-CAfile",
      trusted,
      "-untrusted",
      sent,
      "-purpose",
      `ssl${purpose}`,
      "-attime",
      String(Math.floor(at.getTime() / 1000)),
      ...(row.wanted === undefined ? [] : [isAddress ? "-verify_ip" : "-verify_hostname", row.wanted]),
      leaf,
    ],
    { cwd: workshop.folder },
  );
  const text = await workshop.make(["x509", "-in", leaf, "-noout", "-text", "-serial"]);
  const ours = verifyChain({
    chainPem,
    trustedPem,
    purpose,
    now: at,
    ...(row.wanted === undefined ? {} : isAddress ? { ipAddress: row.wanted } : { hostname: row.wanted }),
  });
  return { issued, theirs, text, ours };
}

beforeAll(async () => {
  const by = await authorities();
  const keys = new Map<KeyType, KeyPair>();
  for (const type of [...keyTypes, "RSA_4096"] as const) keys.set(type, await generateKey(type));
  await twoAtATime([...rows.entries()], async ([index, row]) => {
    const key = keys.get(row.keyType);
    if (key !== undefined) judged.set(row.name, await judge(row, index, by, key));
  });
}, 60_000);

afterAll(() => workshop[Symbol.dispose]());

function of(row: Row): Judged {
  const found = judged.get(row.name);
  if (found === undefined) throw new Error(`${row.name} was not judged`);
  return found;
}

describe(`${rows.length} certificates made here: what openssl verify -x509_strict says of each, and what we say`, () => {
  test.each(rows)("$name", (row) => {
    const { theirs, ours } = of(row);
    const verdicts = { openssl: theirs.status === 0, moorline: ours.ok };
    const isWell = row.fault === undefined;
    expect({ ...verdicts, said: theirs.output }).toEqual({
      openssl: isWell,
      moorline: isWell,
      said: theirs.output,
    });
    const errors = ours.findings.filter((f) => f.severity === "error").map((f) => f.code);
    expect([...new Set(errors)]).toEqual([row.fault ?? []].flat());
  });

  test("they are at least sixty", () => {
    expect(rows.length).toBeGreaterThanOrEqual(60);
    expect(new Set([...judged.values()].map((j) => j.issued.serialNumber)).size).toBe(rows.length);
  });
});

describe("what openssl x509 -text reads in a certificate made here", () => {
  test.each(rows.filter((row) => row.purpose === "server"))("$name: a server's extensions", (row) => {
    const { text, issued } = of(row);
    expect(text).toMatch(/X509v3 Basic Constraints: critical\s+CA:FALSE/);
    const usages = row.keyType.startsWith("RSA")
      ? "Digital Signature, Key Encipherment"
      : "Digital Signature";
    expect(text).toMatch(new RegExp(`X509v3 Key Usage: critical\\s+${usages}\\n`));
    expect(text).toMatch(/X509v3 Extended Key Usage: \n\s+TLS Web Server Authentication\n/);
    expect(text).toMatch(/X509v3 Subject Key Identifier/);
    expect(text).toMatch(/X509v3 Authority Key Identifier/);
    expect(text).toContain("URI:http://crl.example.com/ca.crl");
    expect(text).toContain(`serial=${issued.serialNumber.toUpperCase()}`);
    const names = row.names ?? harbor;
    expect(text.match(/DNS:/g) ?? []).toHaveLength(names.dnsNames.length);
    expect(text.match(/IP Address:/g) ?? []).toHaveLength(names.ipAddresses.length);
  });

  test.each(rows.filter((row) => row.purpose === "client"))("$name: a client's extensions", (row) => {
    const { text } = of(row);
    expect(text).toMatch(/X509v3 Key Usage: critical\s+Digital Signature\n/);
    expect(text).toMatch(/X509v3 Extended Key Usage: \n\s+TLS Web Client Authentication\n/);
    expect(text).toContain("URI:spiffe://example.com/node-1");
    expect(text).toContain("Subject: O = nodes, CN = node-1");
  });
});
