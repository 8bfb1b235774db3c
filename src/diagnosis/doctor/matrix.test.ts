import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openEndpoint } from "../../clients/http/endpoint.ts";
import { makeAuthority, type TestAuthority } from "../../clients/http/testing/certificates.ts";
import { failure, scripted, sendJson } from "../../clients/kubernetes/testing/api-server.ts";
import { Sensitive } from "../../model/sensitive.ts";
import { addProject } from "../../sandbox/harbor/api/projects.ts";
import { startHarbor, type Harbor } from "../../sandbox/harbor/harbor.ts";
import { seedImage } from "../../sandbox/harbor/seed.ts";
import { examinePod } from "./examine.ts";
import type { Pod } from "./probes/pod.ts";
import type { Surroundings } from "./surroundings.ts";

const password = "Sandbox-Admin-12345";
const directory = mkdtempSync(join(tmpdir(), "moorline-doctor-"));
let authority: TestAuthority;
let harbor: Harbor;
let host: string;

beforeAll(async () => {
  authority = makeAuthority();
  const pair = authority.issue({ san: "DNS:localhost,IP:127.0.0.1" });
  harbor = await startHarbor({
    directory,
    hostname: "localhost",
    port: 0,
    tls: { certificatePem: pair.certificate, privateKeyPem: new Sensitive(pair.key) },
    adminPassword: new Sensitive(password),
  });
  host = `localhost:${harbor.port}`;
  addProject(harbor.site, {
    name: "team",
    ownerId: 1,
    metadata: { public: "false" },
    registryId: 0,
    limit: -1,
  });
  const files = [{ path: "data", content: "x" }];
  await seedImage(harbor, { project: "team", repository: "app", tag: "1", files });
}, 60_000);
afterAll(async () => {
  await harbor[Symbol.asyncDispose]();
  rmSync(directory, { recursive: true, force: true });
});

/** A pod that waits, its Secret, and how this machine trusts the registry. */
interface Site {
  image: string;
  secretType: string;
  secretKey: string;
  secretPassword: string;
  secretIsThere: boolean;
  secretContent: string | undefined;
  secretIsNamed: boolean;
  ca: string;
  kubelet: string;
}

interface Fault {
  readonly name: string;
  readonly inject: (site: Site) => void;
  readonly cause: string;
}

const resolving = (rest: string): string =>
  `Failed to pull image "h/r:t": rpc error: code = Unknown desc = failed to pull and unpack image "h/r:t": failed to resolve reference "h/r:t": ${rest}`;
const said = (name: string, cause: string, rest: string): Fault => ({
  name,
  cause,
  inject: (site) => (site.kubelet = resolving(rest)),
});
const head = 'failed to do request: Head "https://h/v2/r/manifests/t": ';

/** Each alone. What the kubelet says is as facts about real pulls have it. */
const faults: readonly Fault[] = [
  { name: "the Secret was deleted", cause: "PULL_SECRET_MISSING", inject: (s) => (s.secretIsThere = false) },
  {
    name: "the pod names no Secret",
    cause: "PULL_SECRET_NOT_NAMED",
    inject: (s) => (s.secretIsNamed = false),
  },
  { name: "the Secret is Opaque", cause: "SECRET_TYPE_WRONG", inject: (s) => (s.secretType = "Opaque") },
  {
    name: "the Secret holds no JSON",
    cause: "PULL_SECRET_UNREADABLE",
    inject: (s) => (s.secretContent = "{"),
  },
  {
    name: "the Secret is for another host",
    cause: "PULL_SECRET_FOR_ANOTHER_HOST",
    inject: (s) => (s.secretKey = "https://other.example"),
  },
  {
    name: "the Secret is for another port",
    cause: "PULL_SECRET_FOR_ANOTHER_HOST",
    inject: (s) => (s.secretKey = "https://localhost"),
  },
  { name: "the key has no scheme", cause: "SECRET_KEY_WITHOUT_SCHEME", inject: (s) => (s.secretKey = host) },
  { name: "the login is wrong", cause: "CREDENTIAL_REFUSED", inject: (s) => (s.secretPassword = "wrong") },
  { name: "the tag is missing", cause: "IMAGE_NOT_FOUND", inject: (s) => (s.image = `${host}/team/app:2`) },
  {
    name: "another CA is trusted",
    cause: "AUTHORITY_UNKNOWN",
    inject: (s) => (s.ca = makeAuthority("Other").certificate),
  },
  {
    name: "nothing listens",
    cause: "CONNECTION_REFUSED",
    inject: (s) => (s.image = "localhost:1/team/app:1"),
  },
  {
    name: "the name does not resolve",
    cause: "NAME_NOT_RESOLVED",
    inject: (s) => (s.image = "nosuch.invalid/team/app:1"),
  },
  said("the node lacks the CA", "AUTHORITY_UNKNOWN", `${head}x509: certificate signed by unknown authority`),
  said(
    "the node asks for another name",
    "NAME_NOT_IN_CERTIFICATE",
    `${head}x509: certificate is valid for a, not b`,
  ),
  said(
    "the certificate has no SAN",
    "CERTIFICATE_WITHOUT_SAN",
    `${head}x509: certificate relies on legacy Common Name field, use SANs instead`,
  ),
  said(
    "the certificate ended",
    "CERTIFICATE_EXPIRED",
    `${head}x509: certificate has expired or is not yet valid: current time 2026-11-22T19:40:12Z is after 2026-01-01T00:00:00Z`,
  ),
  said("plain HTTP answers", "PLAIN_HTTP_SERVER", `${head}http: server gave HTTP response to HTTPS client`),
  said(
    "the node has no client certificate",
    "CLIENT_CERTIFICATE_MISSING",
    "pulling from host h failed with status code [manifests t]: 400 Bad Request",
  ),
  said(
    "the node is refused a connection",
    "CONNECTION_REFUSED",
    `${head}dial tcp 127.0.0.1:2: connect: connection refused`,
  ),
  said("the node's packets are dropped", "CONNECTION_TIMEOUT", `${head}dial tcp 127.0.0.1:2: i/o timeout`),
  said(
    "the node does not resolve the name",
    "NAME_NOT_RESOLVED",
    `${head}dial tcp: lookup nosuch.localtest on 10.233.0.3:53: no such host`,
  ),
  {
    name: "the node pulls too much at once",
    cause: "PULL_RATE_LIMITED",
    inject: (s) => (s.kubelet = 'Failed to pull image "h/r:t": pull QPS exceeded'),
  },
];

