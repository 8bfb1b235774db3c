import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import type { Host } from "../src/clients/host/host.ts";
import { localHost } from "../src/clients/host/local.ts";
import { makePlan } from "../src/engine/plan.ts";
import { apply } from "../src/engine/apply.ts";
import { harborCertificate } from "../src/kinds/harbor-certificate/index.ts";
import type { CertificateDocument } from "../src/kinds/harbor-certificate/gathered.ts";
import { harborCertificateSchema } from "../src/kinds/harbor-certificate/schema.ts";
import { documentOf } from "../src/kinds/harbor-certificate/testing/world.ts";
import type { World } from "../src/kinds/world.ts";
import { MoorlineError } from "../src/model/errors.ts";
import { systemRandomBytes } from "../src/pki/serial.ts";
import { tryCommand } from "./command.ts";
import { startComposeHarbor, type ComposeHarbor } from "./testing/compose-harbor.ts";

// Harbor is stopped and started several times, and waits for others who use the same names of containers.
vi.setConfig({ testTimeout: 600_000 });

const signal = new AbortController().signal;
const kinds = [harborCertificate];

interface Site extends AsyncDisposable {
  readonly world: World;
  readonly document: CertificateDocument;
  readonly authorityPath: string;
  /** Lets every call to the machine pass through something. */
  through(change: (host: Host) => Host): void;
}

