import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { inClusterConfig, isInCluster } from "./in-cluster.ts";
import { loadKubeconfig } from "./kubeconfig.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "moorline-kubeconfig-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const pem = "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n";
const base64 = (text: string) => Buffer.from(text).toString("base64");

interface Parts {
  readonly user?: object;
  readonly cluster?: object;
  readonly name?: string;
}

function config({ user = {}, cluster = {}, name = "main" }: Parts = {}) {
  return {
    "current-context": name,
    clusters: [{ name, cluster: { server: "https://k.example.com:6443", ...cluster } }],
    users: [{ name, user }],
    contexts: [{ name, context: { cluster: name, user: name } }],
  };
}

let files = 0;
async function file(content: unknown): Promise<string> {
  const path = join(folder, `config-${files++}`);
  await writeFile(path, typeof content === "string" ? content : stringify(content));
  return path;
}

const signal = new AbortController().signal;
const load = async (content: unknown, context?: string) =>
  loadKubeconfig({ path: await file(content), context, environment: { PATH: process.env["PATH"] }, signal });
const header = async (content: unknown) => (await (await load(content)).authorization?.(signal))?.reveal();

describe("a kubeconfig", () => {
  test("gives server, trust and client certificate, inline or from files beside it", async () => {
    await writeFile(join(folder, "ca.crt"), pem);
    const inline = {
      "client-certificate-data": base64(pem),
      "client-key-data": base64("-----BEGIN KEY-----"),
    };
    const cluster = { "certificate-authority": "ca.crt", "tls-server-name": "kubernetes" };
    const loaded = await load(config({ user: inline, cluster }));
    expect(loaded).toMatchObject({
      server: "https://k.example.com:6443",
      namespace: "default",
      tls: { ca: pem, serverName: "kubernetes", clientCertificate: { certificate: pem } },
    });
    expect(loaded.tls.clientCertificate?.privateKey.reveal()).toBe("-----BEGIN KEY-----");
    expect(loaded.authorization).toBeUndefined();
    expect(loaded.tls).not.toHaveProperty("insecureSkipVerify");
  });

  test("gives a token, a user and password, or a token file that is read each time", async () => {
    expect(await header(config({ user: { token: "t" } }))).toBe("Bearer t");
    expect(await header(config({ user: { username: "u", password: "p:q" } }))).toBe(
      `Basic ${base64("u:p:q")}`,
    );
    await writeFile(join(folder, "token"), "one\n");
    const loaded = await load(config({ user: { tokenFile: "token", token: "ignored" } }));
    expect((await loaded.authorization?.(signal))?.reveal()).toBe("Bearer one");
    await writeFile(join(folder, "token"), "two\n");
    expect((await loaded.authorization?.(signal))?.reveal()).toBe("Bearer two");
  });

  test("turns verification off only where it says so", async () => {
    const loaded = await load(config({ cluster: { "insecure-skip-tls-verify": true } }));
    expect(loaded.tls.insecureSkipVerify).toBe(true);
  });

  test("may be several files, of which the first to name something wins", async () => {
    const first = await file({ ...config({ name: "a" }), "current-context": "" });
    const second = await file({ ...config({ name: "b", user: { token: "b" } }), "current-context": "b" });
    const third = await file(config({ name: "b", user: { token: "loses" } }));
    const KUBECONFIG = [first, join(folder, "absent"), second, third].join(":");
    const loaded = await loadKubeconfig({ environment: { KUBECONFIG }, signal });
    expect(loaded.source).toBe(`${second} (context b)`);
    expect((await loaded.authorization?.(signal))?.reveal()).toBe("Bearer b");
  });

  test("is looked for in the home folder", async () => {
    await mkdir(join(folder, ".kube"));
    await expect(loadKubeconfig({ environment: { HOME: folder }, signal })).rejects.toMatchObject({
      code: "KUBECONFIG_MISSING",
      subject: join(folder, ".kube/config"),
    });
    await writeFile(join(folder, ".kube/config"), stringify(config()));
    expect((await loadKubeconfig({ environment: { HOME: folder }, signal })).server).toContain(
      "k.example.com",
    );
  });

  const twice = { "certificate-authority-data": base64(pem), "insecure-skip-tls-verify": true };
  const unversioned = { exec: { apiVersion: "client.authentication.k8s.io/v1alpha1", command: "x" } };
  test.each([
    [
      "a missing server",
      config({ cluster: { server: undefined } }),
      "KUBECONFIG_INVALID",
      "clusters[main].cluster.server",
    ],
    [
      "a certificate without key",
      config({ user: { "client-certificate-data": base64(pem) } }),
      "KUBECONFIG_INVALID",
      "users[main].user.client-key",
    ],
    [
      "data that is no base64",
      config({ user: { "client-key-data": "%" } }),
      "KUBECONFIG_INVALID",
      "users[main].user.client-key-data",
    ],
    [
      "a CA and no verification",
      config({ cluster: twice }),
      "KUBECONFIG_INVALID",
      "clusters[main].cluster.insecure-skip-tls-verify",
    ],
    [
      "a cluster that is not there",
      { ...config(), clusters: [] },
      "KUBECONFIG_INVALID",
      "contexts[main].context.cluster",
    ],
    ["a list for a map", { users: [{ name: 1 }] }, "KUBECONFIG_INVALID", "users.0.name"],
    [
      "a proxy",
      config({ cluster: { "proxy-url": "http://u:pw@proxy" } }),
      "KUBECONFIG_UNSUPPORTED",
      "clusters[main].cluster.proxy-url",
    ],
    [
      "another user's rights",
      config({ user: { as: "root" } }),
      "KUBECONFIG_UNSUPPORTED",
      "users[main].user.as",
    ],
    [
      "an old plugin",
      config({ user: unversioned }),
      "KUBECONFIG_UNSUPPORTED",
      "users[main].user.exec.apiVersion",
    ],
    ["broken YAML", "a: [", "KUBECONFIG_INVALID", "-"],
  ])("with %s is refused by field", async (_name, content, code, field) => {
    const error: unknown = await load(content).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code, parameters: { field } });
    expect(JSON.stringify(error)).not.toContain("pw@");
  });

  test("names the contexts that it has where the one asked for is not among them", async () => {
    await expect(load(config(), "other")).rejects.toMatchObject({
      code: "KUBECONFIG_CONTEXT_UNKNOWN",
      parameters: { context: "other", known: "main" },
    });
  });

  test("that was named must be there", async () => {
    await expect(
      loadKubeconfig({ path: join(folder, "nowhere"), environment: {}, signal }),
    ).rejects.toMatchObject({
      code: "KUBECONFIG_UNREADABLE",
    });
  });
});

