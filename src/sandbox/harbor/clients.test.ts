import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createHarborClient, type HarborClient } from "../../clients/harbor/client.ts";
import type { CreatedRobot } from "../../clients/harbor/robots.ts";
import { openEndpoint, type HttpEndpoint } from "../../clients/http/endpoint.ts";
import { createRegistryClient, type RegistryClient } from "../../clients/registry/client.ts";
import { discard } from "../../clients/registry/pull.ts";
import { digestOf } from "../../clients/registry/verify.ts";
import { MoorlineError } from "../../model/errors.ts";
import { Sensitive } from "../../model/sensitive.ts";
import { adminPassword, serverTls, testAuthority, testHarbor, type TestHarbor } from "./testing/start.ts";

const manifestType = "application/vnd.oci.image.manifest.v1+json";
const layer = Buffer.alloc(300_000, 5);
const config = Buffer.from('{"os":"linux","architecture":"amd64"}');
const described = (mediaType: string, bytes: Buffer): object => ({
  mediaType,
  digest: digestOf(bytes),
  size: bytes.length,
});
const json = (value: object): Buffer => Buffer.from(JSON.stringify(value));
const image = json({
  schemaVersion: 2,
  mediaType: manifestType,
  config: described("application/vnd.oci.image.config.v1+json", config),
  layers: [described("application/vnd.oci.image.layer.v1.tar", layer)],
});
const pull = { resource: "repository", action: "pull" };
const push = { resource: "repository", action: "push" };

/** The code of the error that a call ends with; "none" where it succeeds. */
async function codeOf(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => "none",
    (thrown: unknown) => (thrown instanceof MoorlineError ? thrown.code : String(thrown)),
  );
}

