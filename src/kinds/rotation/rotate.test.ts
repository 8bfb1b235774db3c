import { describe, expect, test } from "vitest";
import type { Host } from "../../clients/host/host.ts";
import { verifyChain } from "../../pki/verify.ts";
import { harborCertificateSchema, type HarborCertificateSpec } from "../harbor-certificate/schema.ts";
import { documentOf, folderWorld, type FolderWorld } from "../harbor-certificate/testing/world.ts";
import type { World } from "../world.ts";
import { rotate } from "./rotate.ts";
import type { Rotation, RotationReport } from "./report.ts";
import { applyStage, type RotationContext } from "./stages.ts";
import { message } from "../../text/message.ts";

const document = documentOf<HarborCertificateSpec>(harborCertificateSchema, "harbor", {
  issuer: { ownAuthority: { directory: "/store" } },
  hosts: ["harbor.example.com"],
  clients: [{ name: "nodes" }],
  crl: {},
  deliver: {
    files: [
      { certificate: "/served/tls.crt", privateKey: "/served/tls.key" },
      { of: "nodes", certificate: "/node/client.crt", privateKey: "/node/client.key", ca: "/node/ca.crt" },
    ],
  },
});

const never = new AbortController().signal;
const contextOf = (world: World): RotationContext => ({
  documents: [document],
  world,
  isDry: false,
  isOnlyNode: true,
  stopping: never,
  signal: never,
});

const all = { stage: message("rotation.ended"), only: ["HarborCertificate"] };

async function made(): Promise<FolderWorld> {
  const folder = await folderWorld([document]);
  const stage = await applyStage(all, contextOf(folder.world));
  expect(stage.outcome).toBe("done");
  return folder;
}

const read = async ({ world }: FolderWorld, path: string): Promise<string> =>
  (await world.host.readFile(path))?.bytes.toString("utf8") ?? "";

/** A pull, as a node would see it: what is served verifies against what the node trusts, and the other way round. */
async function pullWorks(folder: FolderWorld): Promise<boolean> {
  const [served, client, trust] = await Promise.all(
    ["/served/tls.crt", "/node/client.crt", "/node/ca.crt"].map((path) => read(folder, path)),
  );
  const now = folder.world.clock.now();
  const verdicts = [
    verifyChain({
      chainPem: served ?? "",
      trustedPem: trust ?? "",
      purpose: "server",
      hostname: "harbor.example.com",
      now,
    }),
    verifyChain({ chainPem: client ?? "", trustedPem: trust ?? "", purpose: "client", now }),
  ];
  return verdicts.every((v) => v.ok);
}

class PowerCut extends Error {}

/** The same world, in which the power fails at the n-th write; until then, every write is followed by a pull. */
function cutAt(folder: FolderWorld, cut: number): { readonly world: World; readonly pulls: boolean[] } {
  let writes = 0;
  const pulls: boolean[] = [];
  const wrap = (host: Host): Host => ({
    ...host,
    writeFile: async (...given) => {
      if (++writes > cut) throw new PowerCut();
      await host.writeFile(...given);
      pulls.push(await pullWorks(folder));
    },
    remove: async (...given) => {
      if (++writes > cut) throw new PowerCut();
      await host.remove(...given);
      pulls.push(await pullWorks(folder));
    },
  });
  const world: World = {
    ...folder.world,
    host: wrap(folder.world.host),
    documentsHost: wrap(folder.world.documentsHost),
  };
  return { world, pulls };
}

const run = (rotation: Rotation, world: World): Promise<RotationReport> =>
  rotate(rotation, [], 0, contextOf(world));

interface Marks {
  readonly server: string;
  readonly client: string;
  readonly authorities: number;
}
const marksOf = async (folder: FolderWorld): Promise<Marks> => ({
  server: await read(folder, "/served/tls.crt"),
  client: await read(folder, "/node/client.crt"),
  authorities: (await read(folder, "/node/ca.crt")).split("BEGIN CERTIFICATE").length - 1,
});

describe.each([
  ["server", { server: true, client: false }],
  ["clients", { server: false, client: true }],
  ["ca", { server: true, client: true }],
] as const)("the rotation of %s", (rotation, changes) => {
  test("replaces what it should and nothing else, and a second plan is empty", async () => {
    await using folder = await made();
    const before = await marksOf(folder);
    const report = await run(rotation, folder.world);
    expect(report.outcome).toBe("done");
    const after = await marksOf(folder);
    expect(after.server !== before.server).toBe(changes.server);
    expect(after.client !== before.client).toBe(changes.client);
    expect(after.authorities).toBe(1);
    const again = await applyStage(all, contextOf(folder.world));
    expect(again.steps).toEqual([]);
  });

  test("a dry run shows the stages and writes nothing", async () => {
    await using folder = await made();
    const before = await marksOf(folder);
    const kept = await folder.world.host.list("/store");
    const report = await rotate(rotation, [], 0, { ...contextOf(folder.world), isDry: true });
    expect(report.outcome).toBe("planned");
    expect(report.stages.length).toBeGreaterThan(1);
    expect(await marksOf(folder)).toEqual(before);
    expect(await folder.world.host.list("/store")).toEqual(kept);
  });

  test(
    "cut off after any write, the next run reaches the same end, and pulls work in between",
    { timeout: 120_000 },
    async () => {
      let ended = false;
      for (let cut = 0; !ended; cut++) {
        await using folder = await made();
        const before = await marksOf(folder);
        const { world, pulls } = cutAt(folder, cut);
        const first = await run(rotation, world).catch(() => undefined);
        expect({ cut, pulls: pulls.every(Boolean) }).toEqual({ cut, pulls: true });
        ended = first?.outcome === "done";
        expect(await pullWorks(folder)).toBe(true);
        const second = first?.outcome === "done" ? first : await run(rotation, folder.world);
        expect({ cut, outcome: second.outcome }).toEqual({ cut, outcome: "done" });
        expect(await pullWorks(folder)).toBe(true);
        const after = await marksOf(folder);
        expect(after.authorities).toBe(1);
        expect(after.server !== before.server).toBe(changes.server);
        expect(after.client !== before.client).toBe(changes.client);
      }
    },
  );
});

test("a CA that can no longer certify a whole life is given a successor, and waits to be permitted more", async () => {
  await using folder = await made();
  folder.at(new Date("2031-04-20T00:00:00Z"));
  const stage = await applyStage(all, contextOf(folder.world));
  expect(stage.steps.map((s) => s.title.key)).toContain("harborCertificate.createNextAuthority");
  expect((await marksOf(folder)).authorities).toBe(2);
  expect((await run("ca", folder.world)).outcome).toBe("done");
  expect((await marksOf(folder)).authorities).toBe(1);
});

test("the key of a CA that was put there as two files goes when its successor takes over", async () => {
  await using folder = await made();
  const { host } = folder.world;
  const kept = await read(folder, "/store/ca.pem");
  const [key = "", certificate = ""] = kept.split(/(?=-----BEGIN CERTIFICATE)/);
  await host.writeFile("/store/ca.key", key, { mode: 0o600 });
  await host.writeFile("/store/ca.crt", certificate, { mode: 0o600 });
  await host.remove("/store/ca.pem");
  expect((await run("ca", folder.world)).outcome).toBe("done");
  expect((await host.list("/store"))?.map((e) => e.name)).not.toContain("ca.key");
  expect(await pullWorks(folder)).toBe(true);
});
