import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Host } from "../../clients/host/host.ts";
import type { Secret } from "../../clients/kubernetes/object.ts";
import { resources } from "../../clients/kubernetes/resources.ts";
import { guardedWrites } from "../../clients/kubernetes/testing/cut-off.ts";
import { message } from "../../text/message.ts";
import { verifyChain } from "../../pki/verify.ts";
import { harborCertificateSchema } from "../harbor-certificate/schema.ts";
import { documentOf, folderWorld, type FolderWorld } from "../harbor-certificate/testing/world.ts";
import { startPlant, type Plant } from "../project-binding/testing/plant.ts";
import type { World } from "../world.ts";
import { rotate } from "./rotate.ts";
import { applyStage, type RotationContext } from "./stages.ts";

// The CA's key in a Secret, Harbor's certificate in another, and a node's files: as in a cluster.
const { signal } = new AbortController();
let plant: Plant;
let count = 0;
beforeAll(async () => {
  plant = await startPlant();
});
afterAll(() => plant[Symbol.asyncDispose]());

const documentIn = (namespace: string) =>
  documentOf(harborCertificateSchema, "harbor", {
    issuer: { ownAuthority: { secretRef: { namespace, name: "harbor-ca" } } },
    hosts: ["harbor.example.com"],
    clients: [{ name: "nodes" }],
    deliver: {
      secrets: [{ namespace, name: "harbor-tls" }],
      files: [
        { of: "nodes", certificate: "/node/client.crt", privateKey: "/node/client.key", ca: "/node/ca.crt" },
      ],
    },
  });

interface Site extends AsyncDisposable {
  readonly folder: FolderWorld;
  context(world?: World): RotationContext;
  marks(): Promise<{ readonly server: string; readonly client: string; readonly authorities: number }>;
  /** A pull, as a node would see it: what is served verifies against what the node trusts, and the other way round. */
  pullWorks(): Promise<boolean>;
}

async function site(): Promise<Site> {
  const namespace = `rotation-${++count}`;
  await plant.client.create(resources.namespaces, { metadata: { name: namespace } }, { signal });
  const document = documentIn(namespace);
  const folder = await folderWorld([document], { kubernetes: plant.client });
  const read = async (path: string): Promise<string> =>
    (await folder.world.host.readFile(path))?.bytes.toString("utf8") ?? "";
  const marks: Site["marks"] = async () => {
    const at = { namespace, name: "harbor-tls" };
    const secret = await plant.client.get<Secret>(resources.secrets, at, signal);
    return {
      server: Buffer.from(secret?.data?.["tls.crt"] ?? "", "base64").toString("utf8"),
      client: await read("/node/client.crt"),
      authorities: (await read("/node/ca.crt")).split("BEGIN CERTIFICATE").length - 1,
    };
  };
  const made: Site = {
    folder,
    context: (world = folder.world) => ({
      documents: [document],
      world,
      isDry: false,
      isOnlyNode: true,
      stopping: signal,
      signal,
    }),
    marks,
    pullWorks: async () => {
      const { server, client } = await marks();
      const trust = await read("/node/ca.crt");
      const now = folder.world.clock.now();
      const common = { trustedPem: trust, now } as const;
      return [
        verifyChain({ ...common, chainPem: server, purpose: "server", hostname: "harbor.example.com" }),
        verifyChain({ ...common, chainPem: client, purpose: "client" }),
      ].every((verdict) => verdict.ok);
    },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
  const stage = { stage: message("rotation.ended"), only: ["HarborCertificate"] };
  expect((await applyStage(stage, made.context())).outcome).toBe("done");
  return made;
}

class PowerCut extends Error {}

/** The same world, in which the power fails at the n-th write, to a machine or to the cluster. */
function cutAt(at: Site, cut: number): { readonly world: World; readonly pulls: boolean[] } {
  let writes = 0;
  const pulls: boolean[] = [];
  const guard = async <T>(write: () => Promise<T>): Promise<T> => {
    if (++writes > cut) throw new PowerCut();
    const answer = await write();
    pulls.push(await at.pullWorks());
    return answer;
  };
  const wrap = (host: Host): Host => ({
    ...host,
    writeFile: (...given) => guard(() => host.writeFile(...given)),
    remove: (...given) => guard(() => host.remove(...given)),
  });
  const { world } = at.folder;
  const client = guardedWrites(plant.client, guard);
  return {
    pulls,
    world: {
      ...world,
      host: wrap(world.host),
      documentsHost: wrap(world.documentsHost),
      kubernetes: () => Promise.resolve(client),
    },
  };
}

describe.each([
  ["server", { server: true, client: false }],
  ["clients", { server: false, client: true }],
  ["ca", { server: true, client: true }],
] as const)("the rotation of %s with a CA in a Secret", (rotation, changes) => {
  test(
    "cut off after any write, the next run reaches the same end, and pulls work in between",
    { timeout: 240_000 },
    async () => {
      let ended = false;
      let cut = 0;
      for (; !ended; cut++) {
        await using at = await site();
        const before = await at.marks();
        const { world, pulls } = cutAt(at, cut);
        const first = await rotate(rotation, [], 0, at.context(world)).catch(() => undefined);
        expect({ cut, pulls: pulls.every(Boolean) }).toEqual({ cut, pulls: true });
        ended = first?.outcome === "done";
        const second = ended ? first : await rotate(rotation, [], 0, at.context());
        expect({ cut, outcome: second?.outcome }).toEqual({ cut, outcome: "done" });
        expect(await at.pullWorks()).toBe(true);
        const after = await at.marks();
        expect({ cut, authorities: after.authorities }).toEqual({ cut, authorities: 1 });
        expect(after.server !== before.server).toBe(changes.server);
        expect(after.client !== before.client).toBe(changes.client);
      }
      expect(cut).toBeGreaterThan(3);
    },
  );
});
