import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createHarborClient, type HarborClient } from "../../../clients/harbor/client.ts";
import { openEndpoint } from "../../../clients/http/endpoint.ts";
import { parseImageReference } from "../../../clients/registry/reference.ts";
import { Sensitive } from "../../../model/sensitive.ts";
import { addProject } from "../../../sandbox/harbor/api/projects.ts";
import { seedImage } from "../../../sandbox/harbor/seed.ts";
import { adminPassword, testHarbor, type TestHarbor } from "../../../sandbox/harbor/testing/start.ts";
import type { Evidence } from "../evidence.ts";
import { probeHarbor } from "./harbor.ts";
import { probeHarborImage, type HarborImageQuestion } from "./harbor-image.ts";

let site: TestHarbor;
let admin: HarborClient;
const closing: AsyncDisposable[] = [];
const signal = new AbortController().signal;
const now = Date.UTC(2026, 10, 23);

function clientAs(username: string | undefined, password = adminPassword): HarborClient {
  const endpoint = openEndpoint(site.harbor.url, {});
  closing.push(endpoint);
  const credential = username === undefined ? undefined : { username, password: new Sensitive(password) };
  return createHarborClient(endpoint, credential);
}

beforeAll(async () => {
  site = await testHarbor();
  const { harbor } = site;
  admin = clientAs("admin");
  for (const name of ["team", "other"])
    addProject(harbor.site, { name, ownerId: 1, metadata: { public: "false" }, registryId: 0, limit: -1 });
  const files = [{ path: "data", content: "x" }];
  for (const repository of ["app", "deep/app"])
    await seedImage(harbor, { project: "team", repository, tag: "v1.0", files });
});
afterAll(async () => {
  for (const each of closing) await each[Symbol.asyncDispose]();
  await site[Symbol.asyncDispose]();
});
beforeEach(async () => {
  const { harbor } = site;
  harbor.faults.clear();
  const metadata = {
    public: "false",
    prevent_vul: "false",
    enable_content_trust_cosign: "false",
  } as const;
  await admin.projects.update("team", { metadata });
  for (const scan of harbor.site.store.all("scans")) harbor.site.store.remove("scans", scan.id);
});

const shown = (evidence: readonly Evidence[]) =>
  evidence.filter(({ outcome }) => outcome === "wrong").map(({ sign }) => sign);
const wordsOf = (evidence: readonly Evidence[]) =>
  evidence.flatMap(({ outcome, told }) => (outcome === "wrong" && "en" in told ? [told.en] : [])).join("\n");

