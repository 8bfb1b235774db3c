import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { localHost } from "../src/clients/host/local.ts";
import { openEndpoint } from "../src/clients/http/endpoint.ts";
import { makeAuthority } from "../src/clients/http/testing/certificates.ts";
import { apply, type ApplyResult } from "../src/engine/apply.ts";
import { makePlan, type Plan } from "../src/engine/plan.ts";
import { harborRegistry } from "../src/kinds/harbor-registry/index.ts";
import { testWorld } from "../src/kinds/harbor-registry/testing/world.ts";
import { nodeTrust } from "../src/kinds/node-trust/index.ts";
import type { World } from "../src/kinds/world.ts";
import type { Document } from "../src/model/document.ts";
import { isError } from "../src/model/errors.ts";
import { parseDocuments } from "../src/model/parse.ts";
import { Sensitive } from "../src/model/sensitive.ts";
import { rigAddresses } from "./addresses.ts";
import { startComposeHarbor, type ComposeHarbor } from "./testing/compose-harbor.ts";
import { administratorAccount } from "./testing/harbor.ts";

const rig = rigAddresses();
const kinds = [harborRegistry, nodeTrust];
const { signal } = new AbortController();
const clients = makeAuthority("Client CA");
const pair = clients.issue({ client: true });
const expired = clients.issue({ client: true, from: "20200101000000Z", to: "20210101000000Z" });

let harbor: ComposeHarbor;
let ours: string;
beforeAll(async () => {
  ours = await mkdtemp(join(tmpdir(), "moorline-rig-mutual-"));
  await writeFile(join(ours, "client.crt"), pair.certificate);
  await writeFile(join(ours, "client.key"), pair.key, { mode: 0o600 });
  harbor = await startComposeHarbor();
  // Another test's Harbor may have to end first.
}, 900_000);
afterAll(async () => {
  await harbor?.[Symbol.asyncDispose]();
  await rm(ours, { recursive: true, force: true });
});

function documents(mode: string, more = ""): readonly Document[] {
  const text = `
apiVersion: moorline.io/v1alpha1
kind: HarborRegistry
metadata: {name: main}
spec:
  url: https://${harbor.host}
  credential: {environment: {}}
  deployment: {compose: {directory: ${harbor.directory}}}
  tls:
    ca: {file: ${rig.registryAuthorityPath}}
    clientCertificate: {files: {certificate: client.crt, privateKey: client.key}}
    mutual: ${mode}
    mutualTls:
      directory: ${join(ours, "etc")}
      clientAuthority: [{pem: ${JSON.stringify(clients.certificate)}}]
${more}
---
apiVersion: moorline.io/v1alpha1
kind: NodeTrust
metadata: {name: nodes}
spec:
  registry: main
  nodes: [{name: node1, on: {ssh: {host: 127.0.0.1, agent: true}}}]
`;
  const schemas = kinds.map((k) => k.schema);
  const parsed = parseDocuments([{ name: "rig.yaml", directory: ours, text }], schemas);
  expect(parsed.errors).toEqual([]);
  return parsed.documents;
}

function worldOf(given: readonly Document[]): World & AsyncDisposable {
  const world = testWorld({
    documents: given,
    environment: { HARBOR_USERNAME: "admin", HARBOR_PASSWORD: administratorAccount.secret },
  });
  // Waits are real here: nginx takes the time that it takes.
  const clock = { ...world.clock, sleep: (ms: number) => sleep(ms) };
  const host = localHost({ environment: harbor.environment });
  return { ...world, clock, host, documentsHost: host, openHost: () => Promise.resolve(host) };
}

const only = { only: ["HarborRegistry"], signal };

async function carryOut(
  given: readonly Document[],
): Promise<{ plan: Plan; result: ApplyResult; after: Plan }> {
  await using world = worldOf(given);
  const plan = await makePlan(given, kinds, world, only);
  const result = await apply(plan, kinds, world);
  return { plan, result, after: await makePlan(given, kinds, world, only) };
}

const stepsOf = (plan: Plan): string[] => plan.documents.flatMap((d) => d.steps.map((s) => s.id));
const codesOf = (plan: Plan): string[] => plan.documents.flatMap((d) => d.findings.map((f) => f.code));
const failuresOf = (result: ApplyResult): string[] =>
  result.documents.flatMap((d) => [
    ...d.failures.map((f) => f.error.message),
    ...d.proofs.filter((p) => !p.ok).map((p) => JSON.stringify([p.title, p.detail])),
  ]);

