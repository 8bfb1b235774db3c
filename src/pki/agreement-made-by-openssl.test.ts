import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { FindingCode } from "../text/findings/catalogue.ts";
import { inspectCertificate } from "./inspect.ts";
import { openssl, twoAtATime, Workshop, type Outcome } from "./testing/openssl.ts";
import type { Row } from "./testing/openssl-rows.ts";
import { crls, recipes, rows } from "./testing/openssl-table.ts";
import { keyNames, makeCertificate, makeCrl, makeKey } from "./testing/openssl-made.ts";
import { verifyChain, type Verdict } from "./verify.ts";

// openssl dates its certificates by its own clock, while the table is made: look at them a little later
const now = new Date(Date.now() + 120_000);
const workshop = new Workshop();
const judged = new Map<string, { theirs: Outcome; ours: Verdict; facts: string }>();

const read = (names: readonly string[]): string =>
  names.map((name) => readFileSync(workshop.path(name), "utf8")).join("");

/** Reading does not depend on what is sent along: half of the table is enough. */
const isRead = (row: Row): boolean => row.sent.length === 0;

async function judge(row: Row, index: number): Promise<{ theirs: Outcome; ours: Verdict; facts: string }> {
  const at = new Date(now.getTime() + (row.at ?? 0) * 86_400_000);
  const leafPem = read([`${row.leaf.name}.pem`]);
  const chainPem = row.sent.length === 0 ? undefined : read(row.sent.map((r) => `${r.name}.pem`));
  const trustedPem = read(row.trusted.map((r) => `${r.name}.pem`));
  const crlPems = row.crls.map((name) => read([`${name}.crl`]));
  const trusted = workshop.write(`trusted-${index}.pem`, trustedPem);
  const sent = workshop.write(`sent-${index}.pem`, chainPem ?? leafPem);
  const lists = workshop.write(`lists-${index}.pem`, crlPems.join(""));
  const judgeHere = (): Verdict =>
    verifyChain({
      leafPem,
      trustedPem,
      crlPems,
      now: at,
      purpose: row.purpose,
      ...(chainPem === undefined ? {} : { chainPem }),
      ...(row.hostname === undefined ? {} : { hostname: row.hostname }),
      ...(row.ipAddress === undefined ? {} : { ipAddress: row.ipAddress }),
    });
  const theirs = await openssl(
    [
      "verify",
      "-auth_level",
      "2",
      "-no-CApath",
      "-no-CAstore",
      "-CAfile",
      trusted,
      "-untrusted",
      sent,
      "-purpose",
      `ssl${row.purpose}`,
      "-attime",
      String(Math.floor(at.getTime() / 1000)),
      ...(row.hostname === undefined ? [] : ["-verify_hostname", row.hostname]),
      ...(row.ipAddress === undefined ? [] : ["-verify_ip", row.ipAddress]),
      ...(crlPems.length === 0 ? [] : ["-crl_check_all", "-CRLfile", lists]),
      ...row.flags,
      `${row.leaf.name}.pem`,
    ],
    { cwd: workshop.folder },
  );
  if (!isRead(row)) return { theirs, ours: judgeHere(), facts: "" };
  const facts = await workshop.make([
    "x509",
    "-in",
    `${row.leaf.name}.pem`,
    "-noout",
    "-serial",
    "-fingerprint",
    "-sha256",
    "-dates",
    "-dateopt",
    "iso_8601",
    "-text",
  ]);
  return { theirs, ours: judgeHere(), facts };
}

beforeAll(async () => {
  await twoAtATime(keyNames, (name) => makeKey(workshop, name));
  // issuers before those they sign
  for (const depth of [0, 1, 2, 3])
    await twoAtATime(
      recipes.filter((r) => r.depth === depth),
      ({ recipe }) => makeCertificate(workshop, recipe),
    );
  await twoAtATime(crls, (crl) => makeCrl(workshop, crl));
  await twoAtATime([...rows.entries()], async ([index, row]) => {
    judged.set(row.name, await judge(row, index));
  });
}, 90_000);

afterAll(() => workshop[Symbol.dispose]());

const of = (row: Row): { theirs: Outcome; ours: Verdict; facts: string } =>
  judged.get(row.name) ?? expect.fail(`${row.name} was not judged`);

const errorsOf = (verdict: Verdict): FindingCode[] => [
  ...new Set(verdict.findings.filter((f) => f.severity === "error").map((f) => f.code)),
];

const alike = rows.filter((row) => row.opensslAccepts === undefined);
const stricter = rows.filter((row) => row.opensslAccepts !== undefined);

describe(`${recipes.length} certificates made by openssl, judged ${alike.length} times by openssl verify and by us`, () => {
  test.each(alike)("$name", (row) => {
    const { theirs, ours } = of(row);
    const isWell = row.fault === undefined;
    const said = theirs.output;
    expect({ openssl: theirs.status === 0, moorline: ours.ok, said }).toEqual({
      openssl: isWell,
      moorline: isWell,
      said,
    });
    expect(errorsOf(ours)).toEqual([row.fault ?? []].flat());
  });

  test("they are at least sixty", () => {
    expect(recipes.length).toBeGreaterThanOrEqual(60);
    expect(judged.size).toBe(rows.length);
  });
});

describe("where we are stricter than openssl verify, on purpose", () => {
  test.each(stricter)("$name", (row) => {
    const { theirs, ours } = of(row);
    expect(theirs).toMatchObject({ status: 0 });
    expect(errorsOf(ours)).toEqual([row.fault ?? []].flat());
  });
});

describe("what we read in a certificate that openssl made is what openssl reads", () => {
  test.each(rows.filter(isRead))("$name", (row) => {
    const { facts } = of(row);
    const ours = inspectCertificate(read([`${row.leaf.name}.pem`]));
    const line = (key: string): string => new RegExp(`^${key}=(.*)$`, "m").exec(facts)?.[1] ?? "";
    const time = (date: Date): string => date.toISOString().replace("T", " ").replace(".000", "");
    expect(ours.serialNumber.toUpperCase()).toBe(line("serial"));
    expect(ours.fingerprintSha256.toUpperCase()).toBe(line("sha256 Fingerprint").replaceAll(":", ""));
    expect(time(ours.notBefore)).toBe(line("notBefore"));
    expect(time(ours.notAfter)).toBe(line("notAfter"));
    expect(facts).toContain(
      `Signature Algorithm: ${opensslNames[ours.signatureAlgorithm] ?? ours.signatureAlgorithm}`,
    );
    expect(facts.match(/\bDNS:[^,\s]+(?=.*\n)/g)?.length ?? 0).toBeGreaterThanOrEqual(ours.dnsNames.length);
    for (const name of ours.dnsNames) expect(facts).toContain(`DNS:${name}`);
    expect(facts.match(/IP Address:/g)?.length ?? 0).toBe(ours.ipAddresses.length);
    expect(facts.includes("CA:TRUE")).toBe(ours.isAuthority);
    expect(facts).toContain(ours.key.bits === undefined ? "ED25519" : `Public-Key: (${ours.key.bits} bit)`);
  });
});

const opensslNames: Readonly<Record<string, string>> = { "RSASSA-PSS": "rsassaPss", Ed25519: "ED25519" };