describe("of Harbor itself", () => {
  test("nothing is found in a healthy one, and much of it is told", async () => {
    const evidence = await probeHarbor(admin, signal);
    expect(evidence.map(({ outcome }) => outcome)).not.toContain("wrong");
    expect(new Set(evidence.map(({ probe }) => probe))).toContain("health");
    expect(evidence.find(({ outcome }) => outcome === "unknown")).toBeUndefined();
  });

  test("what nobody is told is unknown", async () => {
    const evidence = await probeHarbor(clientAs(undefined), signal);
    expect(shown(evidence)).toEqual([]);
    expect(evidence.filter(({ outcome }) => outcome === "unknown").map(({ probe }) => probe)).toEqual([
      "system",
      "scanners",
      "upstreams",
    ]);
  });

  test("an account that Harbor refuses is one finding", async () => {
    const evidence = await probeHarbor(clientAs("admin", "Wrong12345"), signal);
    expect(shown(evidence)).toEqual(["HARBOR_CREDENTIAL_REFUSED"]);
    expect(evidence.filter(({ outcome }) => outcome === "unknown")).toEqual([]);
  });

  test("a component that is ill is named with its error", async () => {
    const components = [
      { name: "core", status: "healthy" },
      { name: "redis", status: "unhealthy", error: "dial tcp: refused" },
    ];
    site.harbor.faults.push({
      match: { path: "/api/v2.0/health" },
      json: { status: "unhealthy", components },
    });
    const evidence = await probeHarbor(admin, signal);
    expect(shown(evidence)).toEqual(["HARBOR_COMPONENT_UNHEALTHY"]);
    expect(wordsOf(evidence)).toBe("redis is not healthy: dial tcp: refused");
  });

  test.each([
    ["read-only mode", { read_only: true, external_url: "http://h" }, "HARBOR_READ_ONLY"],
    [
      "an address of the other scheme",
      { read_only: false, external_url: "https://h" },
      "HARBOR_EXTERNAL_URL",
    ],
  ])("%s is found", async (_, json, sign) => {
    site.harbor.faults.push({ match: { path: "/api/v2.0/systeminfo" }, json });
    expect(shown(await probeHarbor(admin, signal))).toEqual([sign]);
  });

  test.each([
    [{ total: 1000, free: 500 }, []],
    [{ total: 1000 }, ["HARBOR_STORAGE_FULL"]],
    [{}, []],
  ])("storage of %j shows %j", async (volume, signs) => {
    const info = { read_only: false, registry_storage_provider_name: "filesystem" };
    site.harbor.faults.push(
      { match: { path: "/api/v2.0/systeminfo/volumes" }, json: { storage: [volume] } },
      { match: { path: "/api/v2.0/systeminfo" }, json: info },
    );
    expect(shown(await probeHarbor(admin, signal))).toEqual(signs);
  });

  test("an endpoint that Harbor does not reach is found", async () => {
    const endpoint = { id: 1, name: "hub", type: "docker-hub", url: "https://hub", status: "unhealthy" };
    site.harbor.faults.push({ match: { path: "/api/v2.0/registries" }, json: [endpoint] });
    expect(shown(await probeHarbor(admin, signal))).toEqual(["HARBOR_UPSTREAM_UNHEALTHY"]);
  });
});

const ask = (image: string, more: Partial<HarborImageQuestion> = {}, client = admin) =>
  probeHarborImage(
    client,
    {
      reference: parseImageReference(`harbor.example.com/${image}`),
      login: undefined,
      isLoginRefused: false,
      now,
      ...more,
    },
    signal,
  );

describe("of an image", () => {
  test.each(["team/app:v1.0", "team/deep/app:v1.0"])(
    "nothing is found where %s is in order",
    async (image) => {
      const evidence = await ask(image);
      expect(new Set(evidence.map(({ outcome }) => outcome))).toEqual(new Set(["fine"]));
    },
  );

  test("a tag, a repository and a project that are not there are told with what comes near", async () => {
    const tag = await ask("team/app:v1.1");
    expect(shown(tag)).toEqual(["HARBOR_ARTIFACT_ABSENT"]);
    expect(wordsOf(tag)).toBe("the repository is there, without this tag; there is v1.0");
    const repository = await ask("team/ap:v1.0");
    expect(shown(repository)).toEqual(["HARBOR_ARTIFACT_ABSENT"]);
    expect(wordsOf(repository)).toContain("there is team/app");
    const project = await ask("teem/app:v1.0");
    expect(shown(project)).toEqual(["HARBOR_PROJECT_ABSENT"]);
    expect(wordsOf(project)).toContain("it has team");
  });

  test("a quota that is used up is found", async () => {
    const id = (await admin.projects.getByName("team"))?.project_id;
    const quota = { id: 1, ref: { id }, hard: { storage: 10 }, used: { storage: 10 } };
    site.harbor.faults.push({ match: { path: "/api/v2.0/quotas" }, json: [quota] });
    expect(shown(await ask("team/app:v1.0"))).toEqual(["HARBOR_QUOTA_FULL"]);
  });

  test("a cache whose upstream is down is found, and what it does not hold yet is nothing wrong", async () => {
    const id = site.harbor.site.store.insert("registries", {
      name: "dead",
      type: "docker-registry",
      url: "http://127.0.0.1:1",
      description: "",
      insecure: false,
      caCertificate: "",
      credentialType: "",
      accessKey: "",
      accessSecret: "",
      created: "",
      updated: "",
    }).id;
    addProject(site.harbor.site, { name: "cache", ownerId: 1, metadata: {}, registryId: id, limit: -1 });
    expect(shown(await ask("cache/library/nginx:1"))).toEqual(["HARBOR_UPSTREAM_UNHEALTHY"]);
  });

  test("what this account may not read is unknown, never absent", async () => {
    const evidence = await ask("team/app:v1.0", { login: "robot$ci" }, clientAs(undefined));
    expect(evidence.map(({ outcome }) => outcome)).toEqual(["unknown"]);
  });
});

