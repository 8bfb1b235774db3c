import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkGraph } from "../../engine/graph.ts";
import type { Document } from "../../model/document.ts";
import type { BindingAction } from "./actions.ts";
import type { ObservedBinding, ObservedNamespace, ObservedRobot, ObservedSecret } from "./observed.ts";
import { slots, type Slot } from "./ownership.ts";
import { linked } from "./plan-links.ts";
import { plan, planRemoval } from "./plan.ts";
import { projectBindingSchema, type ProjectBindingSpec } from "./schema.ts";

const now = new Date("2026-11-22T12:00:00Z");
const inDays = (days: number): number => now.getTime() / 1000 + days * 86_400;

const document = (over: object = {}): Document<ProjectBindingSpec> => ({
  apiVersion: "moorline.io/v1alpha1",
  kind: "ProjectBinding",
  metadata: { name: "team-a", labels: {}, annotations: {} },
  spec: projectBindingSchema.spec.parse({
    registry: "main",
    projects: { workspace: "demo" },
    harborProject: { name: "team-a" },
    ...over,
  }),
  source: { name: "a.yaml", line: 1, column: 1, directory: "." },
});

const robot = (slot: Slot, over: Partial<ObservedRobot> = {}): ObservedRobot => ({
  id: slots.indexOf(slot) + 1,
  harborProject: "team-a",
  name: `robot$team-a+team-a.demo.123456.${slot}`,
  slot,
  ours: true,
  disabled: false,
  expiresAt: inDays(80),
  durationDays: 90,
  permissions: ["repository:pull"],
  ...over,
});

const secret = (over: Partial<ObservedSecret> = {}): ObservedSecret => ({
  name: "harbor",
  uid: "u1",
  resourceVersion: "7",
  owner: "us",
  flaws: [],
  username: robot("a").name,
  harborProject: "team-a",
  accepted: true,
  ...over,
});

const account = { name: "default", resourceVersion: "3", pullSecrets: ["theirs", "harbor"], marked: true };

const namespace = (over: Partial<ObservedNamespace> = {}): ObservedNamespace => ({
  name: "demo",
  chosen: true,
  secret: secret(),
  formerSecrets: [],
  serviceAccounts: [account],
  robots: [robot("a")],
  ...over,
});

const without = (...keys: (keyof ObservedNamespace)[]): ObservedNamespace =>
  Object.fromEntries(
    Object.entries(namespace()).filter(([k]) => !keys.includes(k as keyof ObservedNamespace)),
  ) as unknown as ObservedNamespace;

const observed = (over: Partial<ObservedBinding> = {}): ObservedBinding => ({
  registryUrl: "https://harbor.example.com",
  cluster: "123456",
  harborProjects: [
    { name: "team-a", id: 2, public: false, autoScan: true, storageLimit: -1, repositories: 1 },
  ],
  namespaces: [namespace()],
  missing: [],
  ...over,
});

const idsOf = (p: { steps: readonly { id: string }[] }): string[] => p.steps.map((s) => s.id);
const codesOf = (p: { findings: readonly { code: string }[] }): string[] => p.findings.map((f) => f.code);
const planned = (n: ObservedNamespace, over: object = {}) =>
  plan(document(over), observed({ namespaces: [n] }), now);