async function codesOf(...injected: readonly Fault[]): Promise<readonly string[]> {
  const site: Site = {
    image: `${host}/team/app:1`,
    secretType: "kubernetes.io/dockerconfigjson",
    secretKey: `https://${host}`,
    secretPassword: password,
    secretIsThere: true,
    secretContent: undefined,
    secretIsNamed: true,
    ca: authority.certificate,
    kubelet: "",
  };
  for (const fault of injected) fault.inject(site);
  const auth = Buffer.from(`admin:${site.secretPassword}`).toString("base64");
  const login = { username: "admin", password: site.secretPassword, email: "", auth };
  const content = site.secretContent ?? JSON.stringify({ auths: { [site.secretKey]: login } });
  const secret = {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "pull", namespace: "demo" },
    type: site.secretType,
    data: { ".dockerconfigjson": Buffer.from(content).toString("base64") },
  };
  const about = { type: "Warning", message: site.kubelet, involvedObject: { name: "web" } };
  const events = site.kubelet === "" ? [] : [{ metadata: { name: "e", namespace: "demo" }, ...about }];
  await using api = await scripted(({ path }, response) => {
    if (path.endsWith("/events")) sendJson(response, 200, { kind: "EventList", metadata: {}, items: events });
    else if (site.secretIsThere) sendJson(response, 200, secret);
    else
      sendJson(
        response,
        404,
        failure(404, "NotFound", 'secrets "pull" not found', { name: "pull", kind: "secrets" }),
      );
  });
  const pod: Pod = {
    metadata: { name: "web", namespace: "demo" },
    spec: {
      containers: [{ name: "web", image: site.image }],
      imagePullSecrets: site.secretIsNamed ? [{ name: "pull" }] : [],
    },
    status: { containerStatuses: [{ name: "web", state: { waiting: { reason: "ImagePullBackOff" } } }] },
  };
  await using stack = new AsyncDisposableStack();
  const { diagnoses } = await examinePod(
    api.client,
    pod,
    {
      way: async (registry) => ({
        endpoint: stack.use(openEndpoint(`https://${registry}`, { tls: { ca: site.ca } })),
        trusted: site.ca,
        notes: [],
      }),
      trustIsAssumed: () => false,
      now: Date.parse("2026-11-23T00:00:00Z"),
      randomBytes: (length) => randomBytes(length),
    },
    new AbortController().signal,
  );
  return diagnoses.map(({ cause }) => cause.code);
}

describe("a pod that waits for its image", () => {
  test("and could have it has nothing wrong", async () => {
    expect(await codesOf()).toEqual([]);
  });

  test.each(faults)("because $name is told $cause first", async (fault) => {
    expect((await codesOf(fault))[0]).toBe(fault.cause);
  });

  test.each([
    ["the Secret was deleted", "the node lacks the CA"],
    ["the login is wrong", "plain HTTP answers"],
    ["the tag is missing", "the key has no scheme"],
  ])("for two reasons (%s, %s) is told both", async (first, second) => {
    const both = faults.filter(({ name }) => name === first || name === second);
    expect(await codesOf(...both)).toEqual(expect.arrayContaining(both.map(({ cause }) => cause)));
  });

  test("is told what could be told where its Secret may not be read", async () => {
    await using api = await scripted(({ path }, response) => {
      if (path.endsWith("/events")) sendJson(response, 200, { kind: "EventList", metadata: {}, items: [] });
      else sendJson(response, 403, failure(403, "Forbidden", "secrets is forbidden"));
    });
    await using endpoint = openEndpoint(`https://${host}`, { tls: { ca: authority.certificate } });
    const pod: Pod = {
      metadata: { name: "web", namespace: "demo" },
      spec: {
        containers: [{ name: "web", image: `${host}/team/app:1` }],
        imagePullSecrets: [{ name: "pull" }],
      },
      status: { containerStatuses: [{ name: "web", state: { waiting: { reason: "ErrImagePull" } } }] },
    };
    const surroundings: Surroundings = {
      way: async () => ({ endpoint, trusted: authority.certificate, notes: [] }),
      trustIsAssumed: () => false,
      now: 0,
      randomBytes: (length) => randomBytes(length),
    };
    const { evidence } = await examinePod(api.client, pod, surroundings, new AbortController().signal);
    expect(evidence).toMatchObject([{ probe: "pull-secret", outcome: "unknown" }]);
  });

  test("whose kubelet says what nobody knows has a cause that is not established", async () => {
    const strange: Fault = { name: "strange", cause: "", inject: (s) => (s.kubelet = "out of cheese") };
    expect(await codesOf(strange)).toEqual(["NOT_ESTABLISHED"]);
  });
});
