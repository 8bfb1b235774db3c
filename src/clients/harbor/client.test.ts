import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { MoorlineError, type ErrorCode } from "../../model/errors.ts";
import { Sensitive } from "../../model/sensitive.ts";
import { openEndpoint } from "../http/endpoint.ts";
import { serveHttp } from "../http/testing/servers.ts";
import { createHarborClient, type HarborClient } from "./client.ts";
import { LoginGuard } from "./login-guard.ts";
import { replay, type Replay, type Seen } from "./testing/replay.ts";

let harbor: Replay;
let client: HarborClient;
let anonymous: HarborClient;

beforeAll(async () => {
  harbor = await replay("2.9.5");
});
afterAll(() => harbor[Symbol.asyncDispose]());
beforeEach(() => {
  // A fresh client each: a refused login in one test must not hold up the next.
  client = createHarborClient(harbor.endpoint, { username: "admin", password: new Sensitive("Harbor12345") });
  anonymous = createHarborClient(harbor.endpoint, undefined);
});

/** Answers with the recorded exchange and compares the request that came with the recorded one. */
async function asRecorded<T>(id: string, call: () => Promise<T>, also: { json?: false } = {}): Promise<T> {
  harbor.next(id);
  const result = await call();
  const sent = harbor.seen.at(-1) as Seen;
  const { request } = harbor.recorded(id);
  expect(sent.id).toBe(id);
  expect(sent.method).toBe(request.method);
  expect(sent.path).toBe((request.path.split("?")[0] ?? "").replaceAll(/\{\{#?\w+\}\}/g, "7"));
  expect(also.json === false ? request.json : sent.json).toEqual(request.json);
  expect(sent.headers.cookie).toBeUndefined();
  return result;
}

async function failure(id: string, call: () => Promise<unknown>): Promise<MoorlineError> {
  harbor.next(id);
  const thrown = await call().catch((e: unknown) => e);
  expect(thrown).toBeInstanceOf(MoorlineError);
  return thrown as MoorlineError;
}

const robotOfTeamA = {
  name: "ci",
  level: "project" as const,
  duration: 30,
  description: "ci",
  permissions: [
    {
      kind: "project" as const,
      namespace: "team-a",
      access: [
        { resource: "repository", action: "pull" },
        { resource: "repository", action: "push" },
      ],
    },
  ],
};

describe("against the recorded answers of Harbor 2.9.5, the system calls", () => {
  test("ping and health need no login", async () => {
    await asRecorded("ping", () => anonymous.system.ping());
    const health = await asRecorded("health", () => anonymous.system.health());
    expect(harbor.seen.at(-1)?.headers.authorization).toBeUndefined();
    expect(health.status).toBe("healthy");
    expect(health.components).toHaveLength(7);
  });

  test("read the version", async () => {
    const version = await asRecorded("systeminfo.admin", () => client.system.version());
    expect(version).toEqual({ major: 2, minor: 9, patch: 5, text: "v2.9.5-local295" });
  });

  test("tell a user from a robot and from nobody", async () => {
    expect(await asRecorded("user.current", () => client.system.currentUser())).toEqual({
      kind: "user",
      username: "admin",
      id: 7,
      systemAdministrator: true,
    });
    const password = new Sensitive("secret");
    const robot = createHarborClient(harbor.endpoint, { username: "robot$team-a+ci", password });
    expect(await asRecorded("robot.current", () => robot.system.currentUser())).toEqual({
      kind: "robot",
      username: "robot$team-a+ci",
    });
    expect(await anonymous.system.currentUser()).toEqual({ kind: "anonymous" });
  });

  test("read statistics, volumes without a path, and the absence of a CA for download", async () => {
    expect((await asRecorded("statistics", () => client.system.statistics())).public_project_count).toBe(1);
    expect(await asRecorded("volumes", () => client.system.volumes())).toEqual({ storage: [{}] });
    expect(await asRecorded("getcert", () => anonymous.system.downloadableCa())).toBeUndefined();
  });
});

describe("against the recorded answers of Harbor 2.9.5, the project calls", () => {
  test("create a project and give its id", async () => {
    const made = await asRecorded("project.create", () =>
      client.projects.create({
        name: "team-a",
        metadata: { public: "false", auto_scan: "true" },
        storageLimit: 10_485_760,
      }),
    );
    expect(made).toEqual({ id: 7 });
  });

  test("get a project by its exact name, and undefined for none", async () => {
    const found = await asRecorded("project.get", () => client.projects.getByName("team-a"));
    expect(harbor.seen.at(-1)?.headers["x-is-resource-name"]).toBe("true");
    expect(found).toMatchObject({ project_id: 7, metadata: { public: "false", auto_scan: "true" } });
    expect(
      await asRecorded("project.get.missing", () => client.projects.getByName("absent")),
    ).toBeUndefined();
  });

  test("never take a project of another name for the one asked for", async () => {
    const error = await failure("project.get", () => client.projects.getByName("team"));
    expect(error.code).toBe("HARBOR_RESPONSE_UNEXPECTED");
  });

  test("list, summarise and change projects", async () => {
    harbor.next("project.list.q");
    const names = (await Array.fromAsync(client.projects.list())).map((p) => p.name);
    expect(names).toEqual(["team-a", "team-b"]);
    const query = harbor.seen.at(-1)?.query;
    expect([query?.get("page"), query?.get("page_size"), query?.get("sort")]).toEqual(["1", "100", "name"]);
    const summary = await asRecorded("project.summary", () => client.projects.summary("team-a"));
    expect(summary.quota?.hard).toEqual({ storage: 10_485_760 });
    await asRecorded("project.update", () =>
      client.projects.update("team-a", {
        metadata: { prevent_vul: "true", severity: "high", reuse_sys_cve_allowlist: "false" },
        cve_allowlist: { items: [{ cve_id: "CVE-2020-1" }] },
      }),
    );
    const metadata = await asRecorded("project.metadata.list", () => client.projects.metadata("team-a"));
    expect(metadata.severity).toBe("critical");
    const error = await failure("project.delete.notempty", () => client.projects.delete("team-a"));
    expect([error.code, error.retry]).toEqual(["HARBOR_PRECONDITION", "never"]);
  });

  test("create a proxy cache and read its registry", async () => {
    await asRecorded(
      "proxy.project.create",
      () => client.projects.create({ name: "cache", metadata: { public: "true" }, registryId: 7 }),
      { json: false },
    );
    expect(
      (await asRecorded("proxy.project.get", () => client.projects.getByName("cache")))?.registry_id,
    ).toBe(7);
  });

  test("read and set quotas", async () => {
    const quota = await asRecorded("quota.list", () => client.quotas.getByProject(7));
    expect(quota).toMatchObject({ id: 7, hard: { storage: 10_485_760 }, used: { storage: 0 } });
    await asRecorded("quota.update", () => client.quotas.update(7, 20_971_520));
    harbor.next("quota.list");
    expect(await client.quotas.getByProject(8)).toBeUndefined();
  });

  test("add, list and change members", async () => {
    const entity = { username: "dev1" };
    const added = await asRecorded("member.add", () =>
      client.members.add("team-a", { role: "developer", entity }),
    );
    expect(added.id).toBe(4);
    const members = await asRecorded("member.list", () => client.members.list("team-a"));
    expect(members.map((m) => m.role_name)).toEqual(["projectAdmin", "developer"]);
    await asRecorded("member.update", () => client.members.setRole("team-a", 7, "guest"));
    const twice = () => client.members.add("team-a", { role: "developer", entity });
    expect((await failure("member.add.duplicate", twice)).code).toBe("HARBOR_CONFLICT");
  });
});

describe("against the recorded answers of Harbor 2.9.5, the robot calls", () => {
  test("create one, with its secret hidden from every print", async () => {
    const made = await asRecorded("robot.create", () => client.robots.create(robotOfTeamA));
    expect(made.name).toBe("robot$team-a+ci");
    expect(made.secret.reveal()).toBe("robotSecret-sample");
    expect(JSON.stringify(made)).not.toContain("robotSecret-sample");
  });

  test("get, list, refresh, write back and delete", async () => {
    const robot = await asRecorded("robot.get", () => client.robots.get(7));
    expect(robot).toMatchObject({ name: "robot$team-a+ci", disable: false, editable: true, duration: 30 });
    expect(await asRecorded("robot.get.missing", () => client.robots.get(99_999))).toBeUndefined();
    expect(await asRecorded("robot.list.project", () => client.robots.listOfProject(7))).toHaveLength(3);
    expect(harbor.seen.at(-1)?.query.get("q")).toBe("Level=project,ProjectID=7");
    const system = await asRecorded("robot.system.get", () => client.robots.get(7));
    expect(system?.expires_at).toBe(-1);
    const secret = await asRecorded("robot.refresh", () => client.robots.refreshSecret(7));
    expect(secret.reveal()).toBe("robotSecret-sample");
    await asRecorded("robot.disable", () => client.robots.update({ ...robot!, disable: true }), {
      json: false,
    });
    expect(harbor.seen.at(-1)?.json).toMatchObject({
      id: 7,
      name: "robot$team-a+ci",
      level: "project",
      disable: true,
    });
    await asRecorded("robot.delete", () => client.robots.delete(7));
    await asRecorded("robot.deleted.get", () => client.robots.get(7));
  });
});

describe("against the recorded answers of Harbor 2.9.5, the other lists", () => {
  test("repositories and artifacts, with slashes encoded twice", async () => {
    harbor.next("repo.list", "artifact.list", "artifact.list.norepo");
    const repositories = await Array.fromAsync(client.content.repositories("team-a"));
    expect(repositories.map((r) => r.name)).toEqual(["team-a/app"]);
    const artifacts = await Array.fromAsync(client.content.artifacts("team-a", "app"));
    expect(artifacts[0]).toMatchObject({
      size: 1465,
      tags: [{ name: "v1", immutable: false }],
      accessories: [],
    });
    expect(await Array.fromAsync(client.content.artifacts("team-a", "a/b"))).toEqual([]);
    const absent = () => client.content.artifact("team-a", "app", "absent");
    expect(await asRecorded("artifact.get.missing", absent)).toBeUndefined();
    expect(harbor.seen.at(-1)?.query.get("with_accessory")).toBe("true");
    const paths = harbor.seen.map(({ path }) => path);
    expect(paths).toContain("/api/v2.0/projects/team-a/repositories/a%252Fb/artifacts");
  });

  test("registries without their masked secret, scanners, configurations, the CVE allowlist", async () => {
    const registries = await asRecorded("registry.list", () => client.settings.registries());
    expect(registries[0]).toMatchObject({ name: "self", insecure: true });
    expect(JSON.stringify(registries)).not.toContain("*****");
    expect(await asRecorded("scanners.list", () => client.settings.scanners())).toEqual([]);
    const configurations = await asRecorded("config.get", () => client.settings.configurations());
    expect(configurations.read_only).toEqual({ value: false, editable: true });
    expect((await asRecorded("cve.allowlist.get", () => client.settings.cveAllowlist())).items).toEqual([]);
  });
});

describe("a recorded refusal becomes an error that says what to do", () => {
  const create = () => client.projects.create({ name: "team-a" });
  test.each<[string, () => Promise<unknown>, ErrorCode, string]>([
    ["user.current.wrong", () => client.system.currentUser(), "HARBOR_CREDENTIAL_REFUSED", "never"],
    [
      "project.create.anon",
      () => anonymous.projects.create({ name: "x" }),
      "HARBOR_CREDENTIAL_MISSING",
      "never",
    ],
    ["project.create.duplicate", create, "HARBOR_CONFLICT", "now"],
    ["project.create.badname", create, "HARBOR_INVALID", "never"],
    ["project.create.badtype", create, "HARBOR_INVALID", "never"],
    ["member.forbidden", () => client.settings.configurations(), "HARBOR_FORBIDDEN", "never"],
    ["readonly.api", create, "HARBOR_READ_ONLY", "later"],
    ["quota.push.put", create, "HARBOR_QUOTA_EXCEEDED", "never"],
    ["robot.create.noproject", () => client.robots.create(robotOfTeamA), "HARBOR_NOT_FOUND", "never"],
    ["scanall.schedule.noscanner", create, "HARBOR_PRECONDITION", "never"],
  ])("%s", async (id, call, code, retry) => {
    const error = await failure(id, call);
    expect([error.code, error.retry]).toEqual([code, retry]);
    expect(error.subject).toContain(harbor.endpoint.url);
  });
});

describe("what Harbor would misread is not sent", () => {
  const sentBefore = () => harbor.seen.length;
  test.each<[string, () => Promise<unknown>, string]>([
    ["a project name in capitals", () => client.projects.create({ name: "Team" }), "name"],
    [
      "a severity that Harbor would store unread",
      () => client.projects.update("team-a", { metadata: { severity: "bogus" as "low" } }),
      "severity",
    ],
    ["a robot of zero days", () => client.robots.create({ ...robotOfTeamA, duration: 0 }), "duration"],
    [
      "a robot without permissions",
      () => client.robots.create({ ...robotOfTeamA, permissions: [] }),
      "permissions",
    ],
    ["a quota below -1", () => client.quotas.update(1, -2), "-1"],
    ["a weak secret", () => client.robots.refreshSecret(1, new Sensitive("weakweakweak")), "upper-case"],
  ])("%s", async (_what, call, named) => {
    const before = sentBefore();
    const error = (await call().catch((e: unknown) => e)) as MoorlineError;
    expect(error.code).toBe("HARBOR_REQUEST_INVALID");
    expect(error.message).toContain(named);
    expect(error.message).not.toContain("weakweakweak");
    expect(sentBefore()).toBe(before);
  });
});

describe("after a refused login", () => {
  test("nothing more is sent under that secret while Harbor locks the account", async () => {
    let now = 0;
    const loginGuard = new LoginGuard({ now: () => now });
    const credential = { username: "admin", password: new Sensitive("wrong") };
    const wrong = createHarborClient(harbor.endpoint, credential, { loginGuard });
    const before = harbor.seen.length;
    expect((await failure("user.current.wrong", () => wrong.system.currentUser())).code).toBe(
      "HARBOR_CREDENTIAL_REFUSED",
    );
    now = 1600;
    const again = await wrong.system.currentUser().catch((e: unknown) => e);
    expect((again as MoorlineError).code).toBe("HARBOR_CREDENTIAL_REFUSED");
    expect(harbor.seen.length - before).toBe(1);
    now = 1800;
    await asRecorded("user.current", () => wrong.system.currentUser());
  });

  test("twenty calls at once cost one failed login", async () => {
    const password = new Sensitive("wrong");
    const wrong = createHarborClient(harbor.endpoint, { username: "admin", password });
    const before = harbor.seen.length;
    harbor.next("user.current.wrong");
    const codes = await Promise.all(
      Array.from({ length: 20 }, () =>
        wrong.system.currentUser().catch((e: unknown) => (e as MoorlineError).code),
      ),
    );
    expect(new Set(codes)).toEqual(new Set(["HARBOR_CREDENTIAL_REFUSED"]));
    expect(harbor.seen.length - before).toBe(1);
  });
});

test("a wrong credential never reads as an empty or public list", async () => {
  // Harbor would answer the list itself with 200 and the public projects.
  harbor.next("user.current.wrong");
  const error = await Array.fromAsync(client.projects.list()).catch((e: unknown) => e);
  expect(error).toMatchObject({ code: "HARBOR_CREDENTIAL_REFUSED" });
});

test("while the credential cannot be proved, nothing else is asked", async () => {
  const paths: string[] = [];
  await using server = await serveHttp((request, response) => {
    paths.push(request.url ?? "");
    response.writeHead(502).end();
  });
  await using endpoint = openEndpoint(server.url);
  const credential = { username: "admin", password: new Sensitive("x") };
  const error = await Array.fromAsync(createHarborClient(endpoint, credential).projects.list()).catch(
    (e: unknown) => e,
  );
  expect(error).toMatchObject({ code: "HARBOR_UNAVAILABLE", retry: "later" });
  expect(paths).toEqual(["/api/v2.0/users/current"]);
});

test("what needs no login goes without the credential", async () => {
  harbor.next("ping", "health", "getcert");
  await client.system.ping();
  await client.system.health();
  await client.system.downloadableCa();
  expect(harbor.seen.slice(-3).map((s) => s.headers.authorization)).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

test("a credential is not sent over plain HTTP to another machine", async () => {
  await using endpoint = openEndpoint("http://harbor.example.com");
  const credential = { username: "admin", password: new Sensitive("x") };
  expect(() => createHarborClient(endpoint, credential)).toThrowError(/plain HTTP/);
  expect(() => createHarborClient(endpoint, undefined)).not.toThrow();
});

describe("registry endpoints and retention", () => {
  const self = {
    name: "self",
    type: "docker-registry",
    url: "http://127.0.0.1:25000",
    insecure: true,
    username: "harbor_registry_user",
    password: new Sensitive("regpass"),
  };

  test("an endpoint is created, found by its exact name, and asked of anew, as recorded", async () => {
    expect((await asRecorded("registry.create", () => client.registries.create(self))).id).toBeGreaterThan(0);
    const found = await asRecorded("registry.list", () => client.registries.getByName("self"));
    expect(found).toMatchObject({
      name: "self",
      status: "healthy",
      credential: { access_key: self.username },
    });
    const lost = { name: "x", type: "docker-registry", url: "https://127.0.0.1:1", insecure: true };
    const reachable = await asRecorded("registry.ping.bad", () => client.registries.isReachable(lost), {
      json: false,
    });
    expect(reachable).toBe(false);
  });

  test("a retention of another form is read as it is", async () => {
    const policy = await asRecorded("retention.get", () => client.retentions.get(7));
    expect(policy?.rules[0]).toMatchObject({ template: "latestPushedK", params: { latestPushedK: 10 } });
    expect(policy?.trigger?.settings.cron).toBe("0 0 0 * * *");
  });
});