describe("of a policy", () => {
  const scanner = [{ uuid: "u", name: "Trivy", is_default: true }];
  const scanned = (status: "Success" | "Running", ...found: readonly (readonly [string, string])[]) => {
    const { store } = site.harbor.site;
    const artifactId = store.all("artifacts")[0]?.id ?? 0;
    const vulnerabilities = found.map(([id, severity]) => {
      return { id, severity, package: "p", version: "1", fix_version: "" };
    });
    store.insert("scans", { artifactId, status, vulnerabilities, scanned: "2026-11-22T00:00:00.000Z" });
  };
  const preventing = (severity: "low" | "high", more: Parameters<typeof admin.projects.update>[1] = {}) =>
    admin.projects.update("team", {
      ...more,
      metadata: { prevent_vul: "true", severity, reuse_sys_cve_allowlist: "false" },
    });
  const inDays = (days: number) => now / 1000 + days * 86_400;
  const allowed = (days: number) => {
    return { cve_allowlist: { items: [{ cve_id: "CVE-1" }], expires_at: inDays(days) } };
  };

  test.each([
    ["lets milder ones through", "high", {}, [["CVE-1", "Medium"]], []],
    ["stops as severe ones", "high", {}, [["CVE-1", "High"]], ["HARBOR_POLICY_VULNERABILITY"]],
    ["stops severer ones", "low", {}, [["CVE-1", "Critical"]], ["HARBOR_POLICY_VULNERABILITY"]],
    ["lets exempt ones through", "high", allowed(1), [["CVE-1", "High"]], []],
    [
      "stops others than the exempt",
      "high",
      allowed(1),
      [
        ["CVE-1", "High"],
        ["CVE-2", "High"],
      ],
      ["HARBOR_POLICY_VULNERABILITY"],
    ],
    [
      "stops those that were exempt, and says so",
      "high",
      allowed(-1),
      [["CVE-1", "High"]],
      ["CVE_ALLOWLIST_OVER", "HARBOR_POLICY_VULNERABILITY"],
    ],
  ] as const)("on vulnerabilities that %s", async (_, severity, more, found, signs) => {
    await preventing(severity, more);
    scanned("Success", ...found);
    expect(shown(await ask("team/app:v1.0"))).toEqual(signs);
  });

  test("stops what was not scanned, or not to the end, where there is a scanner", async () => {
    site.harbor.faults.push({ match: { path: "/api/v2.0/scanners" }, json: scanner });
    await preventing("high");
    expect(wordsOf(await ask("team/app:v1.0"))).toContain("it was never scanned");
    scanned("Running");
    const evidence = await ask("team/app:v1.0");
    expect(shown(evidence)).toEqual(["HARBOR_POLICY_VULNERABILITY"]);
    expect(wordsOf(evidence)).toContain("its scan is Running");
  });

  test("without a scanner lets all through, which is told", async () => {
    await preventing("high");
    expect(shown(await ask("team/app:v1.0"))).toEqual(["HARBOR_SCANNER_ABSENT"]);
  });

  test("says nothing of a pull that was seen to work", async () => {
    await admin.projects.update("team", { metadata: { enable_content_trust_cosign: "true" } });
    expect(shown(await ask("team/app:v1.0", { isPulled: true }))).toEqual([]);
  });

  test("on signatures stops what has none", async () => {
    await admin.projects.update("team", { metadata: { enable_content_trust_cosign: "true" } });
    expect(shown(await ask("team/app:v1.0"))).toEqual(["HARBOR_POLICY_SIGNATURE"]);
    const signed = {
      id: 1,
      digest: "sha256:0",
      accessories: [{ digest: "sha256:1", type: "signature.cosign" }],
    };
    const path = /\/artifacts\/v1\.0$/;
    site.harbor.faults.push({ match: { path }, json: signed });
    expect(shown(await ask("team/app:v1.0"))).toEqual([]);
  });
});

