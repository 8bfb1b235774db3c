import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, createSecureContext, createServer, type SecureContext } from "node:tls";
import { pipeline } from "node:stream/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Host } from "../../clients/host/host.ts";
import { localHost } from "../../clients/host/local.ts";
import { message } from "../../text/message.ts";
import { verifyChain } from "../../pki/verify.ts";
import { harborCertificateSchema } from "../harbor-certificate/schema.ts";
import { documentOf } from "../harbor-certificate/testing/world.ts";
import { harborRegistrySchema } from "../harbor-registry/schema.ts";
import { testWorld } from "../harbor-registry/testing/world.ts";
import { nodeTrustSchema } from "../node-trust/schema.ts";
import { adminPassword, startPlant, type Plant } from "../project-binding/testing/plant.ts";
import type { World } from "../world.ts";
import { nodesStage } from "./nodes-stage.ts";
import { rotate } from "./rotate.ts";
import { applyStage, type RotationContext } from "./stages.ts";

const { signal } = new AbortController();
const names = ["node-a", "node-b"];
let plant: Plant;
beforeAll(async () => {
  plant = await startPlant();
});
afterAll(() => plant[Symbol.asyncDispose]());

/**
 * Harbor behind a server that shows what certificate lies in a folder, whenever somebody comes. While the two files
 * belong to two pairs it shows the last pair, as a server that reads its files only when told to.
 */
async function front(root: string): Promise<AsyncDisposable & { readonly port: number }> {
  const file = (name: string) => readFile(join(root, "served", name), "utf8");
  let last: SecureContext | undefined;
  const pair = async (): Promise<SecureContext | undefined> => {
    try {
      last = createSecureContext({ cert: await file("tls.crt"), key: await file("tls.key") });
    } catch {
      // Half written: the last pair goes on.
    }
    return last;
  };
  const server = createServer({
    SNICallback: (_name, give) => {
      void pair().then((context) => give(context === undefined ? new Error("no pair yet") : null, context));
    },
  });
  server.on("secureConnection", (socket) => {
    const harbor = connect({ host: "localhost", port: plant.harbor.port, ca: plant.caPem });
    const ended = (): void => {
      socket.destroy();
      harbor.destroy();
    };
    void pipeline(socket, harbor).then(ended, ended);
    void pipeline(harbor, socket).then(ended, ended);
  });
  server.on("tlsClientError", () => undefined);
  server.listen(0, "localhost");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      server.close();
      await once(server, "close");
    },
  };
}

interface Site extends AsyncDisposable {
  readonly world: World;
  context(world?: World): RotationContext;
  /** Each node trusts what is served. */
  pullsWork(): Promise<boolean>;
  marks(): Promise<{ readonly served: string; readonly authorities: readonly number[] }>;
}

async function site(): Promise<Site> {
  await using stack = new AsyncDisposableStack();
  const root = await mkdtemp(join(tmpdir(), "moorline-ssh-nodes-"));
  stack.defer(() => rm(root, { recursive: true, force: true }));
  for (const name of names) await mkdir(join(root, name));
  const { port } = stack.use(await front(root));
  const registry = `localhost:${port}`;
  const documents = [
    documentOf(harborCertificateSchema, "harbor", {
      issuer: { ownAuthority: { directory: "/store" } },
      hosts: ["localhost"],
      deliver: { files: [{ certificate: "/served/tls.crt", privateKey: "/served/tls.key" }] },
    }),
    documentOf(harborRegistrySchema, "main", {
      url: `https://${registry}`,
      credential: { environment: {} },
      tls: { ca: { certificate: "harbor" } },
      kubesphere: { trustCa: "never" },
    }),
    documentOf(nodeTrustSchema, "nodes", {
      registry: "main",
      runtimes: ["docker"],
      nodes: names.map((name) => ({ name, on: { ssh: { host: name, identityFile: "id" } } })),
    }),
  ];
  const environment = { HARBOR_USERNAME: "admin", HARBOR_PASSWORD: adminPassword };
  const plain = stack.use(testWorld({ documents, root, environment }));
  const world: World = {
    ...plain,
    openHost: ({ ssh }) => Promise.resolve(localHost({ root: join(root, ssh.host), name: ssh.host })),
  };
  const text = (path: string) => readFile(join(root, path), "utf8").catch(() => "");
  const trusted = (name: string) => text(join(name, "etc/docker/certs.d", registry, "ca.crt"));
  const marks: Site["marks"] = async () => ({
    served: await text("served/tls.crt"),
    authorities: (await Promise.all(names.map(trusted))).map((pem) => pem.split("BEGIN CERT").length - 1),
  });
  const context: Site["context"] = (here = world) => ({
    documents,
    world: here,
    isDry: false,
    isOnlyNode: false,
    stopping: signal,
    signal,
  });
  const ended = message("rotation.ended");
  const stage = { stage: ended, only: ["HarborCertificate", "HarborRegistry"] };
  expect((await applyStage(stage, context())).outcome).toBe("done");
  expect((await nodesStage(ended, context())).outcome).toBe("done");
  const owned = stack.move();
  return {
    world,
    context,
    marks,
    pullsWork: async () => {
      const { served } = await marks();
      const pems = await Promise.all(names.map(trusted));
      const now = world.clock.now();
      return pems.every(
        (trustedPem) =>
          verifyChain({ chainPem: served, trustedPem, purpose: "server", hostname: "localhost", now }).ok,
      );
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

class PowerCut extends Error {}

/** The same world, in which the power fails at the n-th write to whatever machine. */
function cutAt(at: Site, cut: number): { readonly world: World; readonly pulls: boolean[] } {
  let writes = 0;
  const pulls: boolean[] = [];
  const guard = async (write: () => Promise<void>): Promise<void> => {
    if (++writes > cut) throw new PowerCut();
    await write();
    pulls.push(await at.pullsWork());
  };
  const wrap = (host: Host): Host => ({
    ...host,
    writeFile: (...given) => guard(() => host.writeFile(...given)),
    remove: (...given) => guard(() => host.remove(...given)),
  });
  const { world } = at;
  return {
    pulls,
    world: {
      ...world,
      host: wrap(world.host),
      documentsHost: wrap(world.documentsHost),
      openHost: async (...given) => wrap(await world.openHost(...given)),
    },
  };
}

test("the rollover of a CA over nodes by SSH, cut off after any write, comes to its end, and each node pulls in between", async () => {
  let ended = false;
  let cut = 0;
  for (; !ended; cut++) {
    await using at = await site();
    const before = await at.marks();
    const { world, pulls } = cutAt(at, cut);
    const first = await rotate("ca", [], 0, at.context(world)).catch(() => undefined);
    expect({ cut, pulls: pulls.every(Boolean), works: await at.pullsWork() }).toEqual({
      cut,
      pulls: true,
      works: true,
    });
    ended = first?.outcome === "done";
    const second = ended ? first : await rotate("ca", [], 0, at.context());
    expect({ cut, outcome: second?.outcome }).toEqual({ cut, outcome: "done" });
    const after = await at.marks();
    expect(after.served).not.toBe(before.served);
    expect({ cut, authorities: after.authorities }).toEqual({ cut, authorities: [1, 1] });
    expect(await at.pullsWork()).toBe(true);
  }
  expect(cut).toBeGreaterThan(5);
});
