import { describe, expect, test } from "vitest";
import { createAuthority } from "../../../../pki/authority.ts";
import { issueServer } from "../../../../pki/leaf.ts";
import { Sensitive } from "../../../../model/sensitive.ts";
import { exportPrivateKey, generateKey } from "../../../../pki/key.ts";
import { plan } from "../../plan.ts";
import type { ObservedCertificate } from "../../observed.ts";
import { harborCertificateSchema } from "../../schema.ts";
import { openStore } from "../../store.ts";
import { documentOf, folderWorld } from "../../testing/world.ts";
import { acmeEntries, endingOrders, keepOrder, keptOrder } from "./order-state.ts";
import { serverOf } from "./solvers.ts";
import { publicRootOf } from "./trust.ts";

const acme = (more: object = {}): object => ({
  server: "https://acme.example.com/dir",
  termsOfServiceAgreed: true,
  directory: "store",
  challenge: { http01: {} },
  authority: { publicRoots: true },
  ...more,
});
const spec = (more: object = {}, issuer: object = {}): object => ({
  issuer: { acme: acme(issuer) },
  hosts: ["harbor.example.com"],
  ...more,
});
const complaintsOf = (value: object): readonly string[] =>
  harborCertificateSchema.spec.safeParse(value).error?.issues.map((issue) => issue.message) ?? [];

describe("a document that asks for ACME", () => {
  test("says little, and gets the listener on port 80", () => {
    expect(complaintsOf(spec())).toEqual([]);
  });

  test.each<[string, object, RegExp]>([
    ["no agreement to the terms", spec({}, { termsOfServiceAgreed: false }), /must be true/],
    ["clients", spec({ clients: [{ name: "nodes" }] }), /server certificates only/],
    ["a revocation list", spec({ crl: {} }), /server certificates only/],
    ["a wildcard over HTTP", spec({ hosts: ["*.example.com"] }), /proved by dns01 alone/],
    [
      "an address over DNS",
      spec({ ipAddresses: ["10.0.0.7"] }, { challenge: { dns01: { hook: { command: ["/bin/hook"] } } } }),
      /proved by http01 alone/,
    ],
    ["two ways to prove", spec({}, { challenge: { http01: {}, dns01: {} } }), /exactly one of/],
    ["plain HTTP", spec({}, { server: "http://acme.example.com/dir" }), /Invalid URL/],
    ["no trust", spec({}, { authority: {} }), /exactly one of file, secretRef, pem and publicRoots/],
    ["two stores", spec({}, { secretRef: { namespace: "a", name: "b" } }), /directory and secretRef/],
  ])("with %s is refused in words", (_what, value, words) => {
    expect(complaintsOf(value).join("\n")).toMatch(words);
  });
});

const observed = (pair: { notBefore: string; notAfter: string }): ObservedCertificate => ({
  pairs: {
    server: {
      digest: "",
      ...pair,
      commonName: "",
      dnsNames: ["harbor.example.com"],
      ipAddresses: [],
      keyType: "ECDSA_P256",
      verifies: true,
    },
  },
  files: [],
  secrets: [],
  exposed: [],
  store: "/store",
  acme: { hasAccount: true },
});

describe("a renewal that does not come about", () => {
  const document = documentOf(harborCertificateSchema, "main", spec());
  const state = observed({ notBefore: "2026-01-01T00:00:00Z", notAfter: "2026-04-01T00:00:00Z" });
  test.each([
    ["2026-02-28T00:00:00Z", [], 0],
    ["2026-03-03T00:00:00Z", [], 1],
    ["2026-03-13T00:00:00Z", ["CERTIFICATE_RENEWAL_LATE"], 1],
    ["2026-03-23T00:00:00Z", ["CERTIFICATE_RENEWAL_URGENT"], 1],
    ["2026-04-02T00:00:00Z", ["CERTIFICATE_EXPIRED_UNRENEWED"], 1],
  ])("on %s is told as %j, and stays planned", (now, codes, steps) => {
    const made = plan(document, state, new Date(now));
    expect([made.findings.map((f) => f.code), made.steps.length]).toEqual([codes, steps]);
  });

  test("and what is missing first is the account", () => {
    const made = plan(document, { ...state, pairs: {}, acme: { hasAccount: false } }, new Date());
    expect(made.steps.map((s) => [s.id, s.after])).toEqual([
      ["account", []],
      ["certificate/server", ["account"]],
    ]);
  });
});

describe("an order under way", () => {
  const purpose = { server: "https://acme.example.com/dir", names: "a b", keyType: "ECDSA_P256" };
  const url = "https://acme.example.com/order/1";

  test("is found again for the same purpose only, and ends with its pair", async () => {
    await using machine = await folderWorld([]);
    const signal = new AbortController().signal;
    const place = await openStore({ directory: "/store" }, "/docs", machine.world, signal);
    const store = endingOrders(place, "main", (entry) => entry === "main.server.pem");
    const key = await exportPrivateKey(await generateKey("ECDSA_P256"));
    await keepOrder(store, "main", purpose, url, key);
    expect((await keptOrder(store, "main", purpose))?.url).toBe(url);
    expect(await keptOrder(store, "main", { ...purpose, names: "a" })).toBeUndefined();
    expect(await keptOrder(store, "main", { ...purpose, keyType: "RSA_2048" })).toBeUndefined();
    await store.write("main.server.pem", new Sensitive("x"));
    expect(await store.read(acmeEntries.order("main"))).toBeUndefined();
  });

  test.each(["", "{}", "nonsense", JSON.stringify({ ...purpose, url, privateKey: "no key" })])(
    "that is damaged (%j) counts as none",
    async (text) => {
      await using machine = await folderWorld([]);
      const signal = new AbortController().signal;
      const store = await openStore({ directory: "/store" }, "/docs", machine.world, signal);
      await store.write(acmeEntries.order("main"), new Sensitive(text));
      expect(await keptOrder(store, "main", purpose)).toBeUndefined();
    },
  );
});

test("the public CA that a chain leads to is found, and none where it leads to none", async () => {
  const now = new Date("2026-06-01T00:00:00Z");
  const make = (commonName: string) =>
    createAuthority({ commonName, keyType: "ECDSA_P256", validityDays: 100, pathLength: 0, now });
  const [one, two] = await Promise.all([make("One"), make("Two")]);
  const options = {
    keyType: "ECDSA_P256",
    validityDays: 10,
    now,
    dnsNames: ["a.example"],
    ipAddresses: [],
  } as const;
  const { chainPem } = await issueServer(two, options);
  const roots = [one.certificatePem, two.certificatePem];
  expect(publicRootOf(chainPem, roots)).toBe(two.certificatePem);
  expect(publicRootOf(chainPem, [one.certificatePem])).toBeUndefined();
  expect(publicRootOf(chainPem)).toBeUndefined();
});

test.each([
  ["ns1.example.com", { host: "ns1.example.com", port: 53 }],
  ["192.0.2.1:5353", { host: "192.0.2.1", port: 5353 }],
  ["[2001:db8::1]", { host: "2001:db8::1", port: 53 }],
  ["[2001:db8::1]:54", { host: "2001:db8::1", port: 54 }],
])("the server %s is %j", (text, server) => {
  expect(serverOf(text)).toEqual(server);
});
