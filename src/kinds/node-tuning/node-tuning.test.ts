import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { apply } from "../../engine/apply.ts";
import { makePlan, type Direction, type Plan } from "../../engine/plan.ts";
import { describeInvariants, type Scene } from "../../engine/testing/invariants.ts";
import type { Document } from "../../model/document.ts";
import { documentOf, folderWorld } from "../harbor-certificate/testing/world.ts";
import type { World } from "../world.ts";
import { nodeTuning } from "./index.ts";
import { nodeTuningSchema } from "./schema.ts";
import { configuration, fileWith, tuningMachine, type TuningMachine } from "./testing/machine.ts";

const { signal } = new AbortController();
const kinds = [nodeTuning];

const tuning = (spec: object): readonly Document[] => [documentOf(nodeTuningSchema, "pools", spec)];
const planOf = (
  world: World,
  documents: readonly Document[],
  direction: Direction = "apply",
): Promise<Plan> => makePlan(documents, kinds, world, { direction, signal });
const carryOut = async (machine: TuningMachine, documents: readonly Document[], direction?: Direction) =>
  apply(await planOf(machine.world, documents, direction), kinds, machine.world);
const stepsOf = (plan: Plan): string[] => plan.documents.flatMap((d) => d.steps.map((s) => s.id));
const codesOf = (plan: Plan): string[] => plan.documents.flatMap((d) => d.findings.map((f) => f.code));
const restarts = ({ commands }: TuningMachine): number =>
  commands.filter((c) => c.startsWith("systemctl")).length;

const theirs = `# kubeadm wrote this
apiVersion: kubelet.config.k8s.io/v1beta1
authentication:
  anonymous: { enabled: false } # never
kind: KubeletConfiguration
serializeImagePulls: true # one by one
imageMinimumGCAge: 2m0s
clusterDNS:
  - 10.233.0.3
`;

