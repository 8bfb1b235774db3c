import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { NamespaceFacts } from "../../kinds/project-binding/admission/namespaces.ts";
import { policyFor } from "../../kinds/project-binding/admission/policy.ts";
import { binding } from "../../kinds/project-binding/admission/testing/policies.ts";
import { configurations, entriesFor, type Entry } from "./registration.ts";

const settings = {
  name: "moorline",
  place: { service: { namespace: "moorline-system", name: "moorline-webhook" } },
  ownNamespace: "moorline-system",
  caBundle: "PEM",
  injectFrom: undefined,
} as const;

/** A namespace as Kubernetes 1.20 has it, or with the label that carries its name from 1.21 on. */
const namespace = (name: string, labels: Record<string, string> = {}, named = false): NamespaceFacts => ({
  name,
  labels: named ? { ...labels, "kubernetes.io/metadata.name": name } : labels,
});
const workspace = (name: string) => ({ "kubesphere.io/workspace": name });

interface Selector {
  readonly matchExpressions: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values: readonly string[];
  }[];
}
interface Webhook {
  readonly name: string;
  readonly failurePolicy: string;
  readonly namespaceSelector: Selector;
  readonly clientConfig: object;
  readonly rules: readonly { readonly resources: readonly string[] }[];
}
const webhooksOf = (object: object): readonly Webhook[] =>
  (object as { webhooks: readonly Webhook[] }).webhooks;

/** As the API server reads a label selector. */
const selects = ({ matchExpressions }: Selector, { labels }: NamespaceFacts): boolean =>
  matchExpressions.every(({ key, operator, values }) => {
    const among = labels[key] !== undefined && values.includes(labels[key]);
    return operator === "In" ? among : !among;
  });

const demo = [namespace("shop", workspace("demo")), namespace("kube-system", workspace("system-workspace"))];

describe("the registration", () => {
  test("has an entry for each binding, for pods, closed where the binding is", () => {
    const entries = entriesFor([binding({ mutate: {}, validate: {} })], demo, settings.ownNamespace);
    const { mutating, validating } = configurations(entries, settings);
    expect(webhooksOf(mutating)).toMatchObject([
      {
        name: "shop.binding.moorline.io",
        failurePolicy: "Fail",
        sideEffects: "None",
        matchPolicy: "Equivalent",
        reinvocationPolicy: "IfNeeded",
        timeoutSeconds: 5,
        clientConfig: {
          service: { namespace: "moorline-system", name: "moorline-webhook", path: "/mutate", port: 443 },
          caBundle: Buffer.from("PEM").toString("base64"),
        },
      },
    ]);
    expect(webhooksOf(validating).map((w) => [w.name, w.failurePolicy])).toEqual([
      ["shop.binding.moorline.io", "Fail"],
      ["early.shop.binding.moorline.io", "Ignore"],
    ]);
  });

  test("leaves what a binding does not ask for alone", () => {
    const { mutating, validating } = configurations(
      entriesFor([binding({ mutate: {} })], demo, settings.ownNamespace),
      settings,
    );
    expect([webhooksOf(mutating).length, webhooksOf(validating).length]).toEqual([1, 0]);
  });

  test("goes by a URL outside the cluster, and without a caBundle where cert-manager fills it in", () => {
    const entries = entriesFor([binding({ mutate: {} })], demo, settings.ownNamespace);
    const outside = { ...settings, place: { url: "https://10.0.0.5:8443" }, caBundle: undefined };
    const { mutating } = configurations(entries, { ...outside, injectFrom: "moorline-system/webhook" });
    expect(webhooksOf(mutating)[0]?.clientConfig).toEqual({ url: "https://10.0.0.5:8443/mutate" });
    expect(mutating.metadata.annotations).toEqual({
      "cert-manager.io/inject-ca-from": "moorline-system/webhook",
    });
  });

  test.each<readonly [string, object, readonly NamespaceFacts[], Pick<Entry, "closed">]>([
    ["a workspace", { workspace: "demo" }, demo, { closed: true }],
    [
      "a label that kube-system has too, on 1.20",
      { selector: { matchLabels: { a: "b" } } },
      [namespace("x", { a: "b" }), namespace("kube-system", { a: "b" })],
      { closed: false },
    ],
    [
      "the same where namespaces carry their names",
      { selector: { matchLabels: { a: "b" } } },
      [namespace("x", { a: "b" }, true), namespace("kube-system", { a: "b" }, true)],
      { closed: true },
    ],
    [
      "names, where no label tells them",
      { names: ["x"] },
      [namespace("x"), namespace("y")],
      { closed: false },
    ],
    [
      "names, where Kubernetes tells them",
      { names: ["x"] },
      [namespace("x", {}, true), namespace("y", {}, true)],
      { closed: true },
    ],
    [
      "names, where KubeSphere tells them",
      { names: ["x"] },
      [namespace("x", { "kubesphere.io/namespace": "x" }), namespace("y")],
      { closed: true },
    ],
  ])("a binding by %s", (_what, projects, namespaces, expected) => {
    expect(
      entriesFor([binding({ validate: {} }, projects)], namespaces, settings.ownNamespace),
    ).toMatchObject([expected]);
  });

  test("never locks up a system namespace, nor one that no closed binding chose, and reaches all that are chosen", () => {
    const labels = fc.record(
      {
        "kubesphere.io/workspace": fc.constantFrom("demo", "other", "system-workspace"),
        team: fc.constantFrom("a", "b"),
      },
      { requiredKeys: [] },
    );
    const names = ["kube-system", "kube-public", "kubesphere-system", "shop", "till", "moorline-system"];
    const cluster = fc
      .tuple(fc.boolean(), fc.tuple(...names.map(() => labels)))
      .map(([named, all]) =>
        names.map((name, i) => namespace(name, all[i] as Record<string, string>, named)),
      );
    const projects = fc
      .record(
        {
          workspace: fc.constantFrom("demo", "system-workspace"),
          selector: fc.constantFrom("a", "b").map((team) => ({ matchLabels: { team } })),
          names: fc.subarray(names, { minLength: 1 }),
        },
        { requiredKeys: [] },
      )
      .filter((chosen) => Object.keys(chosen).length > 0);
    fc.assert(
      fc.property(cluster, projects, (namespaces, chosen) => {
        const made = binding({ mutate: {}, validate: {} }, chosen);
        const { mutating } = configurations(entriesFor([made], namespaces, settings.ownNamespace), settings);
        const [webhook] = webhooksOf(mutating);
        if (webhook === undefined) throw new Error("no entry");
        const wrong = namespaces.filter((each) => {
          const own = each.name === settings.ownNamespace;
          const wanted = policyFor(made, each) !== undefined && !own;
          const reached = selects(webhook.namespaceSelector, each);
          return wanted ? !reached : reached && webhook.failurePolicy === "Fail";
        });
        expect(wrong).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});