/** What one request got, over a connection of its own. */
async function ask(
  path: string,
  how: { readonly pair?: { certificate: string; key: string }; readonly agent?: string } = {},
): Promise<number | string> {
  await using endpoint = openEndpoint(`https://${harbor.host}`, {
    tls: {
      ca: await readFile(rig.registryAuthorityPath, "utf8"),
      ...(how.pair && {
        clientCertificate: { certificate: how.pair.certificate, privateKey: new Sensitive(how.pair.key) },
      }),
    },
    headers: { "user-agent": how.agent ?? "containerd/1.6.20" },
  });
  try {
    return (await endpoint.request({ method: "GET", path, signal })).status;
  } catch (thrown) {
    if (isError(thrown, "TLS_CLIENT_CERTIFICATE_REQUIRED", "TLS_CLIENT_CERTIFICATE_REFUSED")) return 400;
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
}

/** For what comes by itself, however busy the machine is. */
const waiting = { timeout: 60_000, interval: 100 };

/** Asks without a pause until stopped. */
function loop(
  path: string,
  how: Parameters<typeof ask>[1],
): { answered(): number; stop(): Promise<readonly (number | string)[]> } {
  const seen: (number | string)[] = [];
  let running = true;
  const done = (async () => {
    while (running) {
      seen.push(await ask(path, how));
      await sleep(100);
    }
  })();
  return {
    answered: () => seen.length,
    stop: async () => {
      running = false;
      await done;
      return seen;
    },
  };
}

describe("mutual TLS at a docker-compose Harbor", () => {
  test("is rolled out and taken back while clients come and go, and nobody who should be let in is refused", async () => {
    const container = await harbor.proxy();
    const browsing = loop("/", { agent: "Mozilla/5.0" });
    await expect.poll(() => browsing.answered(), waiting).toBeGreaterThan(2);
    const first = await carryOut(documents("enforce"));
    expect(failuresOf(first.result).filter((f) => !f.includes("failedMode"))).toEqual([]);
    expect(stepsOf(first.plan)).toEqual(["mutual-tls/mount", "mutual-tls"]);
    expect(stepsOf(first.after)).toEqual([]);
    expect(codesOf(first.after)).toContain("MUTUAL_TLS_NODE_UNSEEN");
    expect(await ask("/v2/")).toBe(401);
    expect(await ask("/v2/", { pair: expired })).toBe(401);
    expect(await harbor.proxy()).toEqual(container);

    // Harbor's own log goes on beside ours.
    expect(await harbor.proxyLog()).toMatch(/"GET \/v2\/ HTTP\/1\.1" 401 /);

    const holding = loop("/v2/", { pair });
    await expect.poll(() => holding.answered(), waiting).toBeGreaterThan(2);
    // The node's other runtime comes without.
    await ask("/v2/", { agent: "docker/20.10" });
    const second = await carryOut(documents("enforce"));
    expect(stepsOf(second.plan)).toEqual([]);
    expect(codesOf(second.plan)).toContain("MUTUAL_TLS_NODE_WITHOUT_CERTIFICATE");

    await ask("/v2/", { agent: "docker/20.10", pair });
    const third = await carryOut(documents("enforce"));
    expect(failuresOf(third.result)).toEqual([]);
    expect(stepsOf(third.plan)).toEqual(["mutual-tls"]);
    expect(stepsOf(third.after)).toEqual([]);
    expect(await ask("/v2/")).toBe(400);
    expect(await ask("/service/token")).toBe(400);
    expect(await ask("/v2/", { pair: expired })).toBe(400);
    expect(await ask("/v2/", { pair })).toBe(401);
    expect(await ask("/api/v2.0/ping")).toBe(200);
    expect(await ask("/api/v2.0/ping", { pair: expired })).toBe(200);

    const exempting = "      exempt: [{name: this-machine, addresses: [127.0.0.0/8]}]";
    const fourth = await carryOut(documents("enforce", exempting));
    expect(failuresOf(fourth.result)).toEqual([]);
    expect(await ask("/v2/")).toBe(401);

    const fifth = await carryOut(documents("off"));
    expect(failuresOf(fifth.result)).toEqual([]);
    expect(stepsOf(fifth.plan)).toEqual(["mutual-tls"]);
    expect(stepsOf(fifth.after)).toEqual([]);
    expect(await ask("/v2/", { pair: expired })).toBe(401);

    expect(new Set(await holding.stop())).toEqual(new Set([401]));
    expect(new Set(await browsing.stop())).toEqual(new Set([200]));
    expect(await harbor.proxy()).toEqual(container);
  }, 300_000);

  test("survives Harbor's prepare, and goes back in one step even when nginx does not start with what it finds", async () => {
    expect(failuresOf((await carryOut(documents("observe"))).result)).toEqual([]);
    // Once by the mounts alone, over what the container had before; once after what prepare wipes.
    await harbor.compose("up", "-d");
    await expect.poll(() => ask("/v2/"), waiting).toBe(401);
    expect(stepsOf((await carryOut(documents("observe"))).plan)).toEqual([]);
    await harbor.prepare();
    await harbor.compose("down");
    await harbor.compose("up", "-d");
    await expect.poll(() => ask("/v2/"), waiting).toBe(401);
    const kept = await carryOut(documents("observe"));
    expect(stepsOf(kept.plan)).toEqual([]);
    expect(failuresOf(kept.result)).toEqual([]);

    await rm(join(ours, "etc", "nginx", "ca.pem"));
    await harbor.compose("restart", "proxy");
    await expect.poll(() => ask("/v2/"), waiting).not.toBe(401);
    const back = await carryOut(documents("off"));
    expect(stepsOf(back.plan)).toEqual(["mutual-tls"]);
    expect(failuresOf(back.result)).toEqual([]);
    expect(await ask("/v2/")).toBe(401);
  }, 300_000);

  test("is removed with everything that it put there", async () => {
    await carryOut(documents("observe"));
    const given = documents("observe");
    await using world = worldOf(given);
    const removal = await makePlan(given, kinds, world, { ...only, direction: "remove" });
    expect(stepsOf(removal)).toEqual(["mutual-tls", "mutual-tls/unmount"]);
    expect((await apply(removal, kinds, world)).documents.flatMap((d) => d.failures)).toEqual([]);
    await expect(stat(join(ours, "etc"))).rejects.toThrow("ENOENT");
    await expect(stat(join(harbor.directory, "docker-compose.override.yml"))).rejects.toThrow("ENOENT");
    expect(await ask("/v2/")).toBe(401);
  }, 300_000);
});
