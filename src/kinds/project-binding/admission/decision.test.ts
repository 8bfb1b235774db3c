import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { render } from "../../../text/message.ts";
import { mutatePod, type PatchOperation } from "./mutate.ts";
import { changedContainers, findPod, type FoundPod } from "./pod.ts";
import { policyFor, type AdmissionPolicy } from "./policy.ts";
import type { ScanAnswer } from "./report.ts";
import { binding, harborHost, pod, podOf, policy } from "./testing/policies.ts";
import { judgePod, questionKey, questionsOf } from "./validate.ts";

const own = `${harborHost}/team-a/app:1`;

function judge(found: FoundPod, of: AdmissionPolicy, answer?: ScanAnswer) {
  const judged = { pod: found, before: undefined, rewritten: false };
  const answers = new Map(
    questionsOf(judged, [of]).flatMap((q) =>
      answer === undefined ? [] : [[questionKey(q), answer] as const],
    ),
  );
  const { refusals, warnings } = judgePod(judged, [of], answers);
  return { refused: refusals.map((m) => m.key), warned: warnings.map((m) => m.key), refusals };
}

describe("the schema", () => {
  const rule = (from: string, to: string) => () => policy({ mutate: { rewrites: [{ from, to }] } });
  test.each([
    ["docker.io", "docker.io/mine", "is no Harbor"],
    ["docker.io", "harbor.example.com", "names no Harbor project"],
    ["docker.io", "harbor/mine", "must begin with a host"],
    ["library", "harbor.example.com/mine", "must begin with a host"],
    ["docker.io/nginx:1", "harbor.example.com/mine", "not the beginning of an image name"],
  ])("refuses to rewrite %s to %s", (from, to, reason) => {
    expect(rule(from, to)).toThrow(reason);
  });

  test("refuses an admission that asks for nothing", () => {
    expect(() => policy({ failurePolicy: "Closed" })).toThrow("at least one of mutate and validate");
  });
});

describe("which namespaces a binding's admission concerns", () => {
  const labels = { "kubesphere.io/workspace": "demo" };
  test.each([
    ["a project of the workspace", { name: "shop", labels }, true],
    [
      "a project of another workspace",
      { name: "shop", labels: { "kubesphere.io/workspace": "other" } },
      false,
    ],
    ["kube-system, whatever its labels say", { name: "kube-system", labels }, false],
    ["the system workspace", { name: "x", labels: { "kubesphere.io/workspace": "system-workspace" } }, false],
    ["a tenant's project that is called like the system's", { name: "kube-evil", labels }, true],
    ["an exempt project", { name: "free", labels }, false],
  ])("%s", (_what, namespace, concerned) => {
    const made = binding({ mutate: {}, exempt: { namespaces: ["free"] } });
    expect(policyFor(made, namespace) !== undefined).toBe(concerned);
  });

  test("system namespaces stay out where labels or names choose them", () => {
    const byName = binding({ mutate: {} }, { names: ["kube-system", "kubesphere-system"] });
    for (const name of ["kube-system", "kubesphere-system"]) {
      expect(policyFor(byName, { name, labels: {} })).toBeUndefined();
    }
  });

  test("fails closed where it validates, and open where it only helps, unless it says otherwise", () => {
    expect(policy({ mutate: {} }).closed).toBe(false);
    expect(policy({ validate: {} }).closed).toBe(true);
    expect(policy({ validate: {}, failurePolicy: "Open" }).closed).toBe(false);
  });
});

