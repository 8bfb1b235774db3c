import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { tryCommand } from "../command.ts";

const finding = z.object({ id: z.string(), severity: z.string(), finding: z.string() });

export type Finding = z.infer<typeof finding>;

/**
 * What testssl.sh says of a server. Everything it knows but the simulation of browsers, which ends in no judgement.
 * @param host `name:port`; it is met on 127.0.0.1
 * @param authorityPath counts as known
 */
export async function testssl(host: string, authorityPath: string): Promise<readonly Finding[]> {
  const folder = await mkdtemp(join(tmpdir(), "moorline-rig-testssl-"));
  try {
    const report = join(folder, "report.json");
    const checks = ["--protocols", "--std", "--fs", "--server-preference", "--server-defaults", "--header"];
    const place = ["--nodns", "none", "--ip", "127.0.0.1", "--add-ca", authorityPath];
    const output = ["--quiet", "--color", "0", "--warnings", "off", "--jsonfile", report];
    const command = ["testssl", ...output, ...place, ...checks, "--vulnerable", "--grease", host];
    const { status, stdout } = await tryCommand(command, { timeout: 300_000 });
    const findings = z.array(finding).parse(JSON.parse(await readFile(report, "utf8")));
    // Its exit status counts what it could not find out; above that it has not run at all.
    if (status >= 240 || findings.length < 50) throw new Error(`testssl ended with ${status}:\n${stdout}`);
    return findings;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Those that are worse than LOW: warnings of its own about what it could not try are none. */
export function aboveLow(findings: readonly Finding[]): readonly Finding[] {
  return findings.filter(({ severity }) => ["MEDIUM", "HIGH", "CRITICAL", "FATAL"].includes(severity));
}