describe("a plan of a ProjectBinding", () => {
  test("is empty where everything is as it should be", () => {
    expect(plan(document(), observed(), now)).toEqual({ steps: [], findings: [] });
  });

  test("makes the project, the credential and the link, in this order, where nothing is there", () => {
    const nothing = observed({
      harborProjects: [{ name: "team-a" }],
      namespaces: [
        {
          ...without("secret"),
          robots: [],
          serviceAccounts: [{ ...account, pullSecrets: [], marked: false }],
        },
      ],
    });
    const { steps } = plan(document(), nothing, now);
    expect(steps.map((s) => [s.id, s.after])).toEqual([
      ["project/team-a", []],
      ["credential/demo", ["project/team-a"]],
      ["links/demo", ["credential/demo"]],
    ]);
    expect(steps[0]?.action).toMatchObject({ settings: { public: false, autoScan: true } });
  });

  test("finds nothing wrong with a project that is there and says otherwise where the document is silent", () => {
    const open = observed({ harborProjects: [{ name: "team-a", id: 2, public: true, autoScan: false }] });
    expect(idsOf(plan(document(), open, now))).toEqual([]);
    expect(codesOf(plan(document(), open, now))).toEqual(["HARBOR_PROJECT_IS_PUBLIC"]);
  });

  test("sets on a project that is there only what the document names", () => {
    const { steps } = plan(
      document({ harborProject: { name: "team-a", public: false, storageLimit: "1Gi" } }),
      observed(),
      now,
    );
    expect(steps.map((s) => s.action)).toEqual([
      { type: "update-project", name: "team-a", settings: { storageLimit: 1024 ** 3 } },
    ]);
  });

  const renewed = ["credential/demo"];
  const renewedAtOnce = [...renewed, "robots/demo"];
  test.each<[string, Partial<ObservedNamespace>, string[], string[]]>([
    [
      "the robot is disabled",
      { robots: [robot("a", { disabled: true })] },
      renewedAtOnce,
      ["ROBOT_DISABLED"],
    ],
    ["the robot is gone", { robots: [] }, ["credential/demo"], ["ROBOT_GONE"]],
    [
      "the robot has expired",
      { robots: [robot("a", { expiresAt: inDays(-1) })] },
      renewedAtOnce,
      ["ROBOT_EXPIRED"],
    ],
    [
      "the robot expires soon",
      { robots: [robot("a", { expiresAt: inDays(29) })] },
      renewed,
      ["ROBOT_EXPIRES_SOON"],
    ],
    [
      "the robot may push",
      { robots: [robot("a", { permissions: ["repository:pull", "repository:push"] })] },
      renewed,
      ["ROBOT_PERMISSIONS_DIFFER"],
    ],
    [
      "the robot never expires",
      { robots: [robot("a", { expiresAt: -1, durationDays: -1 })] },
      renewed,
      ["ROBOT_LIVES_TOO_LONG"],
    ],
    [
      "Harbor refuses the credential",
      { secret: secret({ accepted: false }) },
      renewedAtOnce,
      ["CREDENTIAL_REFUSED"],
    ],
    [
      "the Secret is for another registry",
      { secret: secret({ flaws: ["other-registry"] }) },
      renewed,
      ["SECRET_FOR_OTHER_REGISTRY"],
    ],
    ["the Secret is no JSON", { secret: secret({ flaws: ["unreadable"] }) }, renewed, ["SECRET_UNREADABLE"]],
    [
      "the key lacks its scheme",
      { secret: secret({ flaws: ["key-without-scheme"] }) },
      ["secret/demo/harbor"],
      ["SECRET_KEY_WITHOUT_SCHEME"],
    ],
    [
      "the console added force-insecure",
      { secret: secret({ flaws: ["force-insecure"] }) },
      ["secret/demo/harbor"],
      ["SECRET_FORCE_INSECURE"],
    ],
    [
      "the link is lost",
      { serviceAccounts: [{ ...account, pullSecrets: ["theirs"] }] },
      ["links/demo"],
      ["SERVICE_ACCOUNT_NOT_LINKED"],
    ],
    ["the account is not there yet", { serviceAccounts: [] }, [], ["SERVICE_ACCOUNT_MISSING"]],
    [
      "an older robot is left over",
      { robots: [robot("a", { id: 5 }), robot("b")] },
      ["robots/demo"],
      ["ROBOT_LEFT_OVER"],
    ],
    ["the namespace is going", { excluded: "terminating" }, [], ["NO_PROJECT_CHOSEN", "PROJECT_TERMINATING"]],
    ["somebody else made the Secret", { secret: secret({ owner: "foreign" }) }, [], ["SECRET_NOT_OURS"]],
    [
      "a FederatedSecret has the Secret",
      { secret: secret({ owner: "federation" }) },
      [],
      ["SECRET_OF_FEDERATION"],
    ],
    [
      "another binding has the Secret",
      { secret: secret({ owner: "binding" }) },
      [],
      ["SECRET_OF_OTHER_BINDING"],
    ],
  ])("where %s", (_what, over, ids, codes) => {
    const part = planned(namespace(over));
    expect(codesOf(part)).toEqual(codes);
    expect(idsOf(part)).toEqual(ids);
  });

  test("takes over a Secret of others only where the document says so, as a replacement", () => {
    const foreign = namespace({ secret: secret({ owner: "foreign", uid: "u9" }), robots: [] });
    const { steps } = planned(foreign, { secret: { adoptExisting: true } });
    expect(steps[0]?.action).toMatchObject({ type: "issue-credential", replaces: { uid: "u9" } });
    const odd = namespace({ secret: secret({ owner: "foreign", flaws: ["wrong-type"] }), robots: [] });
    expect(codesOf(planned(odd, { secret: { adoptExisting: true } }))).toEqual(["SECRET_NOT_ADOPTABLE"]);
  });

  test("puts the successor into the other slot and removes an old robot that is of no use after it", () => {
    const { steps } = planned(namespace({ robots: [robot("a", { expiresAt: inDays(-1) })] }));
    expect(steps[0]?.action).toMatchObject({ type: "issue-credential", slot: "b", clear: [] });
    expect(steps[1]).toMatchObject({ after: ["credential/demo"], action: { robots: [1] } });
  });

  test("keeps no old robot whose login Harbor refuses", () => {
    const refused = namespace({ robots: [robot("a")], secret: secret({ accepted: false }) });
    expect(planned(refused).steps[0]?.action).toMatchObject({ type: "issue-credential", keepsOld: false });
  });

  test("keeps no old robot where the Secret names none, or one that can not pull any more", () => {
    const nobody = namespace({
      secret: secret({ username: "somebody" }),
      robots: [robot("a")],
    });
    for (const at of [nobody, namespace({ robots: [robot("a", { expiresAt: inDays(-1) })] })]) {
      const { steps } = planned(at);
      expect(steps[0]?.action).toMatchObject({ type: "issue-credential", keepsOld: false });
      expect(steps[1]?.action).toMatchObject({ type: "remove-robots", robots: [1] });
    }
  });

  test("keeps a leftover robot as long as the replaced one, which the Secret does not tell from it", () => {
    const { steps } = planned(
      namespace({
        robots: [robot("a", { expiresAt: inDays(1) }), robot("c", { expiresAt: inDays(-1) }), robot("b")],
      }),
    );
    expect(steps.map((s) => s.action)).toMatchObject([
      { type: "issue-credential", keepsOld: true },
      { type: "remove-robots", robots: [3] },
    ]);
  });

  test("keeps an old robot while pulls may be using it, and removes it by a later run", () => {
    const { steps } = planned(namespace({ robots: [robot("a", { expiresAt: inDays(1) })] }));
    expect(steps.map((s) => s.action)).toMatchObject([
      { type: "issue-credential", slot: "b", keepsOld: true },
    ]);
    const switched = (minutes: number, over: Partial<ObservedSecret> = {}): ObservedNamespace =>
      namespace({
        secret: secret({
          username: robot("b").name,
          replacedAt: now.getTime() - minutes * 60_000,
          ...over,
        }),
        robots: [robot("a", { expiresAt: inDays(1) }), robot("b")],
      });
    expect(planned(switched(9))).toEqual({ steps: [], findings: [] });
    // Two clocks need not agree; but one that is far ahead keeps nothing for ever.
    expect(planned(switched(-9))).toEqual({ steps: [], findings: [] });
    for (const minutes of [10, -10]) {
      const { steps: removal } = planned(switched(minutes));
      expect(removal.map((s) => s.action)).toEqual([
        { type: "remove-robots", namespace: "demo", robots: [1] },
      ]);
    }
    // What was replaced by `moorline rotate robots` waits for that to let go of it.
    const rotated = switched(60, { rotating: robot("a").name });
    expect(planned(rotated)).toEqual({ steps: [], findings: [] });
  });

  test("never takes a robot that others made under our name", () => {
    const theirs = robot("a", { ours: false });
    const { steps } = planned({ ...without("secret"), robots: [theirs] });
    expect(steps[0]?.action).toMatchObject({ slot: "b", clear: [] });
    const all = planned({ ...without("secret"), robots: slots.map((slot) => robot(slot, { ours: false })) });
    expect(codesOf(all)).toContain("ROBOT_NAME_TAKEN");
    expect(idsOf(all)).toEqual([]);
  });

  test("clears the oldest robot that no Secret holds where no name is free", () => {
    const { steps } = planned({
      ...without("secret"),
      robots: [robot("a", { id: 9 }), robot("b", { id: 8 }), robot("c", { ours: false })],
    });
    expect(steps[0]?.action).toMatchObject({ slot: "b", clear: [8] });
    expect(steps.find((s) => s.id === "robots/demo")?.action).toMatchObject({ robots: [9] });
  });

  test("fences a leftover robot that is younger than the one in use, since another run may hold it", () => {
    const { steps } = planned(namespace({ robots: [robot("a"), robot("b")] }));
    expect(steps[0]?.action).toMatchObject({ robots: [2], fence: { name: "harbor", resourceVersion: "7" } });
  });

  test("releases a project that is chosen no more, but not when nothing at all is chosen", () => {
    const left = namespace({ name: "left", chosen: false });
    const part = plan(document(), observed({ namespaces: [namespace(), left] }), now);
    expect(idsOf(part)).toEqual(["unlink/left", "delete-secret/left/harbor", "robots/left"]);
    expect(part.steps[1]?.interrupts).toBeDefined();
    const slip = plan(document(), observed({ namespaces: [left] }), now);
    expect(idsOf(slip)).toEqual([]);
    expect(codesOf(slip)).toEqual(["NO_PROJECT_CHOSEN"]);
  });

  test("moves to another Harbor project with a new credential, and keeps the old robot for a while", () => {
    const there = observed({ harborProjects: [{ name: "team-b", id: 3, repositories: 0 }] });
    const part = plan(document({ harborProject: { name: "team-b" } }), there, now);
    expect(idsOf(part)).toEqual(["credential/demo"]);
    expect(part.steps[0]?.action).toMatchObject({ harborProject: "team-b", slot: "a", keepsOld: true });
  });

  test("says in every report what is weaker than it should be", () => {
    const weak = { robot: { permissions: ["pull", "push"], neverExpires: true } };
    const fits = namespace({
      robots: [
        robot("a", { expiresAt: -1, durationDays: -1, permissions: ["repository:pull", "repository:push"] }),
      ],
    });
    expect(codesOf(planned(fits, weak))).toEqual(["BINDING_ALLOWS_PUSH", "BINDING_NEVER_EXPIRES"]);
  });
});

