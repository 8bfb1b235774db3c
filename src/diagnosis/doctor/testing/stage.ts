import { createHarborClient } from "../../../clients/harbor/client.ts";
import { openEndpoint, type HttpEndpoint } from "../../../clients/http/endpoint.ts";
import { makeAuthority, type TestPair } from "../../../clients/http/testing/certificates.ts";
import { serveHttp, serveHttps, serveTcp, type TestServer } from "../../../clients/http/testing/servers.ts";
import { sandboxServer, type SandboxServer } from "../../../clients/kubernetes/testing/sandbox-server.ts";
import { Sensitive } from "../../../model/sensitive.ts";
import { addProject } from "../../../sandbox/harbor/api/projects.ts";
import type { Harbor } from "../../../sandbox/harbor/harbor.ts";
import { hashSecret } from "../../../sandbox/harbor/secrets.ts";
import { seedImage } from "../../../sandbox/harbor/seed.ts";
import { adminPassword, testHarbor } from "../../../sandbox/harbor/testing/start.ts";
import {
  examineCluster,
  examineImage,
  examineNode,
  examinePod,
  examineProject,
  examineRegistry,
  type Examination,
} from "../examine.ts";
import type { Pod } from "../probes/pod.ts";
import type { Surroundings } from "../surroundings.ts";
import { buildNetwork, serveKubeSphere } from "./faults-network.ts";
import type { Asked, Fault, Oddity, Scene } from "./scene.ts";

/** Harbor, Kubernetes and servers that are wrong in one way each, for many scenes one after the other. */
export interface Stage extends AsyncDisposable {
  /** Makes a project that pulls, plants the faults, and asks. */
  play(faults: readonly Fault[], ask?: Asked): Promise<Examination>;
}

const robotSecret = "Robot12345";
const signal = new AbortController().signal;

export async function openStage(): Promise<Stage> {
  const stack = new AsyncDisposableStack();
  const authority = makeAuthority();
  const good = authority.issue({ san: "DNS:localhost,IP:127.0.0.1" });
  const tls = { certificatePem: good.certificate, privateKeyPem: new Sensitive(good.key) };
  const started = await testHarbor({ tls, hostname: "localhost" });
  stack.use(started);
  const { harbor } = started;
  const mutual = stack.use(
    await testHarbor({
      tls: { ...tls, clientCaPem: authority.certificate, requireClientCertificate: true },
      hostname: "localhost",
    }),
  );
  const cluster = stack.use(await sandboxServer());
  await serveKubeSphere(cluster);
  const local = ({ port }: { port: number }): string => `localhost:${port}`;
  const shown = async (pair: TestPair): Promise<string> =>
    local(stack.use(await serveHttps({ cert: pair.certificate, key: pair.key }, challenge)));
  const closed = await serveHttp(() => undefined);
  await closed[Symbol.asyncDispose]();
  const tcp: TestServer = stack.use(await serveTcp((socket) => socket.resetAndDestroy()));
  const odd: Readonly<Record<Oddity, string>> = {
    anotherAuthority: await shown(makeAuthority("Another CA").issue({ san: "DNS:localhost" })),
    anotherName: await shown(authority.issue({ san: "DNS:another.example" })),
    cut: local(tcp),
    ended: await shown(authority.issue({ san: "DNS:localhost", to: "20200201000000Z" })),
    mutual: local(mutual.harbor),
    nothing: local(closed),
    notYet: await shown(authority.issue({ san: "DNS:localhost", from: "20980101000000Z" })),
    old: local(
      stack.use(
        await serveHttps(
          {
            cert: good.certificate,
            key: good.key,
            minVersion: "TLSv1",
            maxVersion: "TLSv1.1",
            ciphers: "ALL:@SECLEVEL=0",
          },
          challenge,
        ),
      ),
    ),
    plain: local(stack.use(await serveHttp(challenge))),
    realmElsewhere: local(
      stack.use(
        await serveHttps({ cert: good.certificate, key: good.key }, (_, response) => {
          const realm = 'Bearer realm="http://localhost:1/service/token",service="harbor-registry"';
          response.writeHead(401, { "www-authenticate": realm }).end();
        }),
      ),
    ),
    withoutIntermediate: await shown(authority.authority("Issuing CA 1").issue({ san: "DNS:localhost" })),
    withoutSan: await shown(authority.issue({})),
  };
  // Kept from scene to scene: a handshake takes longer than what is asked.
  const endpoints = new Map<string, HttpEndpoint>();
  const endpointTo = (registry: string): HttpEndpoint => {
    const known = endpoints.get(registry);
    const opened =
      known ?? stack.use(openEndpoint(`https://${registry}`, { tls: { ca: authority.certificate } }));
    endpoints.set(registry, opened);
    return opened;
  };
  let count = 0;
  return {
    play: async (faults, ask = faults[0]?.ask ?? "pod") => {
      count += 1;
      harbor.faults.clear();
      const scene = await healthy(harbor, odd, `p${count}`);
      for (const fault of faults) fault.plant(scene);
      harbor.faults.push(...scene.answers);
      const surroundings = surroundingsOf(scene, authority.certificate, endpointTo, started.clock.now());
      return await asked(ask, scene, build(cluster, scene), cluster, surroundings);
    },
    [Symbol.asyncDispose]: () => stack[Symbol.asyncDispose](),
  };
}

