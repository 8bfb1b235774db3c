import { randomBytes } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { SuiteGroup } from "../../src/clients/tls/cipher-suites.ts";
import type { WireVersion } from "../../src/clients/tls/hello.ts";
import type { Posture } from "../../src/diagnosis/tls/posture.ts";
import { tryCommand } from "../command.ts";

/** What is true of a server, in words that both sides can be put into. */
export type Traits = Readonly<Record<string, boolean>>;

const findings = z.array(z.object({ id: z.string(), severity: z.string(), finding: z.string() }));
type Finding = z.infer<typeof findings>[number];

const offered = ({ finding }: Finding): boolean => finding.startsWith("offered");
const serious = ({ severity }: Finding): boolean => ["MEDIUM", "HIGH", "CRITICAL"].includes(severity);

/** From an id of testssl.sh 3.0 to the trait that it tells. */
const fromTestssl: Readonly<Record<string, readonly [trait: string, holds: (f: Finding) => boolean]>> = {
  SSLv3: ["SSL 3.0", offered],
  TLS1: ["TLS 1.0", offered],
  TLS1_1: ["TLS 1.1", offered],
  TLS1_2: ["TLS 1.2", offered],
  TLS1_3: ["TLS 1.3", offered],
  cipherlist_NULL: ["suites without encryption", offered],
  cipherlist_aNULL: ["suites without a name", offered],
  cipherlist_EXPORT: ["export suites", offered],
  cipherlist_LOW: ["RC4", offered],
  cipherlist_3DES_IDEA: ["3DES", offered],
  cert_chain_of_trust: ["a chain that is trusted", ({ finding }) => finding.startsWith("passed")],
  cert_trust: ["the name fits", ({ severity }) => severity === "OK"],
  cert_expirationStatus: ["expired", ({ finding }) => finding.startsWith("expired")],
  cert_keySize: ["a weak key", serious],
  cert_signatureAlgorithm: ["a weak signature", ({ severity }) => severity !== "OK"],
  OCSP_stapling: ["stapling", offered],
  HSTS_time: ["HSTS", () => true],
  HSTS: ["HSTS", ({ finding }) => !/not offered/.test(finding)],
};

/** Asks testssl.sh for what Moorline looks at too, and nothing else. */
export async function serverTraits(
  port: number,
  authorityPath: string,
  folder: string,
): Promise<{ readonly traits: Traits; readonly seconds: number }> {
  const report = join(folder, `testssl-${randomBytes(4).toString("hex")}.json`);
  const output = ["--quiet", "--color", "0", "--warnings", "off", "--jsonfile", report];
  const place = ["--nodns", "none", "--ip", "127.0.0.1", "--add-ca", authorityPath];
  const checks = ["--protocols", "--std", "--server-defaults", "--header"];
  const start = performance.now();
  const { stdout } = await tryCommand(["testssl", ...output, ...place, ...checks, `localhost:${port}`], {
    timeout: 280_000,
  });
  const seconds = (performance.now() - start) / 1000;
  const found = findings.parse(
    JSON.parse(await readFile(report, "utf8").catch(() => Promise.reject(new Error(stdout)))),
  );
  await rm(report);
  const traits = found.flatMap((one) => {
    const mapped = fromTestssl[one.id];
    return mapped === undefined ? [] : [[mapped[0], mapped[1](one)] as const];
  });
  return { traits: Object.fromEntries(traits), seconds };
}

const untrusted = new Set([
  "CERTIFICATE_ISSUER_UNKNOWN",
  "CERTIFICATE_SELF_SIGNED_UNTRUSTED",
  "CERTIFICATE_EXPIRED",
  "CERTIFICATE_NOT_YET_VALID",
]);

/** The same of what Moorline saw. */
export function traitsOfPosture({ survey, findings: seen }: Posture): Traits {
  const has = (code: string): boolean => seen.some((f) => f.code === code);
  const speaks = (version: WireVersion): boolean => survey.versions.includes(version);
  const takes = (group: SuiteGroup): boolean => survey.suites.includes(group);
  return {
    "SSL 3.0": speaks("SSLv3"),
    "TLS 1.0": speaks("TLSv1.0"),
    "TLS 1.1": speaks("TLSv1.1"),
    "TLS 1.2": speaks("TLSv1.2"),
    "TLS 1.3": speaks("TLSv1.3"),
    "suites without encryption": takes("null"),
    "suites without a name": takes("anonymous"),
    "export suites": takes("export"),
    RC4: takes("rc4"),
    "3DES": takes("tripleDes"),
    "a chain that is trusted": !seen.some((f) => untrusted.has(f.code)),
    "the name fits": !has("CERTIFICATE_NAME_MISMATCH"),
    expired: has("CERTIFICATE_EXPIRED"),
    "a weak key": has("CERTIFICATE_KEY_WEAK"),
    "a weak signature": has("CERTIFICATE_SIGNATURE_WEAK"),
    stapling: survey.stapled,
    HSTS: survey.hsts !== undefined,
  };
}