describe("of a robot", () => {
  const access = [{ resource: "repository", action: "pull" }];
  const made = (name: string, of: string, level: "project" | "system" = "project") =>
    admin.robots.create({
      name,
      level,
      duration: 30,
      permissions: [{ kind: "project", namespace: of, access }],
    });

  test("one in order is told fine, and its refused login means that the secret is another by now", async () => {
    const { name: login } = await made("fine", "team");
    expect(shown(await ask("team/app:v1.0", { login }))).toEqual([]);
    expect(shown(await ask("team/app:v1.0", { login, isLoginRefused: true }))).toEqual(["ROBOT_SECRET_OLD"]);
  });

  test("one that is disabled, over or gone is found, also of another project", async () => {
    for (const [index, project] of ["team", "other"].entries()) {
      const { id, name: login } = await made(`bad-${index}`, project);
      const robot = await admin.robots.get(id);
      const over = (robot?.expires_at ?? 0) * 1000;
      expect(shown(await ask("team/app:v1.0", { login, now: over }))).toEqual(["ROBOT_EXPIRED"]);
      await admin.robots.update({ ...robot!, disable: true });
      expect(shown(await ask("team/app:v1.0", { login }))).toEqual(["ROBOT_DISABLED"]);
      await admin.robots.delete(id);
      expect(shown(await ask("team/app:v1.0", { login }))).toEqual(["ROBOT_ABSENT"]);
    }
    expect(shown(await ask("team/app:v1.0", { login: "robot$gone+x" }))).toEqual(["ROBOT_ABSENT"]);
  });

  test.each([
    ["of another project", "elsewhere", "other", "project", ["ROBOT_WITHOUT_PULL"]],
    ["of the system for another project", "outside", "other", "system", ["ROBOT_WITHOUT_PULL"]],
    ["of the system for all projects", "all", "*", "system", []],
  ] as const)("one %s shows its right", async (_, name, of, level, signs) => {
    const { name: login } = await made(name, of, level);
    expect(shown(await ask("team/app:v1.0", { login }))).toEqual(signs);
  });

  test("one without the right may pull what is public", async () => {
    await admin.projects.update("team", { metadata: { public: "true" } });
    const { name: login } = await made("public", "other");
    expect(shown(await ask("team/app:v1.0", { login }))).toEqual([]);
  });

  test("one whose prefix was changed is told with its new name", async () => {
    await made("old", "team");
    const prefixed = { robot_name_prefix: { value: "bot-" } };
    site.harbor.faults.push({ match: { path: "/api/v2.0/configurations" }, json: prefixed });
    const [robot] = await admin.robots.listOfProject((await admin.projects.getByName("team"))!.project_id);
    site.harbor.faults.push({
      match: { path: "/api/v2.0/robots" },
      json: [{ ...robot, name: "bot-team+old" }],
    });
    const evidence = await ask("team/app:v1.0", { login: "robot$team+old" });
    expect(shown(evidence)).toEqual(["ROBOT_ABSENT"]);
    expect(wordsOf(evidence)).toContain("bot-team+old");
  });

  test("a person's account is none, and nothing is said of it", async () => {
    const evidence = await ask("team/app:v1.0", { login: "alice" });
    expect(evidence.filter(({ probe }) => probe === "robot")).toEqual([]);
  });
});
