import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Host } from "../../clients/host/host.ts";
import { message } from "../../text/message.ts";
import { readCertificates } from "../../pki/certificate.ts";
import { readCrls } from "../../pki/crl.ts";
import { serialOf } from "../../pki/revocation-record.ts";
import { verifyChain } from "../../pki/verify.ts";
import { revokeReplaced } from "../harbor-certificate/rotation.ts";
import { harborCertificateSchema, type HarborCertificateSpec } from "../harbor-certificate/schema.ts";
import { documentOf } from "../harbor-certificate/testing/world.ts";
import { harborRegistrySchema } from "../harbor-registry/schema.ts";
import { testWorld } from "../harbor-registry/testing/world.ts";
import { nodeTrustSchema } from "../node-trust/schema.ts";
import { adminPassword, startPlant, type Plant } from "../project-binding/testing/plant.ts";
import type { World } from "../world.ts";
import { nodesStage } from "./nodes-stage.ts";
import type { RotationReport } from "./report.ts";
import { rotate } from "./rotate.ts";
import { applyStage, type RotationContext } from "./stages.ts";

const { signal } = new AbortController();
let plant: Plant;
beforeAll(async () => {
  plant = await startPlant();
});
afterAll(() => plant[Symbol.asyncDispose]());

const certificate = documentOf<HarborCertificateSpec>(harborCertificateSchema, "harbor", {
  issuer: { ownAuthority: { directory: "/store" } },
  hosts: ["harbor.example.com"],
  clients: [{ name: "nodes" }, { name: "others" }],
  crl: {},
  deliver: {
    files: [{ certificate: "/served/tls.crt", privateKey: "/served/tls.key", crl: "/served/ca.crl" }],
  },
});
const documentsOf = () => [
  certificate,
  documentOf(harborRegistrySchema, "main", {
    url: plant.harbor.url,
    credential: { environment: {} },
    tls: { ca: { pem: plant.caPem }, clientCertificate: { certificate: "harbor", client: "nodes" } },
  }),
  documentOf(nodeTrustSchema, "nodes", { registry: "main", runtimes: ["docker"] }),
];

/** A Harbor that asks nobody for a certificate, a CA of our own for clients, and this machine as the only node. */
async function scene() {
  const root = await mkdtemp(join(tmpdir(), "moorline-rotation-"));
  const documents = documentsOf();
  const environment = { HARBOR_USERNAME: "admin", HARBOR_PASSWORD: adminPassword };
  const world = testWorld({ documents, root, environment });
  const node = `/etc/docker/certs.d/${new URL(plant.harbor.url).host}/client.cert`;
  const read = async (path: string): Promise<string> =>
    (await world.host.readFile(path))?.bytes.toString("utf8") ?? "";
  return {
    world,
    context: (over: Partial<RotationContext> = {}): RotationContext => ({
      documents,
      world,
      isDry: false,
      isOnlyNode: true,
      stopping: signal,
      signal,
      ...over,
    }),
    read,
    /** Serial number of the certificate that the node shows. */
    shown: async () => serialOf(readCertificates(await read(node))[0]?.serialNumber ?? ""),
    /** What the lists that a server is given say, by issuer. */
    listed: async () =>
      readCrls(await read("/served/ca.crl")).map((list) => list.revoked.map((r) => serialOf(r.serialNumber))),
    /** What the node shows verifies against the CA, and is on no list: it would be let in. */
    isLetIn: async () => {
      const chainPem = await read(node);
      const { trust } = await gatherTrust(world);
      const leaf = readCertificates(chainPem)[0];
      const lists = readCrls(await read("/served/ca.crl"));
      const isListed = lists.some((l) =>
        l.revoked.some((r) => serialOf(r.serialNumber) === serialOf(leaf?.serialNumber ?? "")),
      );
      return (
        !isListed &&
        verifyChain({ chainPem, trustedPem: trust, purpose: "client", now: world.clock.now() }).ok
      );
    },
    [Symbol.asyncDispose]: async () => {
      await world[Symbol.asyncDispose]();
      await rm(root, { recursive: true, force: true });
    },
  };
}

async function gatherTrust(world: World): Promise<{ readonly trust: string }> {
  const { gather } = await import("../harbor-certificate/gather.ts");
  return { trust: (await gather(certificate, world, signal)).trust ?? "" };
}

async function made() {
  const at = await scene();
  const stage = { stage: message("rotation.ended"), only: ["HarborCertificate", "HarborRegistry"] };
  expect((await applyStage(stage, at.context())).outcome).toBe("done");
  expect((await nodesStage(message("rotation.ended"), at.context())).outcome).toBe("done");
  return at;
}

const outcomesOf = ({ stages }: RotationReport): readonly string[] =>
  stages.map((s) => `${s.stage.key.slice(9)} ${s.outcome}`);

