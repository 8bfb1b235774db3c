import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { surveyTls } from "../src/clients/tls/survey.ts";
import { judgeTls, type Posture } from "../src/diagnosis/tls/posture.ts";
import { serverTraits, traitsOfPosture } from "./testing/tls-traits.ts";
import { makeTlsAuthority, type MadeAuthority } from "./testing/tls-certificates.ts";
import { serverCases, startCase } from "./testing/tls-servers.ts";

/** testssl.sh takes half a minute and more for each server: in full only where it is asked for. */
const isFull = process.env["MOORLINE_RIG_TESTSSL"] === "full";
const compared = new Set(["expired", "3DES"]);

let folder = "";
let authority: MadeAuthority;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "moorline-rig-agreement-"));
  authority = await makeTlsAuthority(folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function look(port: number): Promise<Posture> {
  const survey = await surveyTls({
    host: "127.0.0.1",
    serverName: "localhost",
    port,
    timeoutMs: 10_000,
    signal: AbortSignal.timeout(60_000),
    randomBytes,
  });
  const trusted = await readFile(authority.root, "utf8");
  return judgeTls(survey, { name: "localhost", trusted, now: new Date() });
}

test.each(serverCases.map((one, index) => ({ ...one, index })))(
  "$name is seen as it is, and as testssl.sh sees it",
  { timeout: 300_000 },
  async ({ index, ...one }) => {
    await using server = await startCase(one, index, authority, folder);
    const start = performance.now();
    const posture = await look(server.port);
    const ours = (performance.now() - start) / 1000;
    const serious = posture.findings.filter((f) => f.severity !== "note").map((f) => f.code);
    expect(serious.filter((code) => code !== "TLS_PLAIN_HTTP_OPEN").sort()).toEqual([...one.finds].sort());
    expect(posture.survey.client).toBe(one.client ?? "not-asked");
    expect(posture.survey.stapled).toBe(one.stapled === true);
    if (!isFull && !compared.has(one.name)) return;
    const { traits, seconds } = await serverTraits(server.port, authority.root, folder);
    console.log(
      `${one.name}: testssl.sh ${seconds.toFixed(1)} s, Moorline ${(ours * 1000).toFixed(0)} ms; ${(seconds / ours).toFixed(0)} x`,
    );
    const seen = traitsOfPosture(posture);
    // What testssl.sh could not find out it leaves out.
    const both = Object.keys(traits).filter((trait) => trait in seen);
    expect(Object.fromEntries(both.map((t) => [t, seen[t]]))).toEqual(
      Object.fromEntries(both.map((t) => [t, traits[t]])),
    );
    expect(both.length).toBeGreaterThan(8);
  },
);