describe("a credential plugin", () => {
  const plugin = async (body: string) => {
    const path = join(folder, `plugin-${files++}`);
    await writeFile(path, `#!/bin/sh\n${body}\n`);
    await chmod(path, 0o755);
    const exec = {
      apiVersion: "client.authentication.k8s.io/v1",
      command: path,
      args: ["a b"],
      env: [{ name: "WHO", value: "me" }],
    };
    return config({ user: { exec } });
  };
  const credential = (token: string) =>
    `echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"'"${token}"'"}}'`;

  test("gives a token, and another when the first is refused", async () => {
    const loaded = await load(
      await plugin(`echo x >> "$0.count"\n${credential('$WHO-$1-$(wc -l < "$0.count" | tr -d " ")')}`),
    );
    const first = await loaded.authorization?.(signal);
    expect(first?.reveal()).toBe("Bearer me-a b-1");
    expect((await loaded.authorization?.(signal))?.reveal()).toBe("Bearer me-a b-1");
    expect((await loaded.authorization?.(signal, first))?.reveal()).toBe("Bearer me-a b-2");
  });

  test.each([
    ["fails", "echo 'log in first' >&2; exit 1", "log in first"],
    ["says something else", "echo my-secret-token", "its output is not JSON"],
    ["gives nothing", credential(""), "it gave neither token nor certificate"],
  ])("that %s is told with its reason", async (_how, body, reason) => {
    await expect(load(await plugin(body))).rejects.toMatchObject({
      code: "KUBECONFIG_EXEC_FAILED",
      parameters: { reason },
    });
  });
});

test("a pod's own identity follows the token on disk", async () => {
  const identity = join(folder, "serviceaccount");
  const environment = { KUBERNETES_SERVICE_HOST: "fd00::1", KUBERNETES_SERVICE_PORT: "443" };
  expect(isInCluster(environment)).toBe(true);
  expect(isInCluster({ ...environment, KUBECONFIG: "/x" })).toBe(false);
  await expect(inClusterConfig(environment, identity)).rejects.toMatchObject({
    code: "KUBECONFIG_NOT_IN_CLUSTER",
  });
  await mkdir(identity);
  for (const [name, text] of [
    ["ca.crt", pem],
    ["namespace", "moorline"],
    ["token", "one"],
  ] as const)
    await writeFile(join(identity, name), text);
  const config = await inClusterConfig(environment, identity);
  expect(config).toMatchObject({ server: "https://[fd00::1]:443", namespace: "moorline", tls: { ca: pem } });
  expect((await config.authorization?.(signal))?.reveal()).toBe("Bearer one");
  await writeFile(join(identity, "token"), "two");
  expect((await config.authorization?.(signal))?.reveal()).toBe("Bearer two");
});
