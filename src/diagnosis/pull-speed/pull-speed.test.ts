import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openEndpoint } from "../../clients/http/endpoint.ts";
import { makeAuthority } from "../../clients/http/testing/certificates.ts";
import { createRegistryClient } from "../../clients/registry/client.ts";
import { Sensitive } from "../../model/sensitive.ts";
import { startHarbor, type Harbor } from "../../sandbox/harbor/harbor.ts";
import { seedImage } from "../../sandbox/harbor/seed.ts";
import { judgePull } from "./judge.ts";
import { measurePull, type PullTarget } from "./measure.ts";
import type { PullMeasurement } from "./measurement.ts";

const mebibyte = 1024 * 1024;
const good: PullMeasurement = {
  image: "harbor.example.com/team/app:1",
  stages: { resolve: 1, connect: 1, handshake: 5, token: 20, manifest: 20 },
  layers: [30 * mebibyte, 20 * mebibyte],
  downloads: [
    { connections: 1, bytes: 50 * mebibyte, ms: 500, cut: false },
    { connections: 3, bytes: 50 * mebibyte, ms: 450, cut: false },
  ],
  nodes: [{ node: "node-1", serializeImagePulls: false, registryPullQps: 50, registryBurst: 100 }],
};
const codes = (change: Partial<PullMeasurement>): string[] =>
  judgePull({ ...good, ...change }).map((f) => f.code);
const stages = (change: Partial<PullMeasurement["stages"]>): string[] =>
  codes({ stages: { ...good.stages, ...change } });

describe("what is said of a pull", () => {
  test("nothing of one that is quick", () => {
    expect(judgePull(good)).toEqual([]);
  });

  test.each([
    ["a name server that does not answer", stages({ resolve: 5000 }), ["PULL_NAME_SLOW"]],
    ["a registry far away", stages({ connect: 180, handshake: 380, token: 700 }), ["PULL_FAR_AWAY"]],
    ["a busy proxy", stages({ handshake: 400 }), ["PULL_HANDSHAKE_SLOW"]],
    ["a slow LDAP", stages({ token: 2500 }), ["PULL_TOKEN_SLOW"]],
    ["a slow upstream", stages({ manifest: 1800 }), ["PULL_MANIFEST_SLOW"]],
    ["an image not cached", codes({ cached: false }), ["PULL_FROM_UPSTREAM"]],
    [
      "a limit of each connection",
      codes({
        downloads: [
          { connections: 1, bytes: 50 * mebibyte, ms: 4000, cut: false },
          { connections: 3, bytes: 50 * mebibyte, ms: 1400, cut: false },
        ],
      }),
      ["PULL_CONNECTION_HELD_BACK"],
    ],
    [
      "a slow link",
      codes({ downloads: [{ connections: 1, bytes: 15 * mebibyte, ms: 15_000, cut: true }] }),
      ["PULL_LINK_SLOW"],
    ],
    ["one large layer", codes({ layers: [900 * mebibyte, mebibyte] }), ["PULL_ONE_LARGE_LAYER"]],
    [
      "a kubelet as it comes",
      codes({ nodes: [{ node: "n", serializeImagePulls: true, registryPullQps: 5, registryBurst: 10 }] }),
      ["NODE_PULLS_ONE_BY_ONE", "NODE_PULL_RATE_LOW"],
    ],
    ["a kubelet that does not tell", codes({ nodes: [{ node: "n" }] }), []],
    [
      "a tiny image, whose rate tells nothing",
      codes({ layers: [100], downloads: [{ connections: 1, bytes: 100, ms: 50, cut: false }] }),
      [],
    ],
  ])("%s", (_, found, wanted) => {
    expect(found).toEqual(wanted);
  });

  test("any measurement gives findings whose numbers are numbers", () => {
    const number = fc.double({ min: 0, max: 1e9, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(fc.nat(2 ** 31)),
        fc.array(
          fc.record({
            connections: fc.constantFrom(1, 3, 6),
            bytes: fc.nat(2 ** 31),
            ms: number,
            cut: fc.boolean(),
          }),
        ),
        fc.record({ connect: number, handshake: number, token: number, manifest: number }),
        (layers, downloads, measured) => {
          const said = JSON.stringify(judgePull({ ...good, layers, downloads, stages: measured }));
          expect(said).not.toMatch(/NaN|null|Infinity/);
        },
      ),
    );
  });
});

describe("measuring", () => {
  const directory = mkdtempSync(join(tmpdir(), "moorline-speed-"));
  const password = new Sensitive("Sandbox-Admin-12345");
  let harbor: Harbor;
  let target: PullTarget;
  beforeAll(async () => {
    const authority = makeAuthority();
    const pair = authority.issue({ san: "DNS:localhost,IP:127.0.0.1" });
    harbor = await startHarbor({
      directory,
      hostname: "localhost",
      port: 0,
      tls: { certificatePem: pair.certificate, privateKeyPem: new Sensitive(pair.key) },
      adminPassword: password,
    });
    const files = [{ path: "data", content: "x".repeat(2 * mebibyte) }];
    await seedImage(harbor, { project: "library", repository: "app", tag: "1", files });
    const tls = { ca: authority.certificate };
    target = {
      host: "localhost",
      port: harbor.port,
      tls,
      repository: "library/app",
      reference: "1",
      open: (connections) => {
        const endpoint = openEndpoint(harbor.url, { tls, connections });
        const client = createRegistryClient(endpoint, { username: "admin", password });
        return { ...client, [Symbol.asyncDispose]: () => endpoint[Symbol.asyncDispose]() };
      },
    };
  });
  afterAll(async () => {
    await harbor[Symbol.asyncDispose]();
    rmSync(directory, { recursive: true, force: true });
  });
  const never = new AbortController().signal;

  test("a pull's stages and bytes are those of the image", async () => {
    const measured = await measurePull(target, () => performance.now(), never);
    expect(measured.layers).toHaveLength(1);
    expect(measured.downloads).toEqual([
      { connections: 1, bytes: measured.layers[0], ms: expect.any(Number), cut: false },
    ]);
    expect(Object.keys(measured.stages).toSorted()).toEqual([
      "connect",
      "handshake",
      "manifest",
      "resolve",
      "token",
    ]);
  });

  test("a download ends where enough came", async () => {
    const limits = { bytes: 64 * 1024, ms: 30_000 };
    const { downloads } = await measurePull(target, () => performance.now(), never, limits);
    expect(downloads[0]?.cut).toBe(true);
    expect(downloads[0]?.bytes).toBeLessThan(2 * mebibyte);
  });

  test("what a pull would fail of, measuring fails of", async () => {
    const absent = measurePull({ ...target, reference: "absent" }, () => performance.now(), never);
    await expect(absent).rejects.toMatchObject({ code: "REGISTRY_NOT_FOUND" });
  });
});
