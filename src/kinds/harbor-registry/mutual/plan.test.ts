import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Document } from "../../../model/document.ts";
import { harborRegistrySchema, type HarborRegistrySpec } from "../schema.ts";
import type { NodeVerdict } from "./judge.ts";
import type { ObservedCompose, ObservedIngress, ObservedWanted } from "./observed.ts";
import { planMutual, planMutualRemoval } from "./plan.ts";
import { coverable, type MutualMode } from "./schema.ts";

function document(mutual: MutualMode, mutualTls: object = {}, by: object = {}): Document<HarborRegistrySpec> {
  const spec = harborRegistrySchema.spec.parse({
    url: "https://harbor.example.com",
    credential: { environment: {} },
    deployment: Object.keys(by).length > 0 ? by : { compose: { directory: "/opt/harbor" } },
    tls: { mutual, mutualTls, ca: { pem: "-----BEGIN" } },
  });
  const metadata = { name: "main", labels: {}, annotations: {} };
  const source = { name: "test.yaml", line: 1, column: 1, directory: "/" };
  return { apiVersion: "moorline.io/v1alpha1", kind: "HarborRegistry", metadata, spec, source };
}

const proved: NodeVerdict = { node: "node1", state: "proved" };
const wanted: ObservedWanted = {
  observe: { "ca.pem": "a", "http.conf": "o", "server.conf": "s" },
  enforce: { "ca.pem": "a", "http.conf": "e", "server.conf": "s" },
  own: "good",
  trusts: ["nodes"],
  nodes: [proved],
  outsiders: [],
};
const observing: ObservedCompose = {
  by: "compose",
  at: "localhost:/opt/harbor",
  directory: "/etc/moorline/harbor/main",
  current: "observe",
  covered: [],
  running: true,
  mounted: true,
  way: "mounts",
  visible: true,
  files: wanted.observe,
  loaded: true,
  log: "short",
  wanted,
};
const enforcing: ObservedCompose = {
  ...observing,
  current: "enforce",
  covered: ["registry"],
  files: wanted.enforce,
};
const { wanted: _, ...unmanaged } = observing;
const nothing: ObservedCompose = {
  ...observing,
  current: "absent",
  mounted: false,
  way: "folder",
  visible: false,
  files: {},
  loaded: false,
};

const idsOf = (mode: MutualMode, observed: ObservedCompose, settings: object = {}): string[] =>
  planMutual(document(mode, settings), observed).steps.map((s) => s.id);
const actionsOf = (mode: MutualMode, observed: ObservedCompose): unknown[] =>
  planMutual(document(mode), observed).steps.map((s) => ("mode" in s.action ? s.action.mode : s.action.type));
const codesOf = (mode: MutualMode, observed: ObservedCompose): string[] =>
  planMutual(document(mode), observed).findings.map((f) => f.code);

const verdicts: fc.Arbitrary<NodeVerdict> = fc.constantFrom<NodeVerdict[]>(
  proved,
  { node: "node2", state: "unseen" },
  { node: "node3", state: "address-unknown" },
  { node: "node4", state: "without", program: "docker", address: "10.0.0.4" },
  {
    node: "node5",
    state: "failed",
    program: "docker",
    address: "10.0.0.5",
    reason: "certificate has expired",
  },
);
const digests = fc.record(
  {
    "ca.pem": fc.constantFrom("a", "b"),
    "http.conf": fc.constantFrom("o", "e", "x"),
    "server.conf": fc.constantFrom("s", "x"),
  },
  { requiredKeys: [] },
);
const observations: fc.Arbitrary<ObservedCompose> = fc.record({
  by: fc.constant("compose" as const),
  at: fc.constant("localhost:/opt/harbor"),
  directory: fc.constant("/etc/moorline/harbor/main"),
  current: fc.constantFrom("absent", "off", "observe", "enforce", "unknown"),
  covered: fc.subarray([...coverable]),
  running: fc.boolean(),
  mounted: fc.boolean(),
  way: fc.constantFrom("mounts", "folder", "neither"),
  visible: fc.boolean(),
  files: digests,
  loaded: fc.boolean(),
  log: fc.constantFrom("short", "long", "huge"),
  wanted: fc.record({
    observe: fc.constant(wanted.observe),
    enforce: fc.constant(wanted.enforce),
    own: fc.constantFrom("good", "none", "untrusted"),
    trusts: fc.constant(["nodes"]),
    nodes: fc.array(verdicts, { maxLength: 4 }),
    outsiders: fc.constant([]),
  }),
});

