import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { apply, type ApplyResult } from "../../engine/apply.ts";
import { makePlan } from "../../engine/plan.ts";
import { describeInvariants } from "../../engine/testing/invariants.ts";
import { kinds, setCache, startPair, type CacheScene, type Pair } from "./testing/scene.ts";

const never = new AbortController().signal;
let pair: Pair;
beforeAll(async () => {
  pair = await startPair("v2.15.2-1a2b3c4d");
});
afterAll(() => pair[Symbol.asyncDispose]());

const planOf = ({ documents, world }: CacheScene, direction: "apply" | "remove" = "apply") =>
  makePlan(documents, kinds, world, { signal: never, direction });
const applied = async (scene: CacheScene): Promise<ApplyResult> =>
  apply(await planOf(scene), kinds, scene.world);
const stepsOf = async (scene: CacheScene, direction: "apply" | "remove" = "apply"): Promise<string[]> =>
  (await planOf(scene, direction)).documents.flatMap((d) =>
    d.steps.map((s) => `${s.change} ${s.id.replaceAll(scene.name, "NAME")}`),
  );
const findingsOf = async (scene: CacheScene): Promise<string[]> =>
  (await planOf(scene)).documents.flatMap((d) => d.findings.map((f) => f.code));

const full = () => `
  project: {public: true, storageLimit: 1Gi}
  lifetime: {daysSinceLastPull: 30, schedule: "0 30 2 * * *"}
  limits: {kilobytesPerSecond: 2048, upstreamConnections: 10}
  serveRemovedUpstream: true
  preheat:
    network: {vendor: dragonfly, endpoint: "${pair.network}"}
    policies: [{name: nightly, repositories: "library/**", schedule: "0 0 3 * * *"}]`;

/** What people and time do to a cache. */
const damages = {
  "endpoint pointed elsewhere": async (name) => {
    const { store } = pair.harbor.site;
    const endpoint = store.find("registries", (r) => r.name === `moorline-${name}`);
    if (endpoint !== undefined) store.update("registries", endpoint.id, { url: "https://localhost:1" });
  },
  "verification switched off": async (name) => {
    const { store } = pair.harbor.site;
    const endpoint = store.find("registries", (r) => r.name === `moorline-${name}`);
    if (endpoint !== undefined) store.update("registries", endpoint.id, { insecure: true });
  },
  "project made private": (name) => pair.admin.projects.update(name, { metadata: { public: "false" } }),
  "limit lifted": (name) => pair.admin.projects.update(name, { metadata: { proxy_speed_kb: "-1" } }),
  "retention changed": async (name) => {
    const project = await pair.admin.projects.getByName(name);
    const id = Number(project?.metadata["retention_id"]);
    const lifetime = { projectId: project?.project_id ?? 0, daysSinceLastPull: 1, cron: "0 0 0 * * *" };
    await pair.admin.retentions.update(id, lifetime);
  },
  "policy deleted": (name) => pair.admin.preheat.deletePolicy(name, "nightly"),
  "image evicted": async (name) => {
    const { store } = pair.harbor.site;
    const repository = store.find("repositories", (r) => r.name === `${name}/library/busybox`);
    if (repository !== undefined) store.removeWhere("tags", (t) => t.repositoryId === repository.id);
  },
} as const satisfies Record<string, (name: string) => Promise<void>>;
type Damage = keyof typeof damages;

