import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import type { Harbor } from "./harbor.ts";
import { digestOf } from "./registry/blob-store.ts";
import { seedImage } from "./seed.ts";
import {
  adminPassword,
  client,
  serverTls,
  testAuthority,
  testHarbor,
  type Ask,
  type Answer,
} from "./testing/start.ts";

type Client = (path: string, ask?: Ask) => Promise<Answer>;

const run = promisify(execFile);
const files = [{ path: "hello.txt", content: "hello\n" }];
const image = { project: "library", repository: "app", tag: "v1", files };
const access = [{ resource: "repository", action: "pull" }];
const robot = (name: string, more: object = {}): object => ({
  name,
  level: "project",
  duration: 30,
  permissions: [{ kind: "project", namespace: "library", access }],
  ...more,
});

async function push(
  ask: Client,
  repository: string,
  bytes: Uint8Array,
  digest = digestOf(bytes),
): Promise<Answer> {
  const start = await ask(`/v2/${repository}/blobs/uploads/`, { method: "POST" });
  const location = start.headers.get("location") ?? "";
  const headers = { "content-type": "application/octet-stream" };
  return ask(`${location}&digest=${digest}`, { method: "PUT", body: bytes, headers });
}

async function code(answer: Answer): Promise<string> {
  const body = (await answer.json()) as { errors: { code: string }[] };
  return body.errors[0]?.code ?? "";
}

async function createRobot(ask: Client, body: object): Promise<{ id: number; login: string }> {
  const answer = (await (await ask("/api/v2.0/robots", { method: "POST", json: body })).json()) as {
    id: number;
    name: string;
    secret: string;
  };
  return { id: answer.id, login: `${answer.name}:${answer.secret}` };
}

test("a blob whose bytes do not have the digest is refused and leaves nothing behind", async () => {
  await using running = await testHarbor();
  const ask = client(running.harbor);
  const answer = await push(ask, "library/app", Buffer.from("these bytes"), `sha256:${"0".repeat(64)}`);
  expect([answer.status, await code(answer)]).toEqual([400, "DIGEST_INVALID"]);
  expect(await readdir(join(running.directory, "uploads"))).toEqual([]);
});

test("an upload may come in chunks, and a chunk out of order is refused", async () => {
  await using running = await testHarbor();
  const ask = client(running.harbor);
  const start = await ask("/v2/library/app/blobs/uploads/", { method: "POST" });
  const first = await ask(start.headers.get("location") ?? "", { method: "PATCH", body: "hello " });
  expect([first.status, first.headers.get("range")]).toEqual([202, "0-5"]);
  const location = first.headers.get("location") ?? "";
  const wrong = await ask(location, { method: "PATCH", body: "x", headers: { "content-range": "2-2" } });
  expect(wrong.status).toBe(416);
  await ask(location, { method: "PATCH", body: "world", headers: { "content-range": "6-10" } });
  const digest = digestOf(Buffer.from("hello world"));
  expect((await ask(`${location}&digest=${digest}`, { method: "PUT" })).status).toBe(201);
  expect(await (await ask(`/v2/library/app/blobs/${digest}`)).text()).toBe("hello world");
});

test("a large blob streams in and out in bounded memory", async () => {
  await using running = await testHarbor();
  const ask = client(running.harbor);
  const chunk = Buffer.alloc(1 << 20, 7);
  const count = 48;
  const hash = createHash("sha256");
  for (let i = 0; i < count; i++) hash.update(chunk);
  const digest = `sha256:${hash.digest("hex")}`;
  const start = await ask("/v2/library/app/blobs/uploads/", { method: "POST" });
  let peak = 0;
  const before = process.memoryUsage().arrayBuffers;
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const sample = (): void => {
    // What is only garbage does not count.
    collect();
    peak = Math.max(peak, process.memoryUsage().arrayBuffers - before);
  };
  async function* stream(): AsyncGenerator<Uint8Array> {
    for (let i = 0; i < count; i++) {
      await Promise.resolve();
      if (i % 16 === 15) sample();
      yield chunk;
    }
  }
  const put = await ask(`${start.headers.get("location")}&digest=${digest}`, {
    method: "PUT",
    body: stream(),
  });
  expect(put.status).toBe(201);
  let received = 0;
  for await (const part of (await ask(`/v2/library/app/blobs/${digest}`)).body ?? []) {
    const before = received >> 24;
    received += (part as Uint8Array).length;
    if (received >> 24 > before) sample();
  }
  expect(received).toBe(count << 20);
  expect(peak).toBeLessThan(24 << 20);
});

