import { rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { rigAddresses } from "./addresses.ts";
import { startDoctorSite, type Codes, type DoctorSite } from "./testing/doctor-site.ts";
import { followLog } from "./testing/log-since.ts";
import { containerdHost, hostsToml } from "./testing/node-files.ts";

const rig = rigAddresses();
const nodeName = `node/${rig.nodeName}`;

const measured = z.object({
  stages: z.record(z.string(), z.number()),
  layers: z.array(z.number()),
  nodes: z.array(z.record(z.string(), z.unknown())),
});

let site: DoctorSite;
beforeAll(async () => {
  site = await startDoctorSite("rig-doctor-node");
  await trust();
  await expectHealthy();
});
afterAll(async () => {
  await site?.[Symbol.asyncDispose]();
});

/** Puts the node right, as a user does. */
async function trust(): Promise<void> {
  await rm(join(rig.certsDirectory, site.host), { recursive: true, force: true });
  const words = ["node", "apply", "-f", site.documents, "--on", rig.nodeName, "--yes", "--lang", "en"];
  const { code, out, err } = await site.run(words);
  if (code !== 0) throw new Error(out + err);
}

const podDoctor = async (name: string, ...more: readonly string[]): Promise<Codes> =>
  site.doctor([`pod/${name}`, "-n", site.namespace, ...more]);

async function expectHealthy(): Promise<void> {
  const pod = await site.pod();
  expect(["Running", "Succeeded"]).toContain(pod.phase);
  expect(await podDoctor(pod.name, "-f", site.documents)).toEqual([]);
  expect(await site.doctor([nodeName, "-f", site.documents])).toEqual([]);
}

const wrongAuthority = (host: string): string =>
  hostsToml(host).replaceAll(rig.registryAuthorityPath, rig.clusterAuthorityPath);

const faults: readonly {
  readonly name: string;
  readonly hosts: (host: string) => string;
  /** Of the pod, with the documents that reach its node; and of containerd's log with the pod's event. */
  readonly cause: string;
  /** Of the node itself, by those documents. */
  readonly atNode: string;
}[] = [
  {
    name: "a hosts.toml that is no TOML",
    hosts: (host) => `server = "https://${host}\n`,
    cause: "HOSTS_FILE_BROKEN",
    atNode: "HOSTS_FILE_BROKEN",
  },
  {
    name: "a hosts.toml whose host is no table",
    hosts: (host) => `host = "https://${host}"\nca = "${rig.registryAuthorityPath}"\n`,
    cause: "HOSTS_FILE_BROKEN",
    atNode: "HOSTS_FILE_BROKEN",
  },
  {
    name: "a hosts.toml that names another CA",
    hosts: wrongAuthority,
    cause: "AUTHORITY_UNKNOWN",
    atNode: "NODE_TRUST_DIFFERS",
  },
];

test.each(faults)("of a real pod on a node with $name the first cause is $cause", async (fault) => {
  const since = await followLog("containerd");
  {
    await using _ = await containerdHost(site.host, { "hosts.toml": fault.hosts(site.host) });
    const { phase, name, events } = await site.pod();
    expect(phase).toBe("Pending");
    const messages = events.map(({ message }) => message).join("\n");
    // containerd puts a file away that it can not read, and goes on as if there were none.
    expect(messages).toContain("x509: certificate signed by unknown authority");
    expect(await podDoctor(name)).toEqual(["AUTHORITY_UNKNOWN"]);
    expect((await podDoctor(name, "-f", site.documents))[0]).toBe(fault.cause);
    expect((await site.doctor([nodeName, "-f", site.documents]))[0]).toBe(fault.atNode);
    const words = `${await since(site.host)}${messages}\n`;
    expect((await site.logs(["-"], words))[0]).toBe(fault.cause);
  }
  await trust();
  await expectHealthy();
});

test("nothing is found on the rig's node, and its kubelet tells its limits beside a measured pull", async () => {
  expect(await site.doctor([nodeName])).toEqual([]);
  const places = ["--kubeconfig", rig.kubeconfigPath, "--ca", rig.registryAuthorityPath];
  const words = [
    "doctor",
    "image",
    site.image,
    "--pull-speed",
    "--node",
    rig.nodeName,
    "-o",
    "json",
    ...places,
  ];
  const { code, out, err } = await site.run(words);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  const { stages, layers, nodes } = measured.parse(JSON.parse(out));
  expect(Object.keys(stages)).toEqual(["resolve", "connect", "handshake", "token", "manifest"]);
  expect(layers).toHaveLength(1);
  // As the kubelet's /configz has it.
  expect(nodes).toEqual([
    { node: rig.nodeName, serializeImagePulls: false, registryPullQps: 5, registryBurst: 10 },
  ]);
});
