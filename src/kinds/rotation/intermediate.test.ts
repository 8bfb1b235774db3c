import { expect, test } from "vitest";
import type { Host } from "../../clients/host/host.ts";
import { message } from "../../text/message.ts";
import { createAuthority } from "../../pki/authority.ts";
import { certifyIntermediate } from "../../pki/intermediate.ts";
import { readRequest } from "../../pki/request.ts";
import { verifyChain } from "../../pki/verify.ts";
import { harborCertificateSchema, type HarborCertificateSpec } from "../harbor-certificate/schema.ts";
import { documentOf, folderWorld, type FolderWorld } from "../harbor-certificate/testing/world.ts";
import type { World } from "../world.ts";
import type { RotationReport } from "./report.ts";
import { rotate } from "./rotate.ts";
import { applyStage, type RotationContext } from "./stages.ts";

const { signal } = new AbortController();
const document = documentOf<HarborCertificateSpec>(harborCertificateSchema, "harbor", {
  issuer: { ownAuthority: { directory: "/store", intermediate: true, commonName: "Harbor CA" } },
  hosts: ["harbor.example.com"],
  clients: [{ name: "nodes" }],
  deliver: {
    files: [
      { certificate: "/served/tls.crt", privateKey: "/served/tls.key" },
      { of: "nodes", certificate: "/node/client.crt", privateKey: "/node/client.key", ca: "/node/ca.crt" },
    ],
  },
});
const contextOf = (world: World): RotationContext => ({
  documents: [document],
  world,
  isDry: false,
  isOnlyNode: true,
  stopping: signal,
  signal,
});
const stage = { stage: message("rotation.ended"), only: ["HarborCertificate"] };
const root = await createAuthority({
  commonName: "Offline Root",
  keyType: "ECDSA_P256",
  validityDays: 7300,
  now: new Date("2026-06-01T00:00:00Z"),
});

const read = async ({ world }: FolderWorld, path: string): Promise<string> =>
  (await world.host.readFile(path))?.bytes.toString("utf8") ?? "";

/** A CA whose root is elsewhere: it asks, the root signs, and what it issues is delivered. */
async function made(): Promise<FolderWorld> {
  const folder = await folderWorld([document]);
  await applyStage(stage, contextOf(folder.world));
  const request = readRequest(await read(folder, "/store/ca.csr"));
  const now = folder.world.clock.now();
  const { bundlePem } = await certifyIntermediate(root, request, { validityDays: 730, now });
  await folder.world.host.writeFile("/store/ca.crt", bundlePem, { mode: 0o600 });
  expect((await applyStage(stage, contextOf(folder.world))).outcome).toBe("done");
  return folder;
}

async function pullWorks(folder: FolderWorld): Promise<boolean> {
  const [served = "", client = "", trustedPem = ""] = await Promise.all(
    ["/served/tls.crt", "/node/client.crt", "/node/ca.crt"].map((path) => read(folder, path)),
  );
  const now = folder.world.clock.now();
  const hostname = "harbor.example.com";
  return (
    verifyChain({ chainPem: served, trustedPem, purpose: "server", hostname, now }).ok &&
    verifyChain({ chainPem: client, trustedPem, purpose: "client", now }).ok
  );
}

class PowerCut extends Error {}

function cutAt(folder: FolderWorld, cut: number): { readonly world: World; readonly pulls: boolean[] } {
  let writes = 0;
  const pulls: boolean[] = [];
  const guard = async (work: () => Promise<void>): Promise<void> => {
    if (++writes > cut) throw new PowerCut();
    await work();
    pulls.push(await pullWorks(folder));
  };
  const wrap = (host: Host): Host => ({
    ...host,
    writeFile: (...given) => guard(() => host.writeFile(...given)),
    remove: (...given) => guard(() => host.remove(...given)),
  });
  const { world } = folder;
  return {
    world: { ...world, host: wrap(world.host), documentsHost: wrap(world.documentsHost) },
    pulls,
  };
}

test.each([
  ["server", "/served/tls.crt"],
  ["clients", "/node/client.crt"],
] as const)(
  "the rotation of %s under an offline root, cut off after any write, ends right with pulls in between",
  { timeout: 240_000 },
  async (rotation, path) => {
    const run = (world: World): Promise<RotationReport> => rotate(rotation, [], 0, contextOf(world));
    let ended = false;
    for (let cut = 0; !ended; cut++) {
      await using folder = await made();
      const before = await read(folder, path);
      const { world, pulls } = cutAt(folder, cut);
      const first = await run(world).catch(() => undefined);
      expect({ cut, pulls: pulls.every(Boolean) }).toEqual({ cut, pulls: true });
      ended = first?.outcome === "done";
      const second = ended ? first : await run(folder.world);
      expect({ cut, outcome: second?.outcome }).toEqual({ cut, outcome: "done" });
      expect(await pullWorks(folder)).toBe(true);
      expect(await read(folder, path)).not.toBe(before);
    }
  },
);

test("a CA under an offline root is not rolled over here: its root signs the next one", async () => {
  await using folder = await made();
  const refused = rotate("ca", ["harbor"], 0, contextOf(folder.world));
  await expect(refused).rejects.toMatchObject({ code: "ROTATION_NOT_OURS" });
});