test("what was stored is there after a restart, and ids go on counting", async () => {
  await using running = await testHarbor();
  const digest = await seedImage(running.harbor, image);
  const { id, login } = await createRobot(client(running.harbor), robot("ci"));
  await client(running.harbor)(`/api/v2.0/robots/${id + 1}`, { method: "DELETE" });
  const ask = client(await running.restart());
  const manifest = await ask("/v2/library/app/manifests/v1", { as: login });
  expect([manifest.status, manifest.headers.get("docker-content-digest")]).toEqual([200, digest]);
  await ask(`/api/v2.0/robots/${id}`, { method: "DELETE" });
  const after = client(await running.restart());
  expect((await createRobot(after, robot("next"))).id).toBe(id + 1);
});

test("of two robots of one name asked for at once exactly one is made", async () => {
  await using running = await testHarbor();
  const ask = client(running.harbor);
  const answers = await Promise.all(
    Array.from({ length: 5 }, () => ask("/api/v2.0/robots", { method: "POST", json: robot("ci") })),
  );
  expect(answers.map((a) => a.status).sort((a, b) => a - b)).toEqual([201, 409, 409, 409, 409]);
});

test("a project's quota refuses what does not fit and counts a shared blob once", async () => {
  await using running = await testHarbor();
  const ask = client(running.harbor);
  await ask("/api/v2.0/projects", { method: "POST", json: { project_name: "small", storage_limit: 100 } });
  expect((await push(ask, "small/a", Buffer.alloc(80))).status).toBe(201);
  expect((await push(ask, "small/b", Buffer.alloc(80))).status).toBe(201);
  const refused = await push(ask, "small/a", Buffer.alloc(80, 1));
  expect([refused.status, await code(refused)]).toEqual([403, "DENIED"]);
});

test("a robot is refused once its days are over", async () => {
  await using running = await testHarbor();
  const ask = client(running.harbor);
  const { login } = await createRobot(ask, robot("short", { duration: 1 }));
  expect((await ask("/v2/", { as: login })).status).toBe(200);
  running.clock.advance(86_401_000);
  expect((await ask("/v2/", { as: login })).status).toBe(401);
});

test("a failed login locks the user for a second and a half", async () => {
  // This clock's waits do not move it, so that the lock can be seen while it holds.
  const clock = { at: 1_800_000_000_000, now: () => clock.at, sleep: () => Promise.resolve() };
  await using running = await testHarbor({ clock });
  const ask = client(running.harbor);
  const status = async (as?: string): Promise<number> =>
    (await ask("/api/v2.0/users/current", as === undefined ? {} : { as })).status;
  expect(await status("admin:Wrong12345")).toBe(401);
  expect(await status()).toBe(401);
  clock.at += 1501;
  expect(await status()).toBe(200);
});

test("an immutable tag is neither overwritten nor deleted", async () => {
  await using running = await testHarbor();
  const ask = client(running.harbor);
  await seedImage(running.harbor, image);
  const repository = [{ kind: "doublestar", decoration: "repoMatches", pattern: "**" }];
  const tag_selectors = [{ kind: "doublestar", decoration: "matches", pattern: "v*" }];
  const rule = { template: "immutable_template", scope_selectors: { repository }, tag_selectors };
  await ask("/api/v2.0/projects/library/immutabletagrules", { method: "POST", json: rule });
  const other = await seedImage(running.harbor, {
    ...image,
    tag: "other",
    files: [{ path: "b", content: "b" }],
  });
  const manifest = await ask(`/v2/library/app/manifests/${other}`);
  const overwrite = await ask("/v2/library/app/manifests/v1", {
    method: "PUT",
    body: await manifest.text(),
    headers: { "content-type": manifest.headers.get("content-type") ?? "" },
  });
  expect(overwrite.status).toBe(412);
  const path = "/api/v2.0/projects/library/repositories/app/artifacts/v1/tags/v1";
  expect((await ask(path, { method: "DELETE" })).status).toBe(412);
});