/** What any registry that wants a login answers. */
const challenge: Parameters<typeof serveHttp>[0] = (_, response) =>
  void response.writeHead(401, { "www-authenticate": 'Basic realm="r"' }).end();

async function healthy(harbor: Harbor, odd: Scene["odd"], project: string): Promise<Scene> {
  const { store } = harbor.site;
  const { id } = addProject(harbor.site, {
    name: project,
    ownerId: 1,
    metadata: { public: "false" },
    registryId: 0,
    limit: -1,
  });
  await seedImage(harbor, { project, repository: "app", tag: "1", files: [{ path: "f", content: project }] });
  const access = [{ resource: "repository", action: "pull" }];
  const robot = store.insert("robots", {
    name: `${project}+pull`,
    level: "project",
    projectId: id,
    description: "",
    duration: -1,
    expiresAt: -1,
    disable: false,
    permissions: [{ kind: "project", namespace: project, access }],
    secret: hashSecret(robotSecret),
    created: "2026-11-01T00:00:00Z",
    updated: "2026-11-01T00:00:00Z",
  });
  const home = `localhost:${harbor.port}`;
  return {
    harbor,
    odd,
    project,
    namespace: `ns-${project}`,
    home,
    host: home,
    repository: `${project}/app`,
    tag: "1",
    secret: {
      isThere: true,
      isNamed: true,
      type: "kubernetes.io/dockerconfigjson",
      key: undefined,
      hasScheme: true,
      username: `robot$${project}+pull`,
      password: robotSecret,
      content: undefined,
    },
    account: { password: adminPassword },
    kubelet: [],
    answers: [],
    policies: {
      system: {
        podSelector: {},
        policyTypes: ["Ingress", "Egress"],
        ingress: [{}],
        egress: [
          { ports: [{ protocol: "UDP", port: 53 }] },
          { to: [{ ipBlock: { cidr: "127.0.0.0/8" } }, { ipBlock: { cidr: "::1/128" } }] },
        ],
      },
      dns: { podSelector: {}, ingress: [{ ports: [{ protocol: "UDP", port: 53 }, { port: 53 }] }] },
    },
    node: { isReady: true, hasDisk: true, events: [] },
    setRobot: (change) => void store.update("robots", robot.id, change),
    setProject: (change) => void store.update("projects", id, change),
    removeRobot: () => store.remove("robots", robot.id),
  };
}