describe("mutual TLS is planned", () => {
  test.each<[string, MutualMode, ObservedCompose, readonly string[]]>([
    ["from nothing: the mounts, then observing", "observe", nothing, ["mutual-mount", "observe"]],
    ["from nothing to enforce: observing first", "enforce", nothing, ["mutual-mount", "observe"]],
    ["not at all where it is so", "observe", observing, []],
    ["to enforce once every node was seen", "enforce", observing, ["enforce"]],
    [
      "not to enforce before nginx has loaded what it observes with",
      "enforce",
      { ...observing, loaded: false },
      ["observe"],
    ],
    ["not at all where it is enforced", "enforce", enforcing, []],
    ["back to observing", "observe", enforcing, ["observe"]],
    ["off from enforcing", "off", enforcing, ["mutual-off"]],
    ["off where it was never on", "off", nothing, []],
    [
      "off once more where nginx was not told",
      "off",
      { ...observing, current: "off", loaded: false },
      ["mutual-off"],
    ],
    ["not off where it is", "off", { ...observing, current: "off", files: {} }, []],
    [
      "again where a part differs",
      "observe",
      { ...observing, files: { ...wanted.observe, "ca.pem": "b" } },
      ["observe"],
    ],
    [
      "again where a list is there that should not be",
      "observe",
      { ...observing, files: { ...wanted.observe, "crl.pem": "c" } },
      ["observe"],
    ],
    [
      "mounts again where the container lost them",
      "enforce",
      { ...enforcing, visible: false },
      ["mutual-mount"],
    ],
    [
      "anew over files that nobody knows",
      "enforce",
      { ...observing, current: "unknown", files: {} },
      ["observe"],
    ],
    ["emptying a long log", "observe", { ...observing, log: "long" }, ["mutual-empty-log"]],
  ])("%s", (_what, mode, observed, actions) => {
    expect(actionsOf(mode, observed)).toEqual(actions);
  });

  test("to enforce never with a node that was not seen with a valid certificate, from whatever state", () => {
    const wrong = (observed: ObservedCompose): unknown => {
      const { nodes = [], own } = observed.wanted ?? {};
      const { steps, findings } = planMutual(document("enforce"), observed);
      const enforces = steps.some((s) => s.action.type === "mutual-configure" && s.action.mode === "enforce");
      const isReady = nodes.length > 0 && nodes.every((n) => n.state === "proved") && own === "good";
      const isTold = findings.some((f) => f.code === "MUTUAL_TLS_WAITS" && f.severity === "error");
      if (observed.current === "enforce") return undefined;
      if (enforces && !(isReady && observed.current === "observe")) return "enforced too early";
      return isReady || isTold ? undefined : "not told";
    };
    fc.assert(fc.property(observations, (observed) => wrong(observed) === undefined));
    expect(wrong(observing)).toBeUndefined();
  });

  test("off in one step at most, which needs nothing, from whatever state", () => {
    fc.assert(
      fc.property(observations, (observed) => {
        const { wanted: _unused, ...bare } = observed;
        const { steps } = planMutual(document("off"), bare);
        const isOn = ["observe", "enforce", "unknown"].includes(observed.current);
        expect(steps.length).toBeLessThanOrEqual(1);
        expect(steps.every((s) => s.action.type === "mutual-off" && s.after.length === 0)).toBe(true);
        expect(steps.length === 1 || !isOn).toBe(true);
      }),
    );
  });

  test("with every interruption told: mounting, and refusing what was not refused before", () => {
    const told = (mode: MutualMode, observed: ObservedCompose, settings: object = {}): unknown[] =>
      planMutual(document(mode, settings), observed).steps.map((s) => s.interrupts?.key);
    expect(told("observe", nothing)).toEqual([undefined, undefined]);
    expect(told("observe", { ...nothing, way: "neither" })).toEqual(["mutualTls.restarts", undefined]);
    expect(told("enforce", observing)).toEqual(["mutualTls.refuses"]);
    const more = { ...enforcing, files: { ...wanted.enforce, "http.conf": "narrower" } };
    expect(told("enforce", more, { covers: ["registry", "portal"] })).toEqual(["mutualTls.refuses"]);
    expect(told("enforce", { ...more, covered: ["registry"] })).toEqual([undefined]);
    expect(told("off", enforcing)).toEqual([undefined]);
  });

  test("with each missing node, what it did, and who has a way in", () => {
    const nodes: NodeVerdict[] = [
      proved,
      { node: "node2", state: "without", program: "docker", address: "10.0.0.4" },
      {
        node: "node3",
        state: "failed",
        program: "containerd",
        address: "10.0.0.5",
        reason: "certificate has expired",
      },
      { node: "node4", state: "unseen" },
    ];
    const outsiders = [{ address: "10.0.0.9", program: "Mozilla", path: "registry" as const, reason: "" }];
    const observed = { ...observing, wanted: { ...wanted, nodes, outsiders } };
    expect(codesOf("enforce", observed)).toEqual([
      "MUTUAL_TLS_NODE_WITHOUT_CERTIFICATE",
      "MUTUAL_TLS_NODE_CERTIFICATE_FAILS",
      "MUTUAL_TLS_NODE_UNSEEN",
      "MUTUAL_TLS_WAITS",
      "MUTUAL_TLS_CLIENTS_WITHOUT_CERTIFICATE",
      "MUTUAL_TLS_WAYS_IN",
    ]);
    expect(codesOf("enforce", { ...observing, wanted: { ...wanted, nodes: [] } })).toContain(
      "MUTUAL_TLS_NO_NODES",
    );
    expect(codesOf("enforce", { ...observing, wanted: { ...wanted, own: "none" } })).toContain(
      "MUTUAL_TLS_OWN_CERTIFICATE_MISSING",
    );
    expect(planMutual(document("off"), unmanaged).findings).toEqual([]);
  });

  test("away in the order in which nobody is refused in between", () => {
    const steps = planMutualRemoval(document("enforce"), enforcing).steps.map((s) => [s.id, s.after]);
    expect(steps).toEqual([
      ["mutual-tls", []],
      ["mutual-tls/unmount", ["mutual-tls"]],
    ]);
    expect(planMutualRemoval(document("enforce"), nothing).steps).toEqual([]);
    expect(idsOf("enforce", enforcing)).toEqual([]);
  });
});