test("a repository with a slash is found by its name encoded twice", async () => {
  await using running = await testHarbor();
  await seedImage(running.harbor, { ...image, repository: "a/b" });
  const answer = await client(running.harbor)("/api/v2.0/projects/library/repositories/a%252Fb/artifacts");
  expect(answer.headers.get("x-total-count")).toBe("1");
});

test("faults meet the requests they name, as often as they say", async () => {
  await using running = await testHarbor();
  const ask = client(running.harbor);
  running.harbor.faults.push({ match: { method: "GET", path: "/api/v2.0/ping" }, status: 502, times: 1 });
  expect((await ask("/api/v2.0/ping")).status).toBe(502);
  expect((await ask("/api/v2.0/ping")).status).toBe(200);
  running.harbor.faults.push({ match: { path: "/api/v2.0/ping" }, drop: true, times: 1 });
  await expect(ask("/api/v2.0/ping")).rejects.toThrow(/fetch failed/);
  expect(running.harbor.requests.map((r) => r.status)).toContain(0);
});

test.each([
  ["v2.9.5-x", true, 404, 200, 404, 201],
  ["v2.10.3-x", true, 200, 200, 404, 201],
  ["v2.13.1-x", false, 200, 404, 200, 400],
] as const)("%s differs where its minor does", async (version, seen, permissions, robots, audits, zero) => {
  await using running = await testHarbor({ version });
  const ask = client(running.harbor);
  const info = (await (await ask("/api/v2.0/systeminfo", { as: "" })).json()) as object;
  expect("harbor_version" in info).toBe(seen);
  expect((await ask("/api/v2.0/permissions")).status).toBe(permissions);
  expect((await ask("/api/v2.0/projects/library/robots")).status).toBe(robots);
  expect((await ask("/api/v2.0/auditlog-exts")).status).toBe(audits);
  const created = await ask("/api/v2.0/robots", { method: "POST", json: robot("zero", { duration: 0 }) });
  expect(created.status).toBe(zero);
});

test("a new certificate is used from the next connection on", async () => {
  const [first, second] = [await testAuthority(), await testAuthority()];
  await using running = await testHarbor({ tls: await serverTls(first) });
  expect((await client(running.harbor, first.certificatePem)("/api/v2.0/ping")).status).toBe(200);
  running.harbor.setTls(await serverTls(second));
  expect((await client(running.harbor, second.certificatePem)("/api/v2.0/ping")).status).toBe(200);
});

test("who must show a client certificate and does not gets nginx's page", async () => {
  const authority = await testAuthority();
  const tls = {
    ...(await serverTls(authority)),
    clientCaPem: authority.certificatePem,
    requireClientCertificate: true,
  };
  await using running = await testHarbor({ tls });
  const answer = await client(running.harbor, authority.certificatePem)("/api/v2.0/ping");
  expect([answer.status, await answer.text()]).toEqual([
    400,
    expect.stringContaining("No required SSL certificate"),
  ]);
});

test("skopeo copies an image in and out", async () => {
  const authority = await testAuthority();
  await using running = await testHarbor({ tls: await serverTls(authority), hostname: "localhost" });
  const folder = await mkdtemp(join(tmpdir(), "moorline-skopeo-"));
  try {
    await writeFile(join(folder, "ca.crt"), authority.certificatePem);
    await writeFile(
      join(folder, "policy.json"),
      JSON.stringify({ default: [{ type: "insecureAcceptAnything" }] }),
    );
    const digest = await seedImage(running.harbor, image);
    await copy(running.harbor, folder, "app:v1", "copy:v2");
    const copied = await client(running.harbor, authority.certificatePem)("/v2/library/copy/manifests/v2");
    expect(copied.headers.get("docker-content-digest")).toBe(digest);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

/** The password is a test's own, so it may stand on a command line. */
async function copy(harbor: Harbor, folder: string, from: string, to: string): Promise<void> {
  const name = (image: string): string => `docker://localhost:${harbor.port}/library/${image}`;
  const login = `admin:${adminPassword}`;
  const policy = ["--policy", join(folder, "policy.json")];
  const logins = ["--src-creds", login, "--dest-creds", login];
  const trust = ["--src-cert-dir", folder, "--dest-cert-dir", folder];
  await run("skopeo", [...policy, "copy", "--preserve-digests", ...logins, ...trust, name(from), name(to)]);
}
