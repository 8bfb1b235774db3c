import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Agent, fetch } from "undici";
import { client, serverTls, testAuthority, testHarbor, type TestHarbor } from "../harbor/testing/start.ts";
import { adminToken, startForTest } from "../kubernetes/testing/start.ts";
import { notMet } from "./not-met.ts";
import { startKubeSphere, type SandboxKubeSphere } from "./start.ts";
import {
  asLive,
  differences,
  readContract,
  requestBody,
  type Exchange,
  type Live,
} from "./testing/contract.ts";

const lines = await readContract("kubesphere/3.4.1.jsonl");
const stack = new AsyncDisposableStack();
let harbor: TestHarbor;
let authorityPem: string;
let kubeSphere: SandboxKubeSphere;
let dispatcher: Agent;
let live: Live;

// What the recorded server said of its build, which had no version set.
const build = {
  gitVersion: "v0.0.0",
  ...Object.fromEntries(
    ["gitMajor", "gitMinor", "gitCommit", "gitTreeState", "buildDate"].map((key) => [key, "unknown"]),
  ),
  goVersion: "go1.19.8",
  compiler: "gc",
  platform: "linux/amd64",
  kubernetes: {
    major: "",
    minor: "",
    gitVersion: "v0.0.0-master+faecb196815e2",
    gitCommit: "faecb196815e248d3ecfb03c680a4507229c2a56",
    gitTreeState: "",
    buildDate: "2026-01-01T00:00:00Z",
    goVersion: "go1.19.8",
    compiler: "gc",
    platform: "linux/amd64",
  },
};

beforeAll(async () => {
  const authority = await testAuthority();
  authorityPem = authority.certificatePem;
  const tls = await serverTls(authority);
  harbor = stack.use(await testHarbor({ tls, hostname: "localhost" }));
  const { kubernetes } = await startForTest();
  stack.use(kubernetes);
  const options = { kubernetes, version: "3.4.1", host: "127.0.0.1", port: 0, tls, build } as const;
  kubeSphere = stack.use(await startKubeSphere({ ...options, clock: () => new Date() }));
  dispatcher = new Agent({ connect: { ca: authorityPem } });
  live = await prepareHarbor();
  await kubeSphereCall("PATCH", "/api/v1/namespaces/default/secrets/harbor-credential", storedSecret());
}, 60_000);

afterAll(async () => {
  await dispatcher?.close();
  await stack.disposeAsync();
});

/** The project, image and robot that the recording found in its Harbor. */
async function prepareHarbor(): Promise<Live> {
  const ask = client(harbor.harbor, authorityPem);
  const host = new URL(harbor.harbor.url).host;
  await ask("/api/v2.0/projects", {
    method: "POST",
    json: { project_name: "team-b", metadata: { public: "false" } },
  });
  const access = [{ resource: "repository", action: "pull" }];
  const permissions = [{ kind: "project", namespace: "team-b", access }];
  const made = await ask("/api/v2.0/robots", {
    method: "POST",
    json: { name: "ks", level: "project", duration: 30, permissions },
  });
  const robot = (await made.json()) as { name: string; secret: string };
  await push(ask);
  const config = {
    auths: {
      [`https://${host}`]: {
        username: robot.name,
        password: robot.secret,
        email: "",
        auth: Buffer.from(`${robot.name}:${robot.secret}`).toString("base64"),
      },
    },
  };
  return {
    host,
    robotName: robot.name,
    secret: robot.secret,
    stored: Buffer.from(JSON.stringify(config)).toString("base64"),
  };
}

async function push(ask: ReturnType<typeof client>): Promise<void> {
  const answer = await ask("/service/token?service=harbor-registry&scope=repository:team-b/app:pull,push");
  const { token } = (await answer.json()) as { token: string };
  const headers = { authorization: `Bearer ${token}` };
  const config = JSON.stringify({
    architecture: "amd64",
    created: "2026-01-01T00:00:00Z",
    os: "linux",
    rootfs: { type: "layers", diff_ids: [] },
    config: {},
  });
  const digest = `sha256:${createHash("sha256").update(config).digest("hex")}`;
  const started = await ask("/v2/team-b/app/blobs/uploads/", { method: "POST", headers });
  const location = new URL(started.headers.get("location") ?? "", harbor.harbor.url);
  location.searchParams.set("digest", digest);
  await ask(location.href, {
    method: "PUT",
    headers: { ...headers, "content-type": "application/octet-stream" },
    body: config,
  });
  const mediaType = "application/vnd.docker.distribution.manifest.v2+json";
  const manifest = {
    schemaVersion: 2,
    mediaType,
    config: { mediaType: "application/vnd.docker.container.image.v1+json", size: config.length, digest },
    layers: [],
  };
  await ask("/v2/team-b/app/manifests/v1", {
    method: "PUT",
    headers: { ...headers, "content-type": mediaType },
    body: JSON.stringify(manifest),
  });
}

/** The Secret as kubectl applied it when the recording was made. */
function storedSecret(): Record<string, unknown> {
  const data = { ".dockerconfigjson": live.stored };
  const annotations = { "kubesphere.io/creator": "admin" };
  const metadata = { annotations, name: "harbor-credential", namespace: "default" };
  const type = "kubernetes.io/dockerconfigjson";
  const applied = { apiVersion: "v1", data, kind: "Secret", metadata, type };
  const last = { "kubectl.kubernetes.io/last-applied-configuration": `${JSON.stringify(applied)}\n` };
  return { ...applied, metadata: { ...metadata, annotations: { ...last, ...annotations } } };
}

async function kubeSphereCall(method: string, path: string, body?: unknown): ReturnType<typeof fetch> {
  const [url, send] =
    method === "PATCH"
      ? [`${path.replace(/\/[^/]+$/, "")}?fieldManager=kubectl-client-side-apply`, "POST"]
      : [path, method];
  return await fetch(kubeSphere.url + url, {
    method: send,
    headers: {
      authorization: `Bearer ${adminToken}`,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    body: body === undefined ? null : JSON.stringify(body),
    dispatcher,
  });
}

/** Sends one line as it was recorded and tells how the answer differs. */
async function replay(line: Exchange): Promise<readonly string[]> {
  kubeSphere.setTrust(line.id.startsWith("trusted.") ? [authorityPem] : []);
  const { request, response } = asLive(line, live);
  const answer = await kubeSphereCall(
    request.method,
    request.path,
    request.json === undefined ? undefined : requestBody(request.json),
  );
  const text = await answer.text();
  const isJson = answer.headers.get("content-type") === "application/json";
  return [
    ...differences(response.status, answer.status, "status"),
    ...Object.entries(response.headers).flatMap(([name, value]) =>
      differences(value, answer.headers.get(name), name),
    ),
    ...differences(response.body, isJson ? (JSON.parse(text) as unknown) : text, "body"),
  ];
}

describe("the embedded KubeSphere answers as KubeSphere 3.4.1 did", () => {
  test("the recording has all its lines", () => {
    expect(lines.length).toBe(28);
    expect(Object.keys(notMet).filter((id) => !lines.some((line) => line.id === id))).toEqual([]);
  });

  test.each(lines.map((line) => [line.id, line] as const))("%s", async (id, line) => {
    const found = await replay(line);
    const listed = found.length === 0 ? ["met, so it must come off the list"] : [];
    expect(notMet[id] === undefined ? found : listed).toEqual([]);
  });
});