describe("the kubelet's file", () => {
  test("keeps its order, its comments and everything of others, and is restarted once", async () => {
    const documents = tuning({
      serializeImagePulls: false,
      maxParallelImagePulls: 5,
      registryPullQPS: 20,
      registryBurst: 40,
      imageMinimumGCAge: "2m",
    });
    await using machine = await tuningMachine(documents, { text: theirs });
    const result = await carryOut(machine, documents);
    expect(result.documents.flatMap((d) => [...d.failures, ...d.proofs.filter((p) => !p.ok)])).toEqual([]);
    expect(await machine.text()).toBe(
      `${theirs.replace("serializeImagePulls: true", "serializeImagePulls: false")}maxParallelImagePulls: 5\nregistryPullQPS: 20\nregistryBurst: 40\n`,
    );
    expect(restarts(machine)).toBe(1);
    expect(stepsOf(await planOf(machine.world, documents))).toEqual([]);
    await carryOut(machine, documents);
    expect(restarts(machine)).toBe(1);
  });

  test("is left alone, and the kubelet too, where it says all that already", async () => {
    const documents = tuning({ serializeImagePulls: true, imageMinimumGCAge: "120s" });
    await using machine = await tuningMachine(documents, { text: theirs });
    expect((await carryOut(machine, documents)).ok).toBe(true);
    expect(await machine.text()).toBe(theirs);
    expect(restarts(machine)).toBe(0);
  });

  test("gets the kubelet's own thresholds beside ours where it named none, or they would be lost", async () => {
    const documents = tuning({
      evictionHard: { "imagefs.available": "20%" },
      imageGCHighThresholdPercent: 75,
      imageGCLowThresholdPercent: 70,
    });
    await using machine = await tuningMachine(documents);
    expect((await carryOut(machine, documents)).ok).toBe(true);
    expect(machine.running()?.["evictionHard"]).toEqual({
      "memory.available": "100Mi",
      "nodefs.available": "10%",
      "nodefs.inodesFree": "5%",
      "imagefs.available": "20%",
    });
  });

  test("gets its former values back when the document is taken away, whatever else was changed since", async () => {
    const documents = tuning({ serializeImagePulls: false, registryBurst: 40 });
    await using machine = await tuningMachine(documents, { text: theirs });
    await carryOut(machine, documents);
    expect((await carryOut(machine, documents, "remove")).ok).toBe(true);
    expect(await machine.text()).toBe(theirs);
    expect(machine.running()).toMatchObject({ serializeImagePulls: true });
    expect(await machine.read("/var/lib/moorline/node-tuning/pools.json")).toBeUndefined();
    expect(stepsOf(await planOf(machine.world, documents, "remove"))).toEqual([]);
  });

  test("is found by the unit of systemd where no kubelet runs", async () => {
    const documents = tuning({ registryBurst: 40 });
    await using machine = await folderWorld(documents);
    const { host } = machine.world;
    await host.makeDirectory("/etc/systemd/system/kubelet.service.d", 0o755);
    await host.writeFile(
      "/etc/systemd/system/kubelet.service.d/10-kubeadm.conf",
      '[Service]\nEnvironment="KUBELET_CONFIG_ARGS=--config=/etc/kubernetes/kubelet.yaml"\nExecStart=\nExecStart=/usr/bin/kubelet $KUBELET_CONFIG_ARGS\n',
      { mode: 0o644 },
    );
    await host.makeDirectory("/etc/kubernetes", 0o755);
    await host.writeFile("/etc/kubernetes/kubelet.yaml", fileWith({}), { mode: 0o644 });
    const result = await apply(await planOf(machine.world, documents), kinds, machine.world);
    expect(result.documents.flatMap((d) => [...d.failures, ...d.proofs.filter((p) => !p.ok)])).toEqual([]);
    expect((await host.readFile("/etc/kubernetes/kubelet.yaml"))?.bytes.toString()).toBe(
      fileWith({ registryBurst: 40 }),
    );
  });

  test.each([
    ["no YAML", "a: [", "NODE_FILE_UNREADABLE"],
    ["another kind", "apiVersion: v1\nkind: ConfigMap\n", "NODE_FILE_UNREADABLE"],
  ])("that is %s is named, and nothing is changed", async (_name, text, code) => {
    const documents = tuning({ registryBurst: 40, paths: { kubeletConfig: "/etc/other.yaml" } });
    await using machine = await tuningMachine(documents, { files: { "/etc/other.yaml": text } });
    expect((await planOf(machine.world, documents)).documents[0]?.error?.code).toBe(code);
    expect(await machine.read("/etc/other.yaml")).toBe(text);
  });
});

describe("what would stop the kubelet is refused before anything is written", () => {
  test.each<[string, object, object, string]>([
    [
      "parallel pulls before 1.27",
      { serializeImagePulls: false, maxParallelImagePulls: 4 },
      { version: "v1.20.2" },
      "NODE_KUBELET_TOO_OLD",
    ],
    [
      "a maximum age before 1.30",
      { imageMaximumGCAge: "168h" },
      { version: "v1.29.4" },
      "NODE_KUBELET_TOO_OLD",
    ],
    [
      "parallel pulls beside serialized ones of the file",
      { maxParallelImagePulls: 4 },
      {},
      "NODE_KUBELET_SETTINGS_CONFLICT",
    ],
    [
      "a low threshold above the high one of the file",
      { imageGCLowThresholdPercent: 80 },
      { text: fileWith({ imageGCHighThresholdPercent: 75 }) },
      "NODE_KUBELET_SETTINGS_CONFLICT",
    ],
    [
      "a maximum age below the minimum of the file",
      { imageMaximumGCAge: "1h" },
      { text: fileWith({ imageMinimumGCAge: "2h" }) },
      "NODE_KUBELET_SETTINGS_CONFLICT",
    ],
  ])("%s", async (_name, spec, options, code) => {
    const documents = tuning(spec);
    await using machine = await tuningMachine(documents, options);
    const before = await machine.text();
    const plan = await planOf(machine.world, documents);
    expect(codesOf(plan)).toEqual([code]);
    expect(stepsOf(plan)).toEqual([]);
    expect((await apply(plan, kinds, machine.world)).ok).toBe(false);
    expect(await machine.text()).toBe(before);
  });

  test("1.29 takes a maximum age with its feature gate", async () => {
    const documents = tuning({ imageMaximumGCAge: "168h" });
    const text = fileWith({ featureGates: { ImageMaximumGCAge: true } });
    await using machine = await tuningMachine(documents, { version: "v1.29.4", text });
    expect((await carryOut(machine, documents)).ok).toBe(true);
  });

  test("eviction before collection is told, and done all the same", async () => {
    const documents = tuning({ evictionHard: { "imagefs.available": "25%" } });
    await using machine = await tuningMachine(documents);
    const plan = await planOf(machine.world, documents);
    expect(codesOf(plan)).toEqual(["NODE_EVICTION_BEFORE_COLLECTION"]);
    expect((await apply(plan, kinds, machine.world)).ok).toBe(true);
  });
});

