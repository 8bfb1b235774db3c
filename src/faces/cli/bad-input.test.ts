import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { errorTexts } from "../../text/errors/catalogue.ts";
import { Sensitive } from "../../model/sensitive.ts";
import { adminPassword, serverTls, testAuthority } from "../../sandbox/harbor/testing/start.ts";
import { startHarbor, type Harbor } from "../../sandbox/harbor/harbor.ts";
import { adminToken, startForTest } from "../../sandbox/kubernetes/testing/start.ts";
import type { SandboxKubernetes } from "../../sandbox/kubernetes/start.ts";
import { createKubernetesClient, type KubernetesClient } from "../../clients/kubernetes/client.ts";
import { loadKubeconfig } from "../../clients/kubernetes/kubeconfig.ts";
import { resources } from "../../clients/kubernetes/resources.ts";
import { systemClock } from "./testing/system-clock.ts";
import { moorline, type Answer } from "./testing/test-io.ts";

const folder = mkdtempSync(join(tmpdir(), "moorline-bad-input-"));
const wrongPassword = "Not-The-Password-9";
const secrets = [adminPassword, wrongPassword, adminToken, "nobody-token"];
const never = new AbortController().signal;
const projects = ["shop-web", "shop-api"];

let kubernetes: SandboxKubernetes;
let cluster: KubernetesClient;
let harbor: Harbor;
let oldHarbor: Harbor;
let caPem: string;
let otherCaPem: string;
/** What happens when a request to Harbor is held up. */
let meanwhile: () => Promise<void>;
/** Milliseconds by which Harbor's clock goes ahead: a failed login locks the account for a while. */
let ahead = 0;

beforeAll(async () => {
  kubernetes = (await startForTest()).kubernetes;
  for (const user of ["admin", "nobody"])
    writeFileSync(join(folder, user), kubernetes.kubeconfig(user), { mode: 0o600 });
  const config = await loadKubeconfig({ path: join(folder, "admin"), environment: {} });
  cluster = createKubernetesClient(config, { fieldManager: "test" });
  for (const name of projects) await addProject(name);
  const authority = await testAuthority();
  caPem = authority.certificatePem;
  otherCaPem = (await testAuthority()).certificatePem;
  const tls = await serverTls(authority);
  const start = (version: string): Promise<Harbor> =>
    startHarbor({
      directory: join(folder, version),
      hostname: "localhost",
      port: 0,
      tls,
      version,
      adminPassword: new Sensitive(adminPassword),
      clock: { now: () => Date.now() + ahead, sleep: () => meanwhile() },
    });
  harbor = await start("v2.9.5");
  oldHarbor = await start("v2.3.5");
});

beforeEach(() => {
  meanwhile = () => Promise.resolve();
  ahead += 2000;
});