describe("behind ingress-nginx", () => {
  const helm = { helm: { namespace: "harbor", release: "harbor" } };
  const all = { covers: [...coverable] };
  const ingress: ObservedIngress = {
    by: "helm",
    at: "Helm release harbor/harbor",
    namespace: "harbor",
    exposure: "ingress",
    ingresses: ["harbor-ingress"],
    current: "observe",
    secret: { ours: true, digest: "d" },
    depth: "2",
    wanted: { digest: "d", own: "good", trusts: ["nodes"], nodes: [proved] },
  };
  const { secret: __, ...bare } = ingress;
  const run = (mode: MutualMode, observed: ObservedIngress, settings: object = all) => {
    const { steps, findings } = planMutual(document(mode, settings, helm), observed);
    return [
      steps.map((s) => ("mode" in s.action ? s.action.mode : s.action.type)),
      findings.map((f) => f.code),
    ];
  };
  test.each<[string, MutualMode, ObservedIngress, object, readonly string[], string]>([
    [
      "begins with the CAs, then asks",
      "observe",
      { ...bare, current: "off" },
      all,
      ["ingress-secret", "observe"],
      "MUTUAL_TLS_WAYS_IN",
    ],
    ["enforces when the nodes were proved", "enforce", ingress, all, ["enforce"], "MUTUAL_TLS_WAYS_IN"],
    [
      "enforces nothing less than the whole host",
      "enforce",
      ingress,
      {},
      [],
      "MUTUAL_TLS_INGRESS_COVERS_ALL",
    ],
    [
      "exempts nobody",
      "enforce",
      ingress,
      { ...all, exempt: [{ name: "peer", addresses: ["10.0.0.1"] }] },
      [],
      "MUTUAL_TLS_INGRESS_EXEMPTS_NOBODY",
    ],
    [
      "leaves the chart's own nginx alone",
      "observe",
      { ...ingress, exposure: "nginx" },
      all,
      [],
      "MUTUAL_TLS_NO_INGRESS",
    ],
    [
      "leaves others' Secrets alone",
      "observe",
      { ...ingress, secret: { ours: false, digest: "x" } },
      all,
      [],
      "MUTUAL_TLS_SECRET_NOT_OURS",
    ],
  ])("%s", (_what, mode, observed, settings, actions, code) => {
    const [steps, codes] = run(mode, observed, settings);
    expect(steps).toEqual(actions);
    expect(codes).toContain(code);
  });

  test("goes back in one step, without its Secret and whatever the CAs are", () => {
    const { wanted: ___, ...plain } = bare;
    expect(run("off", { ...plain, current: "enforce" })).toEqual([["off"], []]);
    expect(run("off", { ...plain, current: "off" })).toEqual([[], []]);
  });
});