describe("what wins over the file", () => {
  test("a flag is told, and interrupts nobody in vain", async () => {
    const documents = tuning({ registryPullQPS: 20 });
    await using machine = await tuningMachine(documents, { flags: ["--registry-qps=5"] });
    const plan = await planOf(machine.world, documents);
    expect(plan.documents[0]?.findings).toMatchObject([
      {
        code: "NODE_KUBELET_SETTING_OVERRIDDEN",
        evidence: { by: "--registry-qps", value: "5", wanted: "20" },
      },
    ]);
    expect(stepsOf(plan)).toEqual([]);
    expect((await apply(plan, kinds, machine.world)).ok).toBe(false);
    expect(restarts(machine)).toBe(0);
  });

  test("a flag that says the same is fine, also in another of its spellings", async () => {
    const documents = tuning({ evictionHard: { "imagefs.available": "5%" } });
    const text = fileWith({ evictionHard: { "imagefs.available": "5%" } });
    await using machine = await tuningMachine(documents, {
      text,
      flags: ["--eviction-hard", "imagefs.available<5.0%,nodefs.available<3%"],
    });
    expect(codesOf(await planOf(machine.world, documents))).toEqual([]);
  });

  test("a drop-in file is told", async () => {
    const documents = tuning({ registryPullQPS: 20, registryBurst: 30 });
    await using machine = await tuningMachine(documents, {
      flags: ["--config-dir=/etc/kubernetes/kubelet.conf.d"],
      files: {
        "/etc/kubernetes/kubelet.conf.d/10.conf": fileWith({ registryPullQPS: 3 }),
        "/etc/kubernetes/kubelet.conf.d/20.conf": fileWith({ registryPullQPS: 4 }),
      },
    });
    const plan = await planOf(machine.world, documents);
    expect(plan.documents[0]?.findings).toMatchObject([
      {
        code: "NODE_KUBELET_SETTING_OVERRIDDEN",
        evidence: { value: "4", by: "/etc/kubernetes/kubelet.conf.d/20.conf" },
      },
    ]);
    expect(stepsOf(plan)).toEqual(["kubelet/settings", "kubelet/restart"]);
  });
});

describe("a kubelet that does not come back", () => {
  const documents = tuning({ registryPullQPS: 20 });
  const refuses = (values: Readonly<Record<string, unknown>>): boolean => values["registryPullQPS"] === 20;

  test("gets its old file back and runs, and the same settings are not tried again", async () => {
    await using machine = await tuningMachine(documents, { text: theirs, refuses });
    const result = await carryOut(machine, documents);
    expect(result.documents[0]?.failures.map((f) => f.error.code)).toEqual(["NODE_KUBELET_PUT_BACK"]);
    expect(await machine.text()).toBe(theirs);
    expect(machine.running()).toBeDefined();
    const again = await planOf(machine.world, documents);
    expect(stepsOf(again)).toEqual([]);
    expect(codesOf(again)).toEqual(["NODE_KUBELET_REFUSED_SETTINGS"]);
    const other = tuning({ registryPullQPS: 21 });
    expect((await carryOut(machine, other)).ok).toBe(true);
  });

  test("is told where the old file does not help either, and is tried again", async () => {
    let broken = false;
    await using machine = await tuningMachine(documents, { text: theirs, refuses: () => broken });
    broken = true;
    const result = await carryOut(machine, documents);
    expect(result.documents[0]?.failures.map((f) => f.error.code)).toEqual(["NODE_KUBELET_NOT_BACK"]);
    expect(await machine.text()).toBe(theirs);
    broken = false;
    expect(stepsOf(await planOf(machine.world, documents))).toEqual(["kubelet/restart"]);
    await carryOut(machine, documents);
    expect(machine.running()).toBeDefined();
  });
});