describe("a cache", () => {
  test("is made whole, serves its warm image by tag, and the second run finds nothing to do", async () => {
    await using scene = setCache(pair, full());
    const result = await applied(scene);
    expect(result.documents.flatMap((d) => d.failures)).toEqual([]);
    expect(result.documents.flatMap((d) => d.proofs.filter((p) => !p.ok))).toEqual([]);
    expect(await scene.works()).toBe(true);
    expect(await scene.snapshot()).toMatchObject({
      proxies: true,
      held: true,
      endpoint: { insecure: false, credential: { access_key: "admin" } },
      metadata: { public: "true", proxy_speed_kb: "2048", max_upstream_conn: "10" },
      rules: [{ template: "nDaysSinceLastPull", params: { nDaysSinceLastPull: 30 } }],
      policies: [{ name: "nightly", enabled: true, provider_id: true }],
    });
    expect(await stepsOf(scene)).toEqual([]);
  });

  test("goes on serving a warm image when the upstream is gone, and says that it is", async () => {
    await using own = await startPair("v2.15.2-1a2b3c4d");
    await using scene = setCache(own);
    await applied(scene);
    await own.upstream[Symbol.asyncDispose]();
    expect(await scene.works()).toBe(true);
    expect(await findingsOf(scene)).toContain("PROXY_UPSTREAM_UNREACHABLE");
    expect(await stepsOf(scene)).toEqual([]);
  });

  test("is not begun while Harbor does not reach the upstream", async () => {
    await using scene = setCache(pair, "", "https://localhost:1");
    expect(await findingsOf(scene)).toEqual(["PROXY_UPSTREAM_UNREACHABLE"]);
    expect(await stepsOf(scene)).toEqual([]);
  });

  test("does not touch a project or an endpoint that somebody else made", async () => {
    await using scene = setCache(pair);
    await pair.admin.projects.create({ name: scene.name });
    expect(await findingsOf(scene)).toEqual(["PROXY_PROJECT_TAKEN"]);
    await using other = setCache(pair);
    await pair.admin.registries
      .create({
        name: `moorline-${other.name}`,
        type: "harbor",
        url: pair.upstream.url,
        insecure: true,
      })
      .catch(() => undefined);
    pair.harbor.site.store.insert("registries", {
      name: `moorline-${other.name}`,
      type: "harbor",
      url: "https://elsewhere.example",
      description: "",
      insecure: false,
      caCertificate: "",
      credentialType: "",
      accessKey: "",
      accessSecret: "",
      created: "",
      updated: "",
    });
    expect(await findingsOf(other)).toContain("PROXY_ENDPOINT_TAKEN");
    expect(await stepsOf(other)).toEqual([]);
  });

  test("is kept with what it holds when its document goes, and removed when empty and asked for", async () => {
    await using scene = setCache(pair, full());
    await applied(scene);
    expect(await stepsOf(scene, "remove")).toEqual([
      "delete preheat-policy/nightly",
      "delete preheat-network/NAME",
    ]);
    await using empty = setCache(pair, "  project: {deletionPolicy: Delete}\n  lifetime: {}\n");
    const { documents, world, name } = empty;
    const cold = documents.map((d) => ({ ...d, spec: { ...(d.spec as object), warm: [] } }));
    await apply(await makePlan(cold, kinds, world, { signal: never }), kinds, world);
    const removal = await makePlan(cold, kinds, world, { signal: never, direction: "remove" });
    expect((await apply(removal, kinds, world)).ok).toBe(true);
    expect(await pair.admin.projects.getByName(name)).toBeUndefined();
    expect(await pair.admin.registries.getByName(`moorline-${name}`)).toBeUndefined();
  });
});

describe("an old Harbor", () => {
  test("is told nothing that it does not know, and the document is told so", async () => {
    await using old = await startPair("v2.9.5-1a2b3c4d");
    await using scene = setCache(old, full());
    const findings = (await planOf(scene)).documents.flatMap((d) => d.findings);
    expect(findings.filter((f) => f.code === "PROXY_SETTING_UNKNOWN_TO_HARBOR")).toHaveLength(4);
  });
});

const states = fc.oneof(
  { weight: 1, arbitrary: fc.constant("fresh" as const) },
  {
    weight: 4,
    arbitrary: fc.uniqueArray(fc.constantFrom(...(Object.keys(damages) as Damage[])), {
      minLength: 1,
      maxLength: 3,
    }),
  },
);

describeInvariants("ProxyCache", {
  kinds,
  states,
  runs: 4,
  scene: async (state) => {
    const scene = setCache(pair, full());
    if (state === "fresh") return scene;
    await applied(scene);
    for (const damage of state) await damages[damage](scene.name);
    return scene;
  },
});
