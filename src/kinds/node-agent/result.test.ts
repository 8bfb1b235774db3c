import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bundleAnnotation, workerName, type AgentPod } from "./objects.ts";
import { encodeResult, readNodeStates, summariseNodes, type AgentResult } from "./result.ts";

const result = (more: Partial<AgentResult> = {}): AgentResult => ({
  v: 1,
  bundle: "b2",
  ok: true,
  documents: [{ name: "NodeTrust/nodes", outcome: "unchanged", proved: 2, of: 2 }],
  ...more,
});

const pod = (node: string, worker: object | undefined, bundle = "b2"): AgentPod => ({
  metadata: { name: `agent-${node}`, annotations: { [bundleAnnotation]: bundle } },
  spec: { nodeName: node },
  ...(worker !== undefined && { status: { initContainerStatuses: [{ name: workerName, ...worker }] } }),
});

const ended = (exitCode: number, message: string): object => ({
  terminated: { exitCode, message, finishedAt: "2026-06-01T00:00:00Z" },
});

const failed = result({
  ok: false,
  documents: [
    { name: "NodeTrust/nodes", outcome: "unchanged", proved: 2, of: 2 },
    {
      name: "NodeTuning/pulls",
      outcome: "failed",
      proved: 0,
      of: 0,
      problems: [{ code: "NODE_KUBELET_PUT_BACK" }],
    },
  ],
});

describe("a termination message", () => {
  const words = fc.string({ maxLength: 2000, unit: "grapheme" });
  const problem = fc.record({ code: fc.constantFrom("NODE_FILE_UNREADABLE", "UNPROVED"), text: words });
  const document = fc.record({
    name: fc.string({ minLength: 1, maxLength: 260 }),
    outcome: fc.constantFrom("changed", "failed"),
    proved: fc.nat(3),
    of: fc.nat(3),
    problems: fc.array(problem, { maxLength: 10 }),
  });

  test("fits into 4 KiB whatever happened, keeps its verdict, and is read back", () => {
    fc.assert(
      fc.property(fc.array(document, { maxLength: 40 }), fc.boolean(), (documents, ok) => {
        const text = encodeResult(result({ ok, documents }));
        expect(Buffer.byteLength(text)).toBeLessThanOrEqual(4096);
        const [state] = readNodeStates([pod("n", { state: ended(ok ? 0 : 1, text) })], "b2");
        expect(state?.state).toBe(ok ? "proved" : "failed");
        expect(state?.result).toMatchObject({ ok, bundle: "b2" });
      }),
      { numRuns: 60 },
    );
  });

  test("of ordinary length is whole", () => {
    expect(JSON.parse(encodeResult(failed))).toEqual(failed);
  });
});

describe("what the pods tell of their nodes", () => {
  test.each<[string, AgentPod, object]>([
    [
      "proved",
      pod("n", { state: ended(0, JSON.stringify(result())) }),
      { state: "proved", at: "2026-06-01T00:00:00Z" },
    ],
    ["failed", pod("n", { state: ended(1, JSON.stringify(failed)) }), { state: "failed", result: failed }],
    [
      "failed, and trying again",
      pod("n", { state: { running: {} }, lastState: ended(1, JSON.stringify(failed)) }),
      { state: "failed", result: failed },
    ],
    ["at work", pod("n", { state: { running: {} } }), { state: "working" }],
    ["not begun", pod("n", undefined), { state: "working" }],
    ["about to begin", pod("n", { state: { waiting: { reason: "PodInitializing" } } }), { state: "working" }],
    [
      "without its image",
      pod("n", { state: { waiting: { reason: "ErrImagePull", message: "x509" } } }),
      { state: "failed", reason: "ErrImagePull: x509" },
    ],
    [
      "killed for its memory",
      pod("n", { state: { terminated: { exitCode: 137, reason: "OOMKilled" } } }),
      { state: "failed", reason: "OOMKilled" },
    ],
    [
      "answered by somebody else",
      pod("n", { state: ended(1, "exec format error") }),
      { state: "failed", reason: "exec format error" },
    ],
    [
      "of an older bundle",
      pod("n", { state: ended(0, JSON.stringify(result())) }, "b1"),
      { state: "outdated" },
    ],
    ["ended well without a word", pod("n", { state: ended(0, "") }), { state: "failed" }],
  ])("%s", (_name, given, expected) => {
    expect(readNodeStates([given], "b2")).toMatchObject([{ node: "n", ...expected }]);
  });

  test("pods without a node and pods that go are left out, the rest is in order", () => {
    const { spec: _, ...unscheduled } = pod("x", undefined);
    const going = { ...pod("y", undefined), metadata: { deletionTimestamp: "2026-06-01T00:00:00Z" } };
    const states = readNodeStates([pod("b", undefined), unscheduled, going, pod("a", undefined)], "b2");
    expect(states.map((s) => s.node)).toEqual(["a", "b"]);
  });

  test("are summed up within bounds, failures first, and each document for itself", () => {
    const many = Array.from({ length: 5000 }, (_, i) =>
      pod(
        `n${String(i).padStart(4, "0")}`,
        i % 2 === 0 ? undefined : { state: ended(1, JSON.stringify(failed)) },
      ),
    );
    const states = readNodeStates([...many, pod("z", { state: ended(0, JSON.stringify(result())) })], "b2");
    const all = summariseNodes(states);
    expect([all.total, all.proved, all.failed, all.pending, all.unproved.length]).toEqual([
      5001, 1, 2500, 2500, 20,
    ]);
    expect(all.unproved[0]).toEqual({ node: "n0001", state: "failed", codes: ["NODE_KUBELET_PUT_BACK"] });
    const trust = summariseNodes(states, { document: "NodeTrust/nodes" });
    expect([trust.proved, trust.failed]).toEqual([2501, 0]);
    expect(summariseNodes(states, { document: "NodeTuning/pulls" }).failed).toBe(2500);
  });
});
