import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openEndpoint, type HttpEndpoint } from "../src/clients/http/endpoint.ts";
import type { Host } from "../src/clients/host/host.ts";
import { apply } from "../src/engine/apply.ts";
import { makePlan } from "../src/engine/plan.ts";
import { harborCertificate } from "../src/kinds/harbor-certificate/index.ts";
import { harborCertificateSchema } from "../src/kinds/harbor-certificate/schema.ts";
import { documentOf, folderWorld } from "../src/kinds/harbor-certificate/testing/world.ts";
import type { World } from "../src/kinds/world.ts";
import { serveFolder, startNamed, startPebble, type NameServer, type Pebble } from "./testing/acme.ts";

let names: NameServer;
let pebble: Pebble;

beforeAll(async () => {
  names = await startNamed();
  pebble = await startPebble({ dnsPort: names.port });
});

afterAll(async () => {
  await pebble[Symbol.asyncDispose]();
  await names[Symbol.asyncDispose]();
});

/** Not a MoorlineError: the engine takes it for the crash that it stands for. */
class PowerCut extends Error {}

/** Counts what leaves the program; after the given number nothing works any more, as after a power cut. */
function power(operations: number) {
  let left = operations;
  const counted = async <T>(work: () => Promise<T>): Promise<T> => {
    if (left <= 0) throw new PowerCut();
    const done = await work();
    left -= 1;
    // It happened, and nobody heard of it.
    if (left <= 0) throw new PowerCut();
    return done;
  };
  return { counted, isOut: () => left <= 0 };
}

type Power = ReturnType<typeof power>;

/** Hands each call of the named methods to `counted`. */
function through<T extends object>(target: T, methods: readonly (keyof T)[], { counted }: Power): T {
  return new Proxy(target, {
    get: (object, property) => {
      const value: unknown = Reflect.get(object, property, object);
      if (typeof value !== "function") return value;
      const call = (...given: unknown[]): unknown => Reflect.apply(value, object, given);
      if (!methods.includes(property as keyof T)) return call;
      return (...given: unknown[]) => counted(async () => call(...given));
    },
  });
}

const writes: readonly (keyof Host)[] = ["writeFile", "remove", "makeDirectory", "overwriteInPlace"];

test("cut off after each request and each write, the next run reaches the end, with one order more at most", async () => {
  let cuts = 0;
  let finishedOrders = 0;
  const placed: number[] = [];
  for (let after = 1; ; after++) {
    const machine = await folderWorld([]);
    await using _machine = machine;
    await mkdir(join(machine.root, "www"));
    await using _server = await serveFolder(join(machine.root, "www"), pebble.httpPort);
    const document = documentOf(harborCertificateSchema, "main", {
      issuer: {
        acme: {
          server: pebble.directoryUrl,
          termsOfServiceAgreed: true,
          ca: { pem: pebble.tlsAuthority },
          directory: "/store",
          challenge: { http01: { webroot: { directory: "/www" } } },
          authority: { pem: pebble.root },
        },
      },
      hosts: ["one.acme.test", "two.acme.test"],
      deliver: { files: [{ certificate: "/tls.crt", privateKey: "/tls.key" }] },
    });
    const run = async (supply: Power) => {
      const endpoints: HttpEndpoint[] = [];
      const world: World = {
        ...machine.world,
        clock: { now: () => new Date(), sleep: (ms, signal) => sleep(ms, undefined, { signal }) },
        host: through(machine.world.host, writes, supply),
        documentsHost: through(machine.world.documentsHost, writes, supply),
        endpoint: (url, tls) => {
          const opened = openEndpoint(url, { tls });
          endpoints.push(opened);
          return through(opened, ["request"], supply);
        },
      };
      const options = { signal: new AbortController().signal };
      const plan = await makePlan([document], [harborCertificate], world, options);
      const result = await apply(plan, [harborCertificate], world);
      for (const opened of endpoints) await opened[Symbol.asyncDispose]();
      return result;
    };

    const before = pebble.orders();
    const supply = power(after);
    await run(supply);
    if (!supply.isOut()) break;
    cuts += 1;
    const result = await run(power(Number.POSITIVE_INFINITY));
    const failures = result.documents.flatMap((d) => d.failures.map((f) => f.error.message));
    const left = await readdir(join(machine.root, "www"));
    expect({ after, failures, ok: result.ok, left }).toEqual({ after, failures: [], ok: true, left: [] });
    // Cut off between the pair and the end of its order, the order lies there until the next renewal.
    const kept = await readdir(join(machine.root, "store"));
    if (kept.includes("main.acme-order.json")) finishedOrders += 1;
    expect(
      kept.filter((entry) => entry !== "main.acme-order.json"),
      `after ${after}`,
    ).toEqual(["acme-account.pem", "main.server.pem"]);
    placed.push(pebble.orders() - before);
  }
  // Account, order, two names, request and download take more than this, each with its writes.
  expect(cuts).toBeGreaterThan(25);
  expect(finishedOrders).toBeLessThanOrEqual(1);
  // An order is lost only where its URL never arrived or was never written.
  expect(placed.every((count) => count >= 1 && count <= 2)).toBe(true);
  expect(placed.filter((count) => count === 2).length).toBeLessThanOrEqual(3);
}, 240_000);
