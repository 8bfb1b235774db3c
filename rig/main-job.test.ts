import { copyFile, mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ServiceAccount } from "../src/clients/kubernetes/object.ts";
import { resources } from "../src/clients/kubernetes/resources.ts";
import { rigAddresses } from "./addresses.ts";
import { tryCommand, type CommandResult } from "./command.ts";
import { startMainJob, type MainJob } from "./testing/main-job.ts";
import { failurePrefix, pullMessage } from "./testing/pulls.ts";

const rig = rigAddresses();
const never = new AbortController().signal;
const projects = ["shop-web", "shop-api"];

/** All that a command said, unless it ended with 0: then nothing. */
async function complaints(running: Promise<CommandResult>): Promise<string> {
  const { status, stdout, stderr } = await running;
  return status === 0 ? "" : `${status}: ${stdout}${stderr}`;
}

/** What docker and skopeo log in with: the very Secret that the kubelet uses. */
async function withLogin<T>(job: MainJob, use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "moorline-rig-login-"));
  try {
    const secret = await job.secret("shop-web", "harbor");
    const text = Buffer.from(secret?.data?.[".dockerconfigjson"] ?? "", "base64").toString("utf8");
    await writeFile(join(folder, "config.json"), text, { mode: 0o600 });
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

const dockerPull = (job: MainJob, image: string): Promise<CommandResult> =>
  withLogin(job, async (folder) => {
    const docker = ["/usr/bin/docker", "--config", folder, "--host", `unix://${rig.dockerSocket}`];
    const pulled = await tryCommand([...docker, "pull", image], { timeout: 60_000 });
    if (pulled.status === 0) await tryCommand([...docker, "image", "rm", image]);
    return pulled;
  });

const skopeoPull = (job: MainJob, image: string, certificates: string): Promise<CommandResult> =>
  withLogin(job, async (folder) => {
    const policy = join(folder, "policy.json");
    await writeFile(policy, JSON.stringify({ default: [{ type: "insecureAcceptAnything" }] }));
    const trust = ["--src-cert-dir", certificates, "--src-authfile", join(folder, "config.json")];
    const to = `dir:${join(folder, "image")}`;
    return tryCommand(["skopeo", "--policy", policy, "copy", ...trust, `docker://${image}`, to]);
  });

const pullSecretsOf = async (job: MainJob, namespace: string): Promise<readonly unknown[]> => {
  const at = { namespace, name: "default" };
  const account = await job.kubernetes.get<ServiceAccount>(resources.serviceAccounts, at, never);
  return account?.imagePullSecrets ?? [];
};

const robotsOf = (job: MainJob): number => job.harbor.harbor.site.store.all("robots").length;

describe.each([
  { how: "with a private CA", mutualTls: false },
  { how: "with a private CA and mutual TLS", mutualTls: true },
])("the main job on real servers, $how", ({ mutualTls }) => {
  let job: MainJob;
  let applied: CommandResult;
  let image: string;

  beforeAll(async () => {
    job = await startMainJob({ mutualTls, workspaces: { shop: projects } });
    image = `${job.harbor.host}/shop/app:v1`;
    await job.harbor.createProject("shop");
    await job.harbor.push("shop/app:v1");
    applied = await job.moorline("apply", "--yes");
  });
  afterAll(async () => {
    await job.moorline("node", "apply", "--remove", "--yes");
    await job[Symbol.asyncDispose]();
  });

  test("applies the quickstart and proves it", () => {
    expect(applied).toMatchObject({ status: 0 });
    expect(applied.stdout + applied.stderr).not.toContain("✗");
    for (const proof of ["A TLS handshake", "A token for shop", "A pull with the Secret's own credential"])
      expect(applied.stdout).toContain(`✓ ${proof}`);
    expect(applied.stdout).toContain("answers 404, not 401");
  });

  test("a node that was told nothing does not pull: the CA is unknown to it", async () => {
    expect(await pullMessage(image, { namespace: "shop-web" })).toMatch(
      /x509: certificate signed by unknown authority$/,
    );
  });

  test("`node apply` makes the node trust it, and a second one has nothing to do", async () => {
    expect(await complaints(job.moorline("node", "apply", "--yes"))).toBe("");
    const folder = join(rig.certsDirectory, job.harbor.host);
    const files = await readdir(folder);
    expect(files).toEqual(expect.arrayContaining(["hosts.toml", "moorline-ca.crt"]));
    const keys = files.filter((name) => name.endsWith(".key"));
    expect(keys).toHaveLength(mutualTls ? 1 : 0);
    for (const key of keys) expect((await stat(join(folder, key))).mode & 0o777).toBe(0o600);
    const changed = (await stat(join(folder, "hosts.toml"))).mtimeMs;
    expect(await complaints(job.moorline("node", "apply", "--yes"))).toBe("");
    expect((await stat(join(folder, "hosts.toml"))).mtimeMs).toBe(changed);
  });

  test.each(projects)("a pod in %s that names no Secret runs the image", async (namespace) => {
    expect(await pullMessage(image, { namespace })).toBe("pulled");
  });

  test("a tag that does not exist reads as missing, and not as a certificate or a login", async () => {
    const absent = `${job.harbor.host}/shop/app:absent`;
    expect(await pullMessage(absent, { namespace: "shop-web" })).toBe(
      `${failurePrefix(absent, "NotFound")}${absent}: not found`,
    );
  });

  test("docker and skopeo pull with the files that were written for docker", async () => {
    expect(await complaints(dockerPull(job, image))).toBe("");
    expect(await complaints(skopeoPull(job, image, join(rig.dockerCertsDirectory, job.harbor.host)))).toBe(
      "",
    );
  });

  test("the CA alone is enough exactly where Harbor asks for no client certificate", async () => {
    const folder = await mkdtemp(join(tmpdir(), "moorline-rig-ca-"));
    await copyFile(join(rig.dockerCertsDirectory, job.harbor.host, "ca.crt"), join(folder, "ca.crt"));
    const pulled = await skopeoPull(job, image, folder);
    await rm(folder, { recursive: true });
    expect([pulled.status === 0, pulled.stderr.includes("400")]).toEqual([!mutualTls, mutualTls]);
  });

  test("applied once more, there is nothing to do, and `verify` proves the whole from outside", async () => {
    expect(await complaints(job.moorline("plan"))).toBe("");
    const { requests } = job.harbor.harbor;
    const before = requests.length;
    expect(await complaints(job.moorline("apply", "--yes"))).toBe("");
    const writes = requests.slice(before).filter((r) => !["GET", "HEAD"].includes(r.method));
    expect(writes).toEqual([]);
    expect(await complaints(job.moorline("verify"))).toBe("");
  });

  test("`destroy` takes away Secrets, links and robots, and leaves images and projects", async () => {
    expect(robotsOf(job)).toBe(projects.length);
    expect(await complaints(job.moorline("destroy", "--yes"))).toBe("");
    for (const namespace of projects) {
      expect(await job.secret(namespace, "harbor")).toBeUndefined();
      expect(await pullSecretsOf(job, namespace)).toEqual([]);
    }
    const { store } = job.harbor.harbor.site;
    expect(robotsOf(job)).toBe(0);
    expect(store.all("projects").map((p) => p.name)).toEqual(expect.arrayContaining(["shop", "bank"]));
    expect(store.all("repositories").map((r) => r.name)).toEqual(["shop/app"]);
  });

  test("`node apply --remove` takes the node's trust back", async () => {
    await job.moorline("apply", "--yes");
    expect(await complaints(job.moorline("node", "apply", "--remove", "--yes"))).toBe("");
    expect(await pullMessage(image, { namespace: "shop-web" })).toMatch(
      /x509: certificate signed by unknown authority$/,
    );
  });
});