/** A CA of Moorline's in a folder, and the document that delivers to one Harbor. */
async function site(harbor: ComposeHarbor, compose: object = {}): Promise<Site> {
  const folder = await mkdtemp(join(tmpdir(), "moorline-rig-delivery-"));
  await mkdir(join(folder, "docs"));
  const plain = localHost({ environment: { PATH: process.env["PATH"], ...harbor.environment } });
  let host: Host = plain;
  const unused = (): never => {
    throw new MoorlineError("INTERNAL", { subject: "rig", parameters: { reason: "no such part" } });
  };
  const authorityPath = join(folder, "ca.crt");
  const document = documentOf(harborCertificateSchema, "compose", {
    issuer: { ownAuthority: { directory: join(folder, "ca") } },
    hosts: [harbor.hostName],
    deliver: {
      files: [{ ca: authorityPath }],
      compose: { directory: harbor.directory, httpsPort: harbor.port, ...compose },
    },
  });
  return {
    world: {
      clock: {
        now: () => new Date(),
        sleep: async (ms, until) => {
          await sleep(ms, undefined, { signal: until });
        },
      },
      random: { bytes: systemRandomBytes, fraction: Math.random },
      documents: { find: () => document },
      environment: () => undefined,
      get host() {
        return host;
      },
      documentsHost: plain,
      openHost: unused,
      kubernetes: unused,
      cluster: unused,
      endpoint: unused,
    },
    document,
    authorityPath,
    through: (change) => {
      host = change(plain);
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}

const planOf = (of: Site) => makePlan([of.document], kinds, of.world, { signal });

async function applied(of: Site) {
  const plan = await planOf(of);
  const result = await apply(plan, kinds, of.world);
  expect(result.documents.flatMap((d) => d.failures.map((f) => f.error.message))).toEqual([]);
  expect(result.documents.flatMap((d) => d.proofs.filter((p) => !p.ok))).toEqual([]);
  expect((await planOf(of)).documents.flatMap((d) => d.steps)).toEqual([]);
  return plan.documents.flatMap((d) => d.steps);
}

async function failing(of: Site) {
  const result = await apply(await planOf(of), kinds, of.world);
  return result.documents.flatMap((d) => d.failures.map((f) => f.error));
}

/** curl, with the document's own CA: what a client is shown verifies for the name that it uses. */
async function expectTrusted(of: Site, harbor: ComposeHarbor): Promise<void> {
  const url = `https://${harbor.host}/v2/`;
  const words = ["-s", "-o", "/dev/null", "-w", "%{http_code}", "--cacert", of.authorityPath, url];
  expect(await tryCommand(["curl", ...words])).toMatchObject({ stdout: "401" });
}

test("a Harbor on HTTP gets its certificate: section, prepare, new containers; then a renewal restarts nothing", async () => {
  await using harbor = await startComposeHarbor({ plain: true });
  await using of = await site(harbor);
  const steps = await applied(of);
  expect(steps.at(-1)).toMatchObject({ change: "restart", action: { type: "configure-compose" } });
  await expectTrusted(of, harbor);

  const [before, proxy] = [await harbor.served(), await harbor.proxy()];
  const key = join(harbor.dataVolume, "secret/cert/server.key");
  const inode = await stat(key);
  await rm(join(of.authorityPath, "../ca/compose.server.pem"));
  const renewal = await applied(of);
  expect(renewal.at(-1)).toMatchObject({ action: { type: "deliver-compose", activation: "reload" } });
  expect((await harbor.served()).serialNumber).not.toBe(before.serialNumber);
  expect(await harbor.proxy()).toEqual(proxy);
  const kept = await stat(key);
  expect([kept.ino, kept.mode, kept.uid]).toEqual([inode.ino, inode.mode, inode.uid]);
  await expectTrusted(of, harbor);

  // The trap: prepare replaces the folder that nginx has mounted.
  expect(await harbor.prepare()).toMatchObject({ status: 0 });
  expect((await planOf(of)).documents.map((d) => [d.steps.length, d.findings.map((f) => f.code)])).toEqual([
    [0, ["COMPOSE_PROXY_STALE"]],
  ]);
  await rm(join(of.authorityPath, "../ca/compose.server.pem"));
  const restart = await applied(of);
  expect(restart.at(-1)).toMatchObject({ action: { activation: "restart" } });
  await expectTrusted(of, harbor);
});

test("no connection is refused while a certificate is renewed", async () => {
  await using harbor = await startComposeHarbor();
  await using of = await site(harbor);
  let failed = 0;
  let asked = 0;
  const stop = new AbortController();
  const asking = (async () => {
    while (!stop.signal.aborted) {
      await harbor.served().then(
        () => asked++,
        () => failed++,
      );
      await sleep(20);
    }
  })();
  await applied(of);
  stop.abort();
  await asking;
  expect([failed, asked > 10]).toEqual([0, true]);
});

test.each<[string, (of: Site, harbor: ComposeHarbor) => Promise<void> | void, RegExp]>([
  [
    "an addition that nginx refuses with the new pair",
    (of, harbor) => {
      const addition = join(harbor.directory, "common/config/nginx/conf.d/harbor.https.own.conf");
      of.through((host) => ({
        ...host,
        overwriteInPlace: async (path, bytes) => {
          await host.overwriteInPlace(path, bytes);
          if (!path.endsWith("server.key")) return;
          const isNew = !(await readFile(addition, "utf8").catch(() => "")).includes("nonsense");
          await (isNew ? writeFile(addition, "nonsense;\n") : rm(addition, { force: true }));
        },
      }));
    },
    /unknown directive/,
  ],
  [
    "a full disk",
    (of) => {
      let isFull = true;
      of.through((host) => ({
        ...host,
        overwriteInPlace: async (path, bytes) => {
          if (isFull && path.endsWith("server.key")) {
            isFull = false;
            throw new MoorlineError("HOST_DISK_FULL", { subject: path, parameters: { reason: "ENOSPC" } });
          }
          await host.overwriteInPlace(path, bytes);
        },
      }));
    },
    /no room left/,
  ],
])("%s: everything is put back, and the old certificate serves", async (_what, spoil, said) => {
  await using harbor = await startComposeHarbor();
  await using of = await site(harbor);
  const before = await harbor.served();
  const files = [
    harbor.source.certificatePath,
    harbor.source.keyPath,
    join(harbor.dataVolume, "secret/cert/server.crt"),
  ];
  const read = () => Promise.all(files.map((path) => readFile(path, "utf8")));
  const texts = await read();
  await spoil(of, harbor);
  const errors = await failing(of);
  expect(errors.map((e) => e.code)).toEqual(["COMPOSE_DELIVERY_UNDONE"]);
  expect(errors[0]?.message).toMatch(said);
  expect(await read()).toEqual(texts);
  expect((await harbor.served()).serialNumber).toBe(before.serialNumber);
});

test("containers that do not come up: the old configuration is back, and Harbor serves as before", async () => {
  await using harbor = await startComposeHarbor();
  const source = {
    certificate: join(harbor.dataVolume, "new/a.crt"),
    privateKey: join(harbor.dataVolume, "new/a.key"),
  };
  await using of = await site(harbor, source);
  const yml = await readFile(join(harbor.directory, "harbor.yml"), "utf8");
  const before = await harbor.served();
  let isBroken = true;
  of.through((host) => ({
    ...host,
    run: async (argv, options) => {
      // An override that appears between prepare and up, with an image that is nowhere.
      const override = join(harbor.directory, "docker-compose.override.yml");
      if (isBroken && argv.includes("up")) {
        isBroken = false;
        await writeFile(override, "version: '2.3'\nservices:\n  proxy:\n    image: 127.0.0.1:1/nowhere:v0\n");
        const result = await host.run([argv[0], ...argv.slice(1, -2), "-f", override, "up", "-d"], options);
        await rm(override);
        return result;
      }
      return host.run(argv, options);
    },
  }));
  const errors = await failing(of);
  expect(errors.map((e) => e.code)).toEqual(["COMPOSE_DELIVERY_UNDONE"]);
  expect(await readFile(join(harbor.directory, "harbor.yml"), "utf8")).toBe(yml);
  expect((await harbor.served()).serialNumber).toBe(before.serialNumber);
});

test("a power cut after any write of a renewal, and a restart of nginx right then: the next run mends it", async () => {
  await using harbor = await startComposeHarbor();
  for (const cut of [1, 2, 3, 4]) {
    await using of = await site(harbor);
    let left = cut;
    of.through((host) => ({
      ...host,
      overwriteInPlace: async (path, bytes) => {
        if (left-- <= 0) throw new Error("power cut");
        await host.overwriteInPlace(path, bytes);
      },
      run: async (argv, options) => {
        if (left <= 0 && !argv.includes("ps") && !argv.includes("inspect")) throw new Error("power cut");
        return host.run(argv, options);
      },
      writeFile: async (path, bytes, attributes) => {
        if (left <= 0) throw new Error("power cut");
        await host.writeFile(path, bytes, attributes);
      },
      remove: async (path) => {
        if (left <= 0) throw new Error("power cut");
        await host.remove(path);
      },
    }));
    const died = await failing(of).catch((thrown: unknown) => [thrown]);
    expect(died).not.toEqual([]);
    await rm(join(harbor.directory, "moorline-backups/lock"), { recursive: true, force: true });
    await harbor.compose("restart", "proxy");
    of.through((host) => host);
    await applied(of);
    await expectTrusted(of, harbor);
  }
});