// What differs between these two: robots' permissions checked, anonymous versions, referrers, robots that manage robots.
describe.each(["v2.4.3", "v2.13.5"])(
  "the clients and an embedded Harbor %s over verified HTTPS",
  (version) => {
    let running: TestHarbor;
    let authorityPem: string;
    let endpoint: HttpEndpoint;
    let admin: HarborClient;
    let asAdmin: RegistryClient;

    beforeAll(async () => {
      const authority = await testAuthority();
      authorityPem = authority.certificatePem;
      running = await testHarbor({ version, tls: await serverTls(authority), hostname: "localhost" });
      endpoint = openEndpoint(running.harbor.url, { tls: { ca: authorityPem } });
      const credential = { username: "admin", password: new Sensitive(adminPassword) };
      admin = createHarborClient(endpoint, credential);
      asAdmin = createRegistryClient(endpoint, credential);
    });
    afterAll(async () => {
      await endpoint[Symbol.asyncDispose]();
      await running[Symbol.asyncDispose]();
    });

    const projectId = async (name: string): Promise<number> =>
      (await admin.projects.getByName(name))?.project_id ?? Number.NaN;
    const robotOf = (project: string, name: string, access = [pull]): Promise<CreatedRobot> =>
      admin.robots.create({
        name,
        level: "project",
        duration: 30,
        permissions: [{ kind: "project", namespace: project, access }],
      });
    const registryAs = (username: string, password: Sensitive): RegistryClient =>
      createRegistryClient(endpoint, { username, password });
    const pushImage = async (registry: RegistryClient, repository: string, tag: string): Promise<void> => {
      for (const bytes of [layer, config])
        await registry.pushBlob(
          repository,
          { digest: digestOf(bytes), size: bytes.length, open: () => bytes },
          { chunkBytes: 100_000 },
        );
      await registry.pushManifest(repository, tag, { mediaType: manifestType, bytes: image });
    };

    test("another CA than the one that signed is refused before a credential is sent", async () => {
      const other = await testAuthority();
      await using stranger = openEndpoint(running.harbor.url, { tls: { ca: other.certificatePem } });
      const before = running.harbor.requests.length;
      const credential = { username: "admin", password: new Sensitive(adminPassword) };
      expect(await codeOf(createHarborClient(stranger, credential).system.currentUser())).toBe(
        "TLS_UNKNOWN_AUTHORITY",
      );
      expect(await codeOf(createRegistryClient(stranger, credential).resolve("library/app", "v1"))).toBe(
        "TLS_UNKNOWN_AUTHORITY",
      );
      // A second look, which tells who signed, goes without any.
      const since = running.harbor.requests.slice(before);
      expect(since.filter((r) => r.user === "admin" || r.path.startsWith("/service"))).toEqual([]);
    });

    test("tells its version, its health and who is asking", async () => {
      await admin.system.ping();
      expect((await admin.system.health()).status).toBe("healthy");
      expect((await admin.system.version()).text).toContain(version);
      expect(await admin.system.currentUser()).toMatchObject({
        kind: "user",
        username: "admin",
        systemAdministrator: true,
      });
      expect(await createHarborClient(endpoint, undefined).system.currentUser()).toEqual({
        kind: "anonymous",
      });
      expect((await admin.system.statistics()).total_project_count).toBeGreaterThan(0);
      expect((await admin.settings.configurations())["auth_mode"]?.value).toBe("db_auth");
    });

    test("projects are made once, found by their exact name, changed by key and deleted when empty", async () => {
      const { id } = await admin.projects.create({ name: "app-prod", metadata: { public: "false" } });
      expect(await admin.projects.getByName("app")).toBeUndefined();
      expect(await projectId("app-prod")).toBe(id);
      expect(await codeOf(admin.projects.create({ name: "app-prod" }))).toBe("HARBOR_CONFLICT");
      await admin.projects.update("app-prod", { metadata: { auto_scan: "true" } });
      expect(await admin.projects.metadata("app-prod")).toMatchObject({ public: "false", auto_scan: "true" });
      const names = (await Array.fromAsync(admin.projects.list())).map((p) => p.name);
      expect(names).toEqual(expect.arrayContaining(["app-prod", "library"]));
      await admin.projects.delete("app-prod");
      expect(await admin.projects.getByName("app-prod")).toBeUndefined();
    });

    test("a project of digits only is taken by its name, never by its id", async () => {
      await admin.projects.create({ name: "1" });
      expect((await admin.projects.getByName("1"))?.name).toBe("1");
    });

    test("quotas are read, set and lifted, and a push beyond one is refused", async () => {
      const { id } = await admin.projects.create({ name: "small", storageLimit: 1000 });
      const quota = await admin.quotas.getByProject(id);
      expect(quota?.hard.storage).toBe(1000);
      expect(await codeOf(pushImage(asAdmin, "small/app", "v1"))).toBe("HARBOR_QUOTA_EXCEEDED");
      await admin.quotas.update(quota?.id ?? 0, -1);
      expect((await admin.quotas.getByProject(id))?.hard.storage).toBe(-1);
      await pushImage(asAdmin, "small/app", "v1");
      expect((await admin.projects.summary("small")).repo_count).toBe(1);
      expect(await codeOf(admin.projects.delete("small"))).toBe("HARBOR_PRECONDITION");
    });

    test("members come, change their role and go", async () => {
      await admin.projects.create({ name: "crew" });
      const answer = await addUser("dev1");
      expect(answer).toBe(201);
      const added = await admin.members.add("crew", { role: "developer", entity: { username: "dev1" } });
      const again = admin.members.add("crew", { role: "guest", entity: { username: "dev1" } });
      expect(await codeOf(again)).toBe("HARBOR_CONFLICT");
      await admin.members.setRole("crew", added.id, "maintainer");
      const roleOf = async (name: string): Promise<number | undefined> =>
        (await admin.members.list("crew")).find((m) => m.entity_name === name)?.role_id;
      expect(await roleOf("dev1")).toBe(4);
      await admin.members.remove("crew", added.id);
      await admin.members.remove("crew", added.id);
      expect(await roleOf("dev1")).toBeUndefined();
    });

    const addUser = async (username: string): Promise<number> => {
      const authorization = `Basic ${Buffer.from(`admin:${adminPassword}`).toString("base64")}`;
      const user = {
        username,
        password: "Developer12345",
        realname: username,
        email: `${username}@localhost`,
      };
      const path = "/api/v2.0/users";
      const headers = { authorization, "content-type": "application/json" };
      return (await endpoint.request({ method: "POST", path, body: JSON.stringify(user), headers })).status;
    };

    test("an image pushed in pieces is listed, resolved, mounted, and pulled with every byte verified", async () => {
      await admin.projects.create({ name: "images" });
      const robot = await robotOf("images", "ci", [pull, push]);
      const registry = registryAs(robot.name, robot.secret);
      await pushImage(registry, "images/deep/app", "v1");
      expect((await registry.resolve("images/deep/app", "v1")).digest).toBe(digestOf(image));
      expect(await registry.pull("images/deep/app", "v1", discard)).toMatchObject({
        digest: digestOf(image),
        layers: 1,
        bytes: layer.length + config.length + image.length,
      });
      expect(await Array.fromAsync(registry.tags("images/deep/app"))).toEqual(["v1"]);
      const repositories = await Array.fromAsync(admin.content.repositories("images"));
      expect(repositories.map((r) => r.name)).toEqual(["images/deep/app"]);
      const [artifact] = await Array.fromAsync(admin.content.artifacts("images", "deep/app"));
      expect([artifact?.digest, artifact?.tags[0]?.name]).toEqual([digestOf(image), "v1"]);
      expect(await registry.mount("images/two", digestOf(layer), "images/deep/app")).toBe(true);
      expect(await registry.hasBlob("images/two", digestOf(layer))).toBe(true);
    });

    test("what refers to an image is found from it", async () => {
      await admin.projects.create({ name: "signed" });
      await pushImage(asAdmin, "signed/app", "v1");
      const signature = json({
        schemaVersion: 2,
        mediaType: manifestType,
        artifactType: "application/vnd.example.signature",
        config: described("application/vnd.oci.image.config.v1+json", config),
        layers: [],
        subject: described(manifestType, image),
      });
      const { digest } = await asAdmin.pushManifest("signed/app", digestOf(signature), {
        mediaType: manifestType,
        bytes: signature,
      });
      const found = await asAdmin.referrers("signed/app", digestOf(image));
      // The referrers API came with 2.8; before, there is only the tag that clients keep themselves.
      expect(found.map((d) => d.digest)).toEqual(version === "v2.4.3" ? [] : [digest]);
    });

    test("a tag or repository that is not there reads as such, and not as a refusal", async () => {
      await admin.projects.create({ name: "empty" });
      const robot = await robotOf("empty", "reader");
      const registry = registryAs(robot.name, robot.secret);
      expect(await codeOf(registry.resolve("empty/app", "absent"))).toBe("REGISTRY_NOT_FOUND");
      await pushImage(asAdmin, "empty/app", "v1");
      expect(await codeOf(registry.resolve("empty/app", "absent"))).toBe("REGISTRY_NOT_FOUND");
      expect(await codeOf(registry.resolve("empty/app", "v1"))).toBe("none");
    });

    test("a robot may do what it was given, in its own project, and nothing else", async () => {
      for (const name of ["mine", "theirs"]) await admin.projects.create({ name });
      await pushImage(asAdmin, "theirs/app", "v1");
      const robot = await robotOf("mine", "reader");
      expect(robot.name).toBe("robot$mine+reader");
      const registry = registryAs(robot.name, robot.secret);
      expect(await registry.checkAccess("mine/app", ["pull", "push"])).toEqual({
        granted: ["pull"],
        as: "account",
      });
      expect(await codeOf(registry.resolve("theirs/app", "v1"))).toBe("REGISTRY_NO_PERMISSION");
      expect(await codeOf(pushImage(registry, "mine/app", "v1"))).toBe("REGISTRY_NO_PERMISSION");
      const harbor = createHarborClient(endpoint, { username: robot.name, password: robot.secret });
      expect(await harbor.system.currentUser()).toEqual({ kind: "robot", username: robot.name });
      expect(await codeOf(harbor.projects.create({ name: "more" }))).toBe("HARBOR_FORBIDDEN");
    });

    test("a wrong secret is refused by the API, and taken for nobody's by the token service", async () => {
      const wrong = new Sensitive("Wrong-12345");
      await admin.projects.create({ name: "locked" });
      const robot = await robotOf("locked", "reader");
      const harbor = createHarborClient(endpoint, { username: robot.name, password: wrong });
      expect(await codeOf(Array.fromAsync(harbor.projects.list()))).toBe("HARBOR_CREDENTIAL_REFUSED");
      expect(await codeOf(registryAs(robot.name, wrong).resolve("locked/app", "v1"))).toBe(
        "REGISTRY_ANONYMOUS_TOKEN",
      );
      const nobody = createRegistryClient(endpoint, undefined);
      expect(await codeOf(nobody.resolve("locked/app", "v1"))).toBe("REGISTRY_LOGIN_REQUIRED");
    });

    test("a robot's secret is replaced, the robot disabled and deleted, and each ends its pulls", async () => {
      await admin.projects.create({ name: "life" });
      await pushImage(asAdmin, "life/app", "v1");
      const robot = await robotOf("life", "puller");
      const pullsWith = (secret: Sensitive): Promise<string> =>
        codeOf(registryAs(robot.name, secret).resolve("life/app", "v1"));
      expect(await pullsWith(robot.secret)).toBe("none");

      const second = await admin.robots.refreshSecret(robot.id);
      expect([await pullsWith(robot.secret), await pullsWith(second)]).toEqual([
        "REGISTRY_ANONYMOUS_TOKEN",
        "none",
      ]);
      const own = new Sensitive("Chosen-By-Hand-1");
      await admin.robots.refreshSecret(robot.id, own);
      expect(await pullsWith(own)).toBe("none");

      const stored = await admin.robots.get(robot.id);
      if (stored === undefined) throw new Error("the robot is gone");
      await admin.robots.update({ ...stored, disable: true });
      expect((await admin.robots.get(robot.id))?.disable).toBe(true);
      expect(await pullsWith(own)).toBe("REGISTRY_ANONYMOUS_TOKEN");
      await admin.robots.update({ ...stored, disable: false });
      expect(await pullsWith(own)).toBe("none");

      await admin.robots.delete(robot.id);
      await admin.robots.delete(robot.id);
      expect(await admin.robots.listOfProject(await projectId("life"))).toEqual([]);
      expect(await pullsWith(own)).toBe("REGISTRY_ANONYMOUS_TOKEN");
    });

    test("two robots of one name are a conflict, and a robot for no project is not found", async () => {
      await admin.projects.create({ name: "twice" });
      await robotOf("twice", "same");
      expect(await codeOf(robotOf("twice", "same"))).toBe("HARBOR_CONFLICT");
      expect(await codeOf(robotOf("nowhere", "same"))).toBe("HARBOR_NOT_FOUND");
    });

    test("many robots of a small project are found with one request, of a large one with one for each", async () => {
      await admin.projects.create({ name: "crowd" });
      const id = await projectId("crowd");
      const names = Array.from({ length: 101 }, (_, i) => `n${String(i).padStart(3, "0")}`);
      const meant = names.slice(0, 5);
      const lookFor = async (parts: readonly string[]) => {
        const before = running.harbor.requests.length;
        const robots = await admin.robots.findInProject(id, parts);
        const found = new Set(robots.map((r) => r.name.slice("robot$crowd+".length)));
        const since = running.harbor.requests.slice(before);
        const asked = since.filter((r) => /\/robots(\?|$)/.test(r.path)).length;
        return { asked, found: parts.filter((part) => found.has(part)) };
      };
      await Promise.all(names.slice(0, 100).map((name) => robotOf("crowd", name)));
      expect(await lookFor(meant)).toEqual({ asked: 1, found: meant });
      expect(await lookFor(meant.slice(0, 2))).toEqual({ asked: 2, found: meant.slice(0, 2) });
      await robotOf("crowd", "n100");
      expect(await lookFor([...meant, "n100"])).toEqual({ asked: 7, found: [...meant, "n100"] });
    });
  },
);

test("a blob that was damaged on Harbor's disk is noticed while it is pulled", async () => {
  const authority = await testAuthority();
  await using running = await testHarbor({ tls: await serverTls(authority), hostname: "localhost" });
  await using endpoint = openEndpoint(running.harbor.url, { tls: { ca: authority.certificatePem } });
  const registry = createRegistryClient(endpoint, {
    username: "admin",
    password: new Sensitive(adminPassword),
  });
  const bytes = Buffer.from("as it was pushed");
  await registry.pushBlob("library/app", { digest: digestOf(bytes), size: bytes.length, open: () => bytes });
  const hex = digestOf(bytes).slice("sha256:".length);
  await writeFile(join(running.directory, "blobs", "sha256", hex.slice(0, 2), hex), "as it was pushex");
  const { body } = await registry.blob("library/app", digestOf(bytes));
  expect(await codeOf(body.toArray())).toBe("REGISTRY_DIGEST_MISMATCH");
});