afterAll(async () => {
  await cluster[Symbol.asyncDispose]();
  for (const server of [harbor, oldHarbor, kubernetes]) await server[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

async function addProject(name: string): Promise<void> {
  const labels = { "kubesphere.io/workspace": "shop" };
  await cluster.create(resources.namespaces, { metadata: { name, labels } }, { signal: never });
  await kubernetes.settled();
}

interface Given {
  readonly url?: string;
  readonly ca?: string;
  readonly password?: string;
  readonly user?: "admin" | "nobody";
  /** Instead of the usual documents. */
  readonly documents?: string;
  readonly words?: readonly string[];
}

const registry = (url: string, ca: string): string => `
apiVersion: moorline.io/v1alpha1
kind: HarborRegistry
metadata: {name: main}
spec:
  url: ${url}
  credential: {environment: {}}
  tls: {ca: {pem: ${JSON.stringify(ca)}}}
`;

const binding = (spec = "", name = "shop"): string => `---
apiVersion: moorline.io/v1alpha1
kind: ProjectBinding
metadata: {name: ${JSON.stringify(name)}}
spec:
  registry: main
  projects: {workspace: shop}
  harborProject: {name: shop}
${spec}`;

/** Applies what is given, and makes sure that neither Harbor nor the cluster was written to. */
async function refused(given: Given): Promise<Answer> {
  const before = writes();
  const answer = await run(given);
  expect([answer.code, writes()]).toEqual([1, before]);
  return answer;
}

async function run(given: Given): Promise<Answer> {
  const documents = given.documents ?? registry(given.url ?? harbor.url, given.ca ?? caPem) + binding();
  const words = given.words ?? ["apply", "--yes", "--kubeconfig", join(folder, given.user ?? "admin")];
  const answer = await moorline([...words, "-f", "-"], {
    stdin: documents,
    environment: { HARBOR_USERNAME: "admin", HARBOR_PASSWORD: given.password ?? adminPassword },
    clock: systemClock,
    workingDirectory: folder,
  });
  for (const secret of secrets) expect(answer.out + answer.err).not.toContain(secret);
  return answer;
}

function writes(): readonly number[] {
  const inHarbor = [harbor, oldHarbor].map(
    ({ requests }) => requests.filter((r) => !["GET", "HEAD"].includes(r.method)).length,
  );
  return [...inHarbor, kubernetes.store.revision];
}

const isError = (code: string): boolean => Object.hasOwn(errorTexts, code);

/** The codes of all errors, in their order. */
const codes = ({ out, err }: Answer): readonly string[] =>
  [...(out + err).matchAll(/\[([A-Z][A-Z_]+)\]/g)].map(([, code]) => code ?? "").filter(isError);

describe("documents that are wrong", () => {
  test("every wrong field is named at once, with file, line, column and what was expected", async () => {
    const documents = registry(harbor.url, caPem) + binding("  robot: {durationDays: soon}\n  colour: red\n");
    const answer = await refused({ documents });
    expect(codes(answer)).toEqual(["DOCUMENT_FIELD", "DOCUMENT_FIELD"]);
    expect(answer.err).toMatch(/:\d+:\d+: spec\.robot\.durationDays: /);
    expect(answer.err).toMatch(/:\d+:\d+: spec: unknown field "colour"/);
  });

  test("a missing field is named", async () => {
    const answer = await refused({ documents: registry("", caPem).replace("  url: \n", "") });
    expect(codes(answer)).toEqual(["DOCUMENT_FIELD"]);
    expect(answer.err).toContain("spec.url");
  });

  test("an http:// URL is refused before anything is asked of it", async () => {
    const answer = await refused({ url: harbor.url.replace("https://", "http://") });
    expect(codes(answer)).toEqual(["DOCUMENT_FIELD"]);
    expect(answer.err).toContain("spec.url: must begin with https://");
  });

  test("a binding to a registry that no document declares is refused", async () => {
    expect(codes(await refused({ documents: binding() }))).toEqual(["DOCUMENT_REFERENCE_MISSING"]);
  });

  test("a YAML bomb is refused quickly", async () => {
    const rows = Array.from({ length: 12 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i},`.repeat(9)}]`);
    const documents = `a0: &a0 [x]\n${rows.join("\n")}\n${registry(harbor.url, caPem).trimStart()}`;
    expect(codes(await refused({ documents }))).toEqual(["DOCUMENT_SYNTAX"]);
  });

  test("a field of a megabyte, and a file of several, are refused", async () => {
    const long = "x".repeat(900_000);
    const email = `  secret: {email: ${long}}\n`;
    const field = await refused({ documents: registry(harbor.url, caPem) + binding(email) });
    expect(codes(field)).toEqual(["DOCUMENT_FIELD"]);
    expect(field.err.length).toBeLessThan(1000);
    const file = await refused({ documents: `${binding()}# ${long}${long}${long}\n` });
    expect(codes(file)).toEqual(["DOCUMENT_TOO_LARGE"]);
  });

  test.each([
    ["a document's name", binding("", "../../etc/cron.d/x")],
    ["a Secret's name", binding("  secret: {name: ../default}\n")],
    ["a service account's name", binding("  secret: {serviceAccounts: [a/../../secrets/b]}\n")],
    ["a Harbor project's name", binding().replace("{name: shop}\n", "{name: library/../shop}\n")],
    ["a project's name", binding().replace("{workspace: shop}", '{names: ["kube-system/secrets"]}')],
    ["a robot's prefix", binding('  robot: {namePrefix: "a+b$c"}\n')],
  ])("path tricks in %s are refused", async (_, document) => {
    const answer = await refused({ documents: registry(harbor.url, caPem) + document });
    expect(codes(answer)).toEqual(["DOCUMENT_FIELD"]);
  });

  test("terminal control characters in a name do not reach the terminal", async () => {
    const documents = registry(harbor.url, caPem) + binding("", "\u001b[2Jshop");
    const answer = await refused({ documents });
    expect(answer.out + answer.err).not.toContain("\u001b");
  });

  test("the same is said in Chinese", async () => {
    const words = ["apply", "--yes", "--lang", "zh-CN", "--kubeconfig", join(folder, "admin")];
    const answer = await refused({ url: "http://localhost", words });
    expect(answer.err).toContain("必须以 https:// 开头");
  });
});

describe("a Harbor that can not be used", () => {
  test("a CA that did not sign its certificate: the issuer is named, no credential is sent", async () => {
    const before = harbor.requests.length;
    const answer = await refused({ ca: otherCaPem });
    expect(codes(answer)).toEqual(["TLS_UNKNOWN_AUTHORITY"]);
    expect(answer.out + answer.err).toContain(harbor.url);
    expect(harbor.requests.slice(before).filter((r) => r.user === "admin")).toEqual([]);
  });

  test("a port that nobody listens on is named", async () => {
    const url = `https://localhost:${await closedPort()}`;
    const answer = await refused({ url });
    expect(codes(answer)).toEqual(["NETWORK_CONNECTION_REFUSED"]);
    expect(answer.out + answer.err).toContain(url);
  });

  test("a Harbor before 2.4 is told to be upgraded", async () => {
    const answer = await refused({ url: oldHarbor.url });
    expect(codes(answer)).toEqual(["HARBOR_TOO_OLD"]);
    expect(answer.out + answer.err).toContain("v2.3.5");
    expect(answer.out + answer.err).toContain("Upgrade Harbor");
  });

  test("a wrong administrator's password costs one failed login at most", async () => {
    const before = harbor.requests.length;
    const answer = await refused({ password: wrongPassword });
    expect(codes(answer)).toEqual(["HARBOR_CREDENTIAL_REFUSED"]);
    expect(harbor.requests.slice(before).filter((r) => r.status === 401)).toHaveLength(1);
  });

  test("an empty password is refused without asking Harbor", async () => {
    const before = harbor.requests.length;
    expect(codes(await refused({ password: "" }))).toEqual(["CREDENTIAL_INCOMPLETE"]);
    expect(harbor.requests).toHaveLength(before);
  });
});

describe("a cluster that can not be used", () => {
  test("a kubeconfig without rights: what is forbidden is named", async () => {
    const answer = await refused({ user: "nobody" });
    expect(codes(answer)).toEqual(["KUBERNETES_FORBIDDEN"]);
    expect(answer.out + answer.err).toContain("namespaces");
  });

  test("no kubeconfig at all: where it was looked for is named", async () => {
    const answer = await refused({ words: ["apply", "--yes", "--kubeconfig", join(folder, "absent")] });
    expect(answer.out + answer.err).toContain(join(folder, "absent"));
  });
});

describe("a namespace that vanishes half way", () => {
  const vanish = async (documents: string): Promise<Answer> => {
    await addProject("shop-gone");
    harbor.faults.push({ match: { method: "POST", path: "/api/v2.0/robots" }, delayMs: 1, times: 1 });
    meanwhile = async () => {
      await cluster.delete(resources.namespaces, { name: "shop-gone" }, { signal: never });
      await kubernetes.settled();
    };
    const answer = await run({ documents: registry(harbor.url, caPem) + documents });
    expect(kubernetes.store.get("secrets", "shop-gone", "harbor")).toBeUndefined();
    for (const name of projects) expect(kubernetes.store.get("secrets", name, "harbor")).toBeDefined();
    const robots = harbor.site.store.all("robots").map((r) => r.description);
    expect(robots.filter((text) => text.includes("namespace shop-gone,"))).toEqual([]);
    return answer;
  };

  test.each([
    ["chosen by its workspace", binding()],
    ["chosen by its name", binding().replace("workspace: shop", "names: [shop-web, shop-api, shop-gone]")],
  ])("is named, and no robot of it is left behind; the others are served (%s)", async (_, documents) => {
    const answer = await vanish(documents);
    expect([answer.code, ...new Set(codes(answer))]).toEqual([1, "PROJECT_VANISHED"]);
    expect(answer.err).toContain("namespace) shop-gone was deleted");
  });
});

/** A port that was free a moment ago. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
