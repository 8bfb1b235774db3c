import { describe, expect, test } from "vitest";
import { binding, harborHost } from "../../kinds/project-binding/admission/testing/policies.ts";
import type { ScanAnswer } from "../../kinds/project-binding/admission/report.ts";
import { reviewerOf } from "./link.ts";
import { PolicyIndex } from "./policy-index.ts";
import { answerReview, BadReview, type Route } from "./review.ts";
import { reviewOf } from "./testing/reviews.ts";

const labels = { "kubesphere.io/workspace": "demo" };

function indexOf(admission: object): PolicyIndex {
  const index = new PolicyIndex();
  index.take({
    type: "namespaces",
    all: true,
    namespaces: [
      { name: "shop", labels },
      { name: "free", labels: {} },
    ],
  });
  index.take({ type: "bindings", bindings: [binding(admission)] });
  return index;
}

async function answer(admission: object, text: string, route: Route, scan?: ScanAnswer) {
  const asked: string[] = [];
  const reviewer = reviewerOf(indexOf(admission), {
    ask: (question) => {
      asked.push(question.reference);
      return Promise.resolve(scan ?? { kind: "unknown", reason: "late" });
    },
    learn: () => Promise.resolve(false),
  });
  const { body, outcome } = await answerReview(text, route, reviewer);
  const { response } = JSON.parse(body) as {
    readonly response: {
      readonly uid: string;
      readonly allowed: boolean;
      readonly patch?: string;
      readonly patchType?: string;
      readonly warnings?: readonly string[];
      readonly status?: { readonly code: number; readonly message: string };
    };
  };
  const patch: unknown =
    response.patch === undefined ? undefined : JSON.parse(Buffer.from(response.patch, "base64").toString());
  return { ...response, outcome, patch, asked };
}

const podOf = (image: string) => ({ spec: { containers: [{ name: "c", image }] } });

describe("an AdmissionReview", () => {
  test("is answered with a JSON patch where the pod lacks something", async () => {
    const text = reviewOf({ namespace: "shop", object: podOf(`${harborHost}/team-a/app:1`) });
    expect(await answer({ mutate: {} }, text, "mutate")).toMatchObject({
      uid: "uid-1",
      allowed: true,
      patchType: "JSONPatch",
      patch: [{ op: "add", path: "/spec/imagePullSecrets", value: [{ name: "harbor" }] }],
      outcome: "changed",
    });
  });

  test("of a namespace without binding, of no namespace, of another kind or of a removal changes and refuses nothing", async () => {
    const admission = { mutate: { imagePullPolicy: "Always" }, validate: { allowedProjects: [] } };
    const object = podOf("quay.io/x/y:1");
    for (const route of ["mutate", "validate", "warn"] as const) {
      for (const about of [
        { namespace: "free", object },
        { namespace: "unheard-of", object },
        { object },
        { namespace: "shop", object: {}, kind: "ConfigMap" },
        { namespace: "shop", object: null, operation: "DELETE" },
      ]) {
        expect(await answer(admission, reviewOf(about), route)).toMatchObject({
          allowed: true,
          outcome: "allowed",
        });
      }
    }
  });

  test("is refused in both languages, with every reason once", async () => {
    const object = { spec: { containers: ["a", "b"].map((name) => ({ name, image: "quay.io/x/y:1" })) } };
    const text = reviewOf({ namespace: "shop", object });
    const found = await answer({ validate: { allowedProjects: [] } }, text, "validate");
    expect(found).toMatchObject({
      allowed: false,
      outcome: "refused",
      status: { code: 403, reason: "Forbidden" },
    });
    const [english = "", chinese = "", ...more] = found.status?.message.split("\n") ?? [];
    expect(english.match(/Image quay\.io\/x\/y:1/g)).toHaveLength(1);
    expect(chinese).toMatch(/^本项目不允许运行镜像/);
    expect(more).toEqual([]);
  });

  test("is refused by what Harbor says of the image, and let in with a warning where Harbor is silent and the binding open", async () => {
    const text = reviewOf({ namespace: "shop", object: podOf(`${harborHost}/team-a/app:1`) });
    const scan: ScanAnswer = { kind: "scanned", counts: { critical: 1 }, examples: { critical: ["CVE-1"] } };
    const closed = await answer({ validate: { scan: {} } }, text, "validate", scan);
    expect(closed.status?.message).toContain("1 critical CVE (CVE-1)");
    expect(closed.asked).toEqual(["1"]);
    const open = await answer({ validate: { scan: {} }, failurePolicy: "Open" }, text, "validate");
    expect(open).toMatchObject({ allowed: true, outcome: "warned" });
    expect(open.warnings).toHaveLength(2);
  });

  test("of a workload is let in with a warning of what its pods will meet, under the names that they will have", async () => {
    const admission = {
      mutate: { rewrites: [{ from: "docker.io", to: `${harborHost}/dockerhub` }] },
      validate: { allowedProjects: [] },
    };
    const workload = (image: string) => ({ spec: { template: podOf(image) } });
    const bad = reviewOf({ namespace: "shop", kind: "Deployment", object: workload("quay.io/x/y:1") });
    const { warnings, allowed } = await answer(admission, bad, "warn");
    expect(allowed).toBe(true);
    expect(warnings?.[0]).toMatch(/^Pods of this Deployment will be refused: Image quay\.io/);
    expect(warnings?.every((each) => each.length <= 250 && !each.includes("\n"))).toBe(true);
    const good = reviewOf({ namespace: "shop", kind: "Deployment", object: workload("nginx") });
    expect((await answer(admission, good, "warn")).outcome).toBe("allowed");
    const job = { spec: { jobTemplate: workload("quay.io/x/y:1") } };
    const cron = reviewOf({ namespace: "shop", kind: "CronJob", object: job });
    expect((await answer(admission, cron, "warn")).outcome).toBe("warned");
  });

  test("of a namespace that no event told of is looked up, and judged by what is found", async () => {
    const index = indexOf({ validate: { allowedProjects: [] } });
    const text = reviewOf({ namespace: "young", object: podOf("quay.io/x/y:1") });
    const ask = () => Promise.resolve<ScanAnswer>({ kind: "unknown", reason: "late" });
    const learn = (name: string) => {
      index.take({ type: "namespaces", all: false, namespaces: [{ name, labels }] });
      return Promise.resolve(true);
    };
    expect((await answerReview(text, "validate", reviewerOf(index, { ask, learn }))).outcome).toBe("refused");
    const nobody = reviewerOf(indexOf({ validate: {} }), { ask, learn: () => Promise.resolve(undefined) });
    await expect(answerReview(text, "validate", nobody)).rejects.toThrow("nothing is known");
  });

  test.each([
    ["text", "{"],
    ["another version", reviewOf({ namespace: "shop", object: {} }).replace("k8s.io/v1", "k8s.io/v1beta1")],
    ["no request", JSON.stringify({ apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview" })],
    ["a pod that is none", reviewOf({ namespace: "shop", object: { spec: { containers: "many" } } })],
    [
      "more containers than fit into a pod",
      reviewOf({
        namespace: "shop",
        object: { spec: { containers: Array.from({ length: 1001 }, () => ({})) } },
      }),
    ],
  ])("that is %s is a bad request", async (_what, text) => {
    await expect(answer({ validate: {} }, text, "validate")).rejects.toThrow(BadReview);
  });
});
