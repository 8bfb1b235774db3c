import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createAuthority, loadAuthority, type Authority } from "../src/pki/authority.ts";
import { issueServer } from "../src/pki/leaf.ts";
import { Sensitive } from "../src/model/sensitive.ts";
import { rigAddresses } from "./addresses.ts";
import { names, rigLayout } from "./layout.ts";
import { startComposeHarbor, type ComposeHarbor } from "./testing/compose-harbor.ts";
import { putPullSecret } from "./testing/harbor.ts";
import { containerdHost, dockerHost, hostsToml } from "./testing/node-files.ts";
import { pullReportText, pushPullImages, startPullLoop, type PullLoop } from "./testing/pull-loop.ts";

const rig = rigAddresses();
const namespace = "rig-pull-loop";
const keyType = "ECDSA_P256";
const owned = new AsyncDisposableStack();
let harbor: ComposeHarbor;
let loop: PullLoop;

beforeAll(async () => {
  harbor = owned.use(await startComposeHarbor());
  await harbor.createProject("loop");
  const images = await pushPullImages(harbor.push, "loop");
  const robot = await harbor.createPullRobot("loop", "puller");
  await putPullSecret(namespace, "robot", harbor.host, robot);
  owned.use(await containerdHost(harbor.host, { "hosts.toml": hostsToml(harbor.host) }));
  owned.use(await dockerHost(harbor.host));
  const place = { ...images, host: harbor.host, namespace, pullSecret: "robot" };
  loop = owned.use(await startPullLoop({ ...place, credential: async () => robot }));
});

afterAll(() => owned.disposeAsync());

async function rigAuthority(): Promise<Authority> {
  const key = await readFile(join(rigLayout().pki, "registry-ca.key"), "utf8");
  return loadAuthority(await readFile(rig.registryAuthorityPath, "utf8"), new Sensitive(key));
}

/** What a careful administrator does by hand: the same files, and a signal (facts/harbor.md §3.2). */
async function serve(authority: Authority): Promise<string> {
  const request = { commonName: names.registry, dnsNames: [names.registry], ipAddresses: [] };
  const pair = await issueServer(authority, { ...request, keyType, validityDays: 10, now: new Date() });
  const folder = join(harbor.dataVolume, "secret", "cert");
  await writeFile(join(folder, "server.crt"), pair.certificatePem);
  await writeFile(join(folder, "server.key"), pair.privateKeyPem.reveal());
  await harbor.reload();
  return pair.certificatePem;
}

test("files written in place and a reload renew the certificate without a failed pull or a restart", async () => {
  const before = [await harbor.proxy(), (await harbor.served()).serialNumber];
  const { report } = await loop.during("renewal by hand", async () => {
    await sleep(2000);
    await serve(await rigAuthority());
    await sleep(4000);
  });
  console.log(pullReportText(report));
  expect(report.failed).toEqual([]);
  expect(Object.keys(report.by).sort()).toEqual([
    "containerd",
    "docker",
    "kubelet",
    "skopeo copy",
    "skopeo inspect",
  ]);
  expect(await harbor.proxy()).toEqual(before[0]);
  expect((await harbor.served()).serialNumber).not.toBe(before[1]);
});

test("a certificate of an authority that nobody knows fails the pulls of every puller, and each says so", async () => {
  const stranger = await createAuthority({
    commonName: "Nobody",
    keyType,
    validityDays: 10,
    now: new Date(),
  });
  const { report } = await loop.during("a wrong certificate", async () => {
    await serve(stranger);
    await sleep(6000);
    await serve(await rigAuthority());
  });
  const by = new Set(report.failed.map((pull) => pull.by));
  expect([...by].sort()).toEqual(["containerd", "docker", "kubelet", "skopeo copy", "skopeo inspect"]);
  for (const { failure } of report.failed)
    expect(failure).toContain("x509: certificate signed by unknown authority");
});