describe("the rotation of client certificates", () => {
  test("revokes what it replaced once the new one is proved in use, and leaves what nobody proves", async () => {
    await using at = await made();
    const before = await at.shown();
    const report = await rotate("clients", [], 0, at.context());
    expect(outcomesOf(report)).toEqual([
      "replaceClients done",
      "clientsOnNodes done",
      "revokeClients done",
      "ended done",
    ]);
    expect(await at.shown()).not.toBe(before);
    expect(await at.listed()).toEqual([[before]]);
    expect(await at.isLetIn()).toBe(true);
    expect(report.stages[2]?.reason).toMatchObject({ parameters: { names: "others" } });
    // And by command, once somebody knows that it is in use.
    const serials = await revokeReplaced(certificate, "others", "superseded", at.world, signal);
    expect(serials).toHaveLength(1);
    expect(await revokeReplaced(certificate, "others", "superseded", at.world, signal)).toEqual([]);
  });

  test("revokes nothing where it is asked to keep the old ones", async () => {
    await using at = await made();
    const report = await rotate("clients", [], 0, at.context({ keepOld: true }));
    expect(outcomesOf(report)).toEqual(["replaceClients done", "clientsOnNodes done", "ended done"]);
    expect(await at.listed()).toEqual([[]]);
  });

  test("shows its steps in a dry run, and writes nothing", async () => {
    await using at = await made();
    const before = await at.shown();
    const { stages } = await rotate("clients", [], 0, at.context({ isDry: true }));
    const titles = stages.map((s) => s.steps.map((step) => step.title.key));
    expect(titles[0]).toEqual(["harborCertificate.issueClient", "harborCertificate.issueClient"]);
    expect(titles[1]).toEqual(["rotation.nodeStep"]);
    expect(titles[2]).toEqual(["rotation.revokeClient"]);
    expect(await at.shown()).toBe(before);
  });

  test(
    "cut off after any write, the next run ends with the new one in use and the old one revoked",
    { timeout: 240_000 },
    async () => {
      let ended = false;
      for (let cut = 0; !ended; cut++) {
        await using at = await made();
        const before = await at.shown();
        const { world, letIn } = cutAt(at.world, cut, at.isLetIn);
        const first = await rotate("clients", [], 0, at.context({ world })).catch(() => undefined);
        expect({ cut, letIn: letIn.every(Boolean) }).toEqual({ cut, letIn: true });
        ended = first?.outcome === "done";
        const second = ended ? first : await rotate("clients", [], 0, at.context());
        expect({ cut, outcome: second?.outcome }).toEqual({ cut, outcome: "done" });
        expect({ cut, listed: (await at.listed()).flat() }).toEqual({
          cut,
          listed: expect.arrayContaining([before]) as string[],
        });
        expect(await at.isLetIn()).toBe(true);
      }
    },
  );
});

class PowerCut extends Error {}

/** The same world, in which the power fails at the n-th write; after each before that, the node must be let in. */
function cutAt(
  world: World,
  cut: number,
  isLetIn: () => Promise<boolean>,
): { readonly world: World; readonly letIn: boolean[] } {
  let writes = 0;
  const letIn: boolean[] = [];
  const guard = async (work: () => Promise<void>): Promise<void> => {
    if (++writes > cut) throw new PowerCut();
    await work();
    letIn.push(await isLetIn());
  };
  const wrap = (host: Host): Host => ({
    ...host,
    writeFile: (...given) => guard(() => host.writeFile(...given)),
    remove: (...given) => guard(() => host.remove(...given)),
  });
  return {
    world: { ...world, host: wrap(world.host), documentsHost: wrap(world.documentsHost) },
    letIn,
  };
}

describe("the rollover of a CA", () => {
  test("lets the previous CA revoke until the trust in it ends, with a list of its own beside the new one's", async () => {
    await using at = await made();
    const before = await at.shown();
    // The stages up to the switch: another document's certificate holds the end of the old trust up.
    await at.world.host.writeFile("/store/elsewhere.server.pem", await at.read("/store/harbor.server.pem"), {
      mode: 0o600,
    });
    const waiting = await rotate("ca", [], 0, at.context());
    expect(outcomesOf(waiting).at(-1)).toBe("retireAuthority waiting");
    expect(waiting.stages.at(-1)?.reason).toMatchObject({ parameters: { documents: "elsewhere" } });
    expect(await at.shown()).not.toBe(before);
    expect(await at.listed()).toEqual([[], []]);

    expect(await revokeReplaced(certificate, "nodes", "keyCompromise", at.world, signal)).toEqual([before]);
    const stage = { stage: message("rotation.ended"), only: ["HarborCertificate"] };
    expect((await applyStage(stage, at.context())).outcome).toBe("done");
    expect(await at.listed()).toEqual([[], [before]]);
    expect((await applyStage(stage, at.context())).steps).toEqual([]);
    expect(await at.isLetIn()).toBe(true);

    await at.world.host.remove("/store/elsewhere.server.pem");
    expect((await rotate("ca", [], 0, at.context())).outcome).toBe("done");
    expect(await at.listed()).toEqual([[]]);
    const names = (await at.world.host.list("/store"))?.map((e) => e.name) ?? [];
    expect(names.filter((name) => name.startsWith("ca-"))).toEqual([]);
  });
});