describe("removal", () => {
  test("takes the link, the Secret and the robot, and keeps the project", () => {
    const { steps } = planRemoval(document(), observed());
    expect(steps.map((s) => [s.id, s.after])).toEqual([
      ["unlink/demo", []],
      ["delete-secret/demo/harbor", ["unlink/demo"]],
      ["robots/demo", ["unlink/demo", "delete-secret/demo/harbor"]],
    ]);
  });

  test("leaves a Secret and links that others made", () => {
    const theirs = namespace({
      secret: secret({ owner: "foreign" }),
      serviceAccounts: [{ ...account, marked: false }],
      robots: [],
    });
    expect(idsOf(planRemoval(document(), observed({ namespaces: [theirs] })))).toEqual([]);
  });

  const asked = document({ harborProject: { name: "team-a", deletionPolicy: "Delete" } });
  test.each([
    ["that it created and that is empty", { createdByUs: true, repositories: 0 }, true],
    ["that holds images", { createdByUs: true, repositories: 1 }, false],
    ["that others created", { repositories: 0 }, false],
  ])("asked to, deletes a project %s: %o → %s", (_what, project, deleted) => {
    const there = observed({ harborProjects: [{ name: "team-a", id: 2, ...project }] });
    const part = planRemoval(asked, there);
    expect(idsOf(part).includes("project/team-a")).toBe(deleted);
    expect(codesOf(part)).toEqual(deleted ? [] : ["HARBOR_PROJECT_KEPT"]);
  });
});