describe("the proof", () => {
  const documents = tuning({ registryPullQPS: 20 });

  test("without a cluster is its health and its file, and says so", async () => {
    await using machine = await tuningMachine(documents, { cluster: "none" });
    const result = await carryOut(machine, documents);
    expect(result.documents[0]?.proofs.map((p) => [p.ok, p.detail.key])).toEqual([
      [true, "nodeTuning.provedHealth"],
    ]);
  });

  test("fails where the API server does not let us ask, and the kubelet keeps its new file", async () => {
    await using machine = await tuningMachine(documents, { cluster: "forbidden" });
    const result = await carryOut(machine, documents);
    expect(result.documents[0]).toMatchObject({ outcome: "unproved", failures: [] });
    expect(machine.running()).toMatchObject({ registryPullQPS: 20 });
  });

  test("fails while the kubelet runs with something else than its file says", async () => {
    await using machine = await tuningMachine(documents);
    await machine.world.host.writeFile(
      configuration,
      (await machine.read(configuration)) + "registryPullQPS: 20\n",
      { mode: 0o644 },
    );
    expect(
      (await nodeTuning.verify(documents[0] as Document, machine.world, signal)).map((p) => p.ok),
    ).toEqual([false]);
  });

  test("`restart.kubelet: never` writes, tells, and is not proved", async () => {
    const never = tuning({ registryPullQPS: 20, restart: { kubelet: "never" } });
    await using machine = await tuningMachine(never);
    const plan = await planOf(machine.world, never);
    expect(codesOf(plan)).toEqual(["NODE_KUBELET_RESTART_WITHHELD"]);
    expect((await apply(plan, kinds, machine.world)).ok).toBe(false);
    expect(restarts(machine)).toBe(0);
  });
});

interface State {
  readonly file: object;
  readonly spec: object;
}

const states: fc.Arbitrary<State> = fc.record({
  file: fc.record(
    {
      serializeImagePulls: fc.boolean(),
      registryPullQPS: fc.constantFrom(0, 5, 20),
      imageMinimumGCAge: fc.constantFrom("0s", "2m0s"),
      evictionHard: fc.constantFrom({}, { "memory.available": "5%", "imagefs.available": "10%" }),
    },
    { requiredKeys: [] },
  ),
  spec: fc.record(
    {
      serializeImagePulls: fc.boolean(),
      registryPullQPS: fc.constantFrom(0, 20),
      imageGCHighThresholdPercent: fc.constantFrom(82, 85),
      imageMinimumGCAge: fc.constantFrom("2m", "5m"),
      evictionHard: fc.constantFrom({}, { "imagefs.available": "5%" }, { "nodefs.inodesFree": "3%" }),
    },
    { requiredKeys: [] },
  ),
});

describeInvariants<State, World>("NodeTuning", {
  kinds,
  states,
  runs: 6,
  scene: async ({ file, spec }): Promise<Scene<World>> => {
    const documents = tuning(spec);
    const machine = await tuningMachine(documents, { text: fileWith(file) });
    return {
      world: machine.world,
      documents,
      works: () => Promise.resolve(machine.running() !== undefined),
      snapshot: async () => [await machine.text(), machine.running()?.["evictionHard"]],
      secrets: () => Promise.resolve([]),
      [Symbol.asyncDispose]: () => machine[Symbol.asyncDispose](),
    };
  },
});