/** Writes the scene into Kubernetes. */
function build({ kubernetes: { store } }: SandboxServer, scene: Scene): Pod {
  const { namespace, secret, host } = scene;
  const image = `${host}/${scene.repository}:${scene.tag}`;
  const put = (resource: string, object: object): void =>
    void store.put(resource, { apiVersion: "v1", ...object });
  put("namespaces", { kind: "Namespace", metadata: { name: namespace, uid: namespace } });
  const pulls = secret.isNamed ? { imagePullSecrets: [{ name: "pull" }] } : {};
  put("serviceaccounts", { kind: "ServiceAccount", metadata: { name: "default", namespace }, ...pulls });
  const { username, password } = secret;
  const auth = Buffer.from(`${username}:${password}`).toString("base64");
  const auths = {
    [secret.key ?? (secret.hasScheme ? `https://${host}` : host)]: { username, password, email: "", auth },
  };
  const content = secret.content ?? JSON.stringify({ auths });
  if (secret.isThere)
    put("secrets", {
      kind: "Secret",
      metadata: { name: "pull", namespace },
      type: secret.type,
      data: { ".dockerconfigjson": Buffer.from(content).toString("base64") },
    });
  for (const [index, text] of scene.kubelet.entries())
    put("events", {
      kind: "Event",
      metadata: { name: `web.${index}`, namespace },
      type: "Warning",
      reason: "Failed",
      message: text,
      involvedObject: { kind: "Pod", name: "web", namespace },
    });
  for (const [index, text] of scene.node.events.entries())
    put("events", {
      kind: "Event",
      metadata: { name: `node.${index}`, namespace: "default" },
      type: "Warning",
      reason: "ImageGCFailed",
      message: text,
      involvedObject: { kind: "Node", name: `node-${scene.project}` },
    });
  buildNetwork(put, scene);
  const { isReady, hasDisk } = scene.node;
  put("nodes", {
    kind: "Node",
    metadata: { name: `node-${scene.project}` },
    status: {
      conditions: [
        {
          type: "Ready",
          status: isReady ? "True" : "Unknown",
          message: "Kubelet stopped posting node status.",
        },
        { type: "DiskPressure", status: hasDisk ? "False" : "True", message: "kubelet has disk pressure" },
      ],
    },
  });
  // In back-off a kubelet's status has lost the reason; the events keep it for an hour.
  const waiting = { reason: "ImagePullBackOff" };
  return {
    metadata: { name: "web", namespace },
    spec: { containers: [{ name: "web", image }], ...pulls },
    status: { containerStatuses: [{ name: "web", state: { waiting } }] },
  };
}

function surroundingsOf(
  scene: Scene,
  trusted: string,
  endpointTo: (registry: string) => HttpEndpoint,
  now: number,
): Surroundings {
  return {
    way: async (registry) => {
      const endpoint = endpointTo(registry);
      const way = { endpoint, trusted, notes: [] };
      if (registry !== scene.home) return way;
      const credential = { username: "admin", password: new Sensitive(scene.account.password) };
      return { ...way, harbor: createHarborClient(endpoint, credential), credential };
    },
    trustIsAssumed: () => false,
    now,
    randomBytes: (length) => new Uint8Array(length).fill(7),
  };
}

function asked(
  ask: Asked,
  scene: Scene,
  pod: Pod,
  { client }: SandboxServer,
  surroundings: Surroundings,
): Promise<Examination> {
  switch (ask) {
    case "cluster":
      return examineCluster(client, surroundings, signal);
    case "image":
      return examineImage(`${scene.host}/${scene.repository}:${scene.tag}`, surroundings, signal);
    case "node":
      return examineNode({ kubernetes: client, name: `node-${scene.project}` }, surroundings, signal);
    case "project":
      return examineProject(client, scene.namespace, surroundings, signal);
    case "registry":
      return examineRegistry(scene.host, surroundings, signal);
    default:
      return examinePod({ kubernetes: client, pod }, surroundings, signal);
  }
}