describe("mutation", () => {
  const rules = { rewrites: [{ from: "docker.io", to: `${harborHost}/dockerhub` }] };

  test("gives a pod with an image of this Harbor the pull secret that it lacks", () => {
    expect(mutatePod(podOf(own), undefined, [policy({ mutate: {} })])).toEqual([
      { op: "add", path: "/spec/imagePullSecrets", value: [{ name: "harbor" }] },
    ]);
    const other = pod({ containers: [{ name: "c", image: own }], imagePullSecrets: [{ name: "mine" }] });
    expect(mutatePod(other, undefined, [policy({ mutate: {} })])).toEqual([
      { op: "add", path: "/spec/imagePullSecrets/-", value: { name: "harbor" } },
    ]);
    const has = pod({ containers: [{ name: "c", image: own }], imagePullSecrets: [{ name: "harbor" }] });
    expect(mutatePod(has, undefined, [policy({ mutate: {} })])).toEqual([]);
    expect(mutatePod(podOf("quay.io/x/y"), undefined, [policy({ mutate: {} })])).toEqual([]);
  });

  test("rewrites upstream names in every list of containers, and then gives the secret", () => {
    const found = pod({
      containers: [{ name: "a", image: "nginx:1" }],
      initContainers: [{ name: "b", image: "busybox" }],
      ephemeralContainers: [{ name: "c", image: own }],
    });
    expect(mutatePod(found, undefined, [policy({ mutate: rules })])).toEqual([
      {
        op: "replace",
        path: "/spec/initContainers/0/image",
        value: `${harborHost}/dockerhub/library/busybox`,
      },
      { op: "replace", path: "/spec/containers/0/image", value: `${harborHost}/dockerhub/library/nginx:1` },
      { op: "add", path: "/spec/imagePullSecrets", value: [{ name: "harbor" }] },
    ]);
  });

  test("sets the pull policy as asked, and leaves it where nothing is asked", () => {
    const found = pod({ containers: [{ name: "a", image: "x/y:1", imagePullPolicy: "IfNotPresent" }] });
    expect(mutatePod(found, undefined, [policy({ mutate: { imagePullPolicy: "Always" } })])).toEqual([
      { op: "add", path: "/spec/containers/0/imagePullPolicy", value: "Always" },
    ]);
    expect(mutatePod(found, undefined, [policy({ mutate: {} })])).toEqual([]);
  });

  test("of an update touches changed images alone", () => {
    const before = podOf("nginx:1", "redis:7");
    const after = podOf("nginx:2", "redis:7");
    expect(mutatePod(after, before, [policy({ mutate: { ...rules, imagePullPolicy: "Always" } })])).toEqual([
      { op: "replace", path: "/spec/containers/0/image", value: `${harborHost}/dockerhub/library/nginx:2` },
    ]);
  });

  test("of ephemeral containers alone, as Kubernetes sends them before 1.22, rewrites their images", () => {
    const found = findPod("EphemeralContainers", {
      ephemeralContainers: [{ name: "debug", image: "busybox" }],
    });
    if (found === undefined) throw new Error("not found");
    expect(
      mutatePod(found, undefined, [policy({ mutate: { ...rules, imagePullPolicy: "Always" } })]),
    ).toEqual([
      {
        op: "replace",
        path: "/ephemeralContainers/0/image",
        value: `${harborHost}/dockerhub/library/busybox`,
      },
    ]);
  });

  test("leaves pods of exempt service accounts alone", () => {
    const of = policy({ mutate: rules, exempt: { serviceAccounts: ["builder"] } });
    const found = pod({ serviceAccountName: "builder", containers: [{ name: "a", image: "nginx" }] });
    expect(mutatePod(found, undefined, [of])).toEqual([]);
  });

  test("called again on its outcome, changes nothing more", () => {
    const image = fc.constantFrom(
      "nginx",
      "nginx:1",
      own,
      "quay.io/a/b:2",
      "BAD",
      "",
      `${harborHost}/dockerhub/a/b`,
    );
    const container = fc.record(
      { name: fc.constantFrom("a", "b"), image, imagePullPolicy: fc.constantFrom("Always", "IfNotPresent") },
      { requiredKeys: ["name"] },
    );
    const containers = fc.array(container, { maxLength: 3 });
    const spec = fc.record(
      {
        containers,
        initContainers: containers,
        imagePullSecrets: fc.array(fc.record({ name: fc.constantFrom("harbor", "mine") }), { maxLength: 2 }),
      },
      { requiredKeys: ["containers"] },
    );
    const asked = fc.record(
      {
        pullSecret: fc.boolean(),
        imagePullPolicy: fc.constantFrom("Always", "IfNotPresent"),
        rewrites: fc.constantFrom(rules.rewrites, [{ from: harborHost, to: `${harborHost}/dockerhub` }]),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(spec, asked, (of, mutate) => {
        const policies = [policy({ mutate }), policy({ mutate: rules })];
        const once = applied(of, mutatePod(pod(of), undefined, policies));
        expect(mutatePod(pod(once), undefined, policies)).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });
});

/** A pod's spec after the operations of a patch. */
function applied(spec: object, operations: readonly PatchOperation[]): object {
  const whole = structuredClone({ spec }) as Record<string, unknown>;
  for (const { path, value } of operations) {
    const steps = path.split("/").slice(1);
    const last = steps.pop() ?? "";
    const at = steps.reduce<unknown>((node, step) => (node as Record<string, unknown>)[step], whole);
    if (Array.isArray(at) && last === "-") at.push(value);
    else (at as Record<string, unknown>)[last] = value;
  }
  return whole["spec"] as object;
}

describe("validation", () => {
  test.each([
    ["the binding's own project", own, []],
    ["another allowed project", `${harborHost}/base/os:1`, []],
    ["an allowed image from elsewhere", "docker.io/istio/proxyv2:1", []],
    ["a project whose name only begins alike", `${harborHost}/team-abc/app`, ["admission.notAllowed"]],
    ["another Harbor project", `${harborHost}/team-b/app`, ["admission.notAllowed"]],
    ["another registry", "quay.io/team-a/app", ["admission.notAllowed"]],
    ["what is no name", "Team/App", ["admission.invalidName"]],
  ])("of sources: %s", (_what, image, refused) => {
    const of = policy({ validate: { allowedProjects: ["base"], allowedImages: ["docker.io/istio"] } });
    expect(judge(podOf(image), of).refused).toEqual(refused);
  });

  test("allows what rewriting makes, and judges workloads by it", () => {
    const rewrites = [{ from: "docker.io", to: `${harborHost}/dockerhub` }];
    const of = policy({ mutate: { rewrites }, validate: { allowedProjects: [] } });
    expect(judge(podOf(`${harborHost}/dockerhub/library/nginx`), of).refused).toEqual([]);
    expect(judge(podOf("nginx"), of).refused).toEqual(["admission.notAllowed"]);
    const workload = { pod: podOf("nginx"), before: undefined, rewritten: true };
    expect(judgePod(workload, [of], new Map()).refusals).toEqual([]);
  });

  test("wants a digest where asked, and tells how to write it", () => {
    const of = policy({ validate: { requireDigest: true } });
    const { refusals } = judge(podOf(`${harborHost}:8443/team-a/app:1`), of);
    expect(refusals.map((m) => render(m, "en"))).toEqual([
      expect.stringContaining(`Write ${harborHost}:8443/team-a/app@sha256:…`),
    ]);
    expect(judge(podOf(`${harborHost}/team-a/app@sha256:${"0".repeat(64)}`), of).refused).toEqual([]);
  });

  const report = (counts: object): ScanAnswer => ({ kind: "scanned", counts, examples: {} });
  test.each([
    ["high", { critical: 3, high: 9 }, true],
    ["high", { high: 9 }, false],
    ["medium", { high: 1 }, true],
    ["medium", { medium: 4, low: 2, unknown: 1 }, false],
    ["none", { unknown: 1 }, true],
    ["none", {}, false],
  ])("of vulnerabilities: none above %s, found %j", (maximumSeverity, counts, refused) => {
    const of = policy({ validate: { scan: { maximumSeverity } } });
    expect(judge(podOf(own), of, report(counts)).refused).toEqual(refused ? ["admission.vulnerable"] : []);
  });

  test("says in both languages how many of what were found, and what to do", () => {
    const of = policy({ validate: { scan: {} } });
    const [refusal] = judge(podOf(own), of, report({ critical: 3 })).refusals;
    if (refusal === undefined) throw new Error("not refused");
    expect(render(refusal, "en")).toMatch(/has 3 critical CVEs .* allows none above high.*or ask the admin/);
    expect(render(refusal, "zh-CN")).toMatch(/3 个危急漏洞.*不允许高于“严重”的漏洞.*CVE 白名单/);
  });

  test.each([
    ["Refuse", ["admission.unscannedRefused"], []],
    ["Warn", [], ["admission.unscannedAllowed"]],
    ["Allow", [], []],
  ])("of images without a scan: %s", (unscanned, refused, warned) => {
    const of = policy({ validate: { scan: { unscanned } } });
    const never: ScanAnswer = { kind: "unscanned", status: "never" };
    expect(judge(podOf(own), of, never)).toMatchObject({ refused, warned });
    expect(judge(podOf("quay.io/x/y:1"), of)).toMatchObject({ refused, warned });
  });

  test.each([
    ["Closed", ["admission.unknownRefused"], []],
    ["Open", [], ["admission.unknownAllowed"]],
  ])("of what Harbor did not tell in time: %s", (failurePolicy, refused, warned) => {
    const of = policy({ validate: { scan: { unscanned: "Allow" } }, failurePolicy });
    expect(judge(podOf(own), of)).toMatchObject({ refused, warned });
  });

  test("does not judge again what runs already", () => {
    const before = podOf("quay.io/old:1");
    const judged = { pod: podOf("quay.io/old:1"), before, rewritten: false };
    const of = policy({ validate: { allowedProjects: [], scan: {} } });
    expect(judgePod(judged, [of], new Map()).refusals).toEqual([]);
    expect(questionsOf(judged, [of])).toEqual([]);
    expect(changedContainers(podOf("quay.io/new:1"), before)).toHaveLength(1);
  });

  test("asks for each image once", () => {
    const of = policy({ validate: { scan: {} } });
    const judged = {
      pod: podOf(own, own, `${harborHost}/team-a/app:2`),
      before: undefined,
      rewritten: false,
    };
    expect(questionsOf(judged, [of]).map((q) => q.reference)).toEqual(["1", "2"]);
  });
});