describe("the list of pull secrets", () => {
  test("keeps what others put there, in its order, and holds ours once", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom("harbor", "old", "x", "y", "z")), (current) => {
        const result = linked(current, { add: ["harbor"], remove: ["old"] });
        expect(result.filter((n) => n === "harbor")).toHaveLength(1);
        expect(result).not.toContain("old");
        const others = (names: readonly string[]) => names.filter((n) => n !== "harbor" && n !== "old");
        expect(others(result)).toEqual(others(current));
        expect(linked(result, { add: ["harbor"], remove: ["old"] })).toEqual(result);
      }),
    );
  });
});

describe("any plan", () => {
  const anyRobot = fc
    .record({
      slot: fc.constantFrom(...slots),
      ours: fc.boolean(),
      disabled: fc.boolean(),
      id: fc.nat(20),
    })
    .map((r) => robot(r.slot, r));
  const anyNamespace = fc
    .record({
      chosen: fc.boolean(),
      secret: fc.option(
        fc
          .record({
            owner: fc.constantFrom("us" as const, "binding" as const, "foreign" as const),
            accepted: fc.boolean(),
          })
          .map(secret),
        { nil: undefined },
      ),
      robots: fc.uniqueArray(anyRobot, { selector: (r) => r.slot, maxLength: 2 }),
      pullSecrets: fc.array(fc.constantFrom("harbor", "theirs"), { maxLength: 3 }),
      marked: fc.boolean(),
    })
    .map(({ secret, pullSecrets, marked, ...rest }): Partial<ObservedNamespace> => ({
      ...rest,
      ...(secret !== undefined && { secret }),
      serviceAccounts: [{ ...account, pullSecrets, marked }],
    }));

  /** What an action would do to a Secret or a robot that is not ours. */
  const touchingOthers = (action: BindingAction, namespaces: readonly ObservedNamespace[]): unknown[] => {
    const at = namespaces.find((n) => "namespace" in action && n.name === action.namespace);
    if (at === undefined) return [];
    if (action.type === "remove-robots")
      return action.robots.filter((id) => !at.robots.some((r) => r.id === id && r.ours));
    if (action.type === "link") return [];
    return (at.secret?.owner ?? "us") === "us" ? [] : [action];
  };

  test("has an order, and touches neither Secrets nor robots of others", () => {
    fc.assert(
      fc.property(fc.array(anyNamespace, { maxLength: 5 }), (parts) => {
        const namespaces = parts.map((part, i) => ({ ...without("secret"), ...part, name: `n${i}` }));
        const state = observed({ namespaces });
        for (const { steps } of [plan(document(), state, now), planRemoval(document(), state)]) {
          expect(() => checkGraph("x", steps)).not.toThrow();
          expect(steps.flatMap(({ action }) => touchingOthers(action, namespaces))).toEqual([]);
        }
      }),
    );
  });
});
