import { Agent, request } from "node:https";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { makeAuthority } from "../src/clients/http/testing/certificates.ts";
import { createKubernetesClient, type KubernetesClient } from "../src/clients/kubernetes/client.ts";
import { loadKubeconfig } from "../src/clients/kubernetes/kubeconfig.ts";
import type { Deployment, Secret } from "../src/clients/kubernetes/object.ts";
import { resources } from "../src/clients/kubernetes/resources.ts";
import { probeTls } from "../src/clients/tls/probe.ts";
import { apply, type ApplyResult } from "../src/engine/apply.ts";
import { makePlan, type Plan } from "../src/engine/plan.ts";
import type { Clock } from "../src/engine/world.ts";
import { systemClock } from "../src/faces/cli/testing/system-clock.ts";
import { isSettled } from "../src/kinds/harbor-certificate/deliveries/helm/rollout.ts";
import {
  installRelease,
  nginxOf,
  type TestRelease,
} from "../src/kinds/harbor-certificate/deliveries/helm/testing/release.ts";
import { harborCertificate } from "../src/kinds/harbor-certificate/index.ts";
import { certManagerResources } from "../src/kinds/harbor-certificate/issuers/cert-manager/objects.ts";
import {
  installDefinitions,
  removeDefinitions,
} from "../src/kinds/harbor-certificate/issuers/cert-manager/testing/definitions.ts";
import { startStandIn } from "../src/kinds/harbor-certificate/issuers/cert-manager/testing/stand-in.ts";
import { askForRenewal } from "../src/kinds/harbor-certificate/issuers/cert-manager/renew.ts";
import type { CertManager } from "../src/kinds/harbor-certificate/issuers/cert-manager/schema.ts";
import { harborCertificateSchema } from "../src/kinds/harbor-certificate/schema.ts";
import { documentOf, folderWorld } from "../src/kinds/harbor-certificate/testing/world.ts";
import type { World } from "../src/kinds/world.ts";
import { createAuthority } from "../src/pki/authority.ts";
import { exportPrivateKey } from "../src/pki/key.ts";
import { rigAddresses } from "./addresses.ts";
import { nginxRootFiles } from "./images/nginx.ts";
import { pushToRegistry } from "./images/push.ts";
import { ports, rigLayout } from "./layout.ts";
import { makeNamespaces, removeNamespaces } from "./testing/main-job.ts";
import { startPodFront, type PodFront } from "./testing/pod-front.ts";

const { signal } = new AbortController();
const kinds = [harborCertificate];
const namespaces = {
  nginx: "helm-nginx",
  ingress: "helm-ingress",
  certManager: "helm-cert-manager",
} as const;
const repository = "rig/nginx-helm:2";

/** As the chart's configuration, as far as TLS is concerned: one pair, read when nginx starts. */
const configuration = `
pid /tmp/nginx.pid; error_log /dev/stderr warn;
events { worker_connections 512; }
http {
  access_log off;
  client_body_temp_path /tmp/body; proxy_temp_path /tmp/proxy; fastcgi_temp_path /tmp/fastcgi;
  uwsgi_temp_path /tmp/uwsgi; scgi_temp_path /tmp/scgi;
  server {
    listen 8443 ssl;
    ssl_certificate /etc/nginx/cert/tls.crt;
    ssl_certificate_key /etc/nginx/cert/tls.key;
    location / { return 200 "harbor"; }
  }
}`;

let client: KubernetesClient;
let front: PodFront;
let documents = 0;

const release = (more: Partial<TestRelease> = {}): TestRelease => ({
  namespace: namespaces.nginx,
  release: "harbor",
  expose: "nodePort",
  tls: true,
  certSource: "secret",
  secretName: "harbor-cert",
  externalUrl: "https://harbor.localtest",
  recorded: true,
  password: "Harbor12345",
  nginx: {
    image: `127.0.0.1:${ports.registry}/${repository}`,
    command: ["/usr/sbin/nginx", "-c", "/etc/harbor.conf", "-g", "daemon off;"],
  },
  ...more,
});

beforeAll(async () => {
  const config = await loadKubeconfig({ path: rigAddresses().kubeconfigPath, environment: {} });
  client = createKubernetesClient(config, { fieldManager: "rig" });
  await removeNamespaces(client, Object.values(namespaces));
  for (const name of Object.values(namespaces)) await makeNamespaces(client, [name], "");
  const files = await nginxRootFiles();
  const conf = { path: "etc/harbor.conf", type: "file", content: Buffer.from(configuration) } as const;
  await pushToRegistry(rigLayout(), { files: [...files, conf], entrypoint: ["/usr/sbin/nginx"] }, repository);
  const labelSelector = "release=harbor,component=nginx";
  front = await startPodFront(client, { namespace: namespaces.nginx, labelSelector, port: 8443 });
}, 180_000);
afterAll(async () => {
  await front[Symbol.asyncDispose]();
  await removeNamespaces(client, Object.values(namespaces));
  await client[Symbol.asyncDispose]();
}, 120_000);

/** The real time, moved on by some days. */
const later = (days: number): Clock => ({
  ...systemClock,
  now: () => new Date(Date.now() + days * 86_400_000),
});

async function machine(spec: object) {
  const document = documentOf(harborCertificateSchema, `helm-${++documents}`, spec);
  const folder = await folderWorld([document], { kubernetes: client });
  const at = (days: number): World => ({ ...folder.world, clock: later(days) });
  return {
    document,
    at,
    plan: (days = 0): Promise<Plan> => makePlan([document], kinds, at(days), { signal }),
    apply: async (days = 0): Promise<ApplyResult> =>
      apply(await makePlan([document], kinds, at(days), { signal }), kinds, at(days)),
    render: async (path: string): Promise<string> => {
      const files = (await harborCertificate.render?.(document, at(0), signal)) ?? [];
      return files.find((f) => f.path === path)?.text ?? "";
    },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

const stepsOf = (plan: Plan): string[] => plan.documents.flatMap((d) => d.steps.map((s) => s.id));
const codesOf = (plan: Plan): string[] => plan.documents.flatMap((d) => d.findings.map((f) => f.code));
const problemsOf = ({ documents: all }: ApplyResult): unknown[] =>
  all.flatMap((d) => [...d.failures.map((f) => f.error.message), ...d.proofs.filter((p) => !p.ok)]);
const served = async (): Promise<string | undefined> =>
  (await probeTls({ host: "localhost", port: front.port })).servedSerial;
const deployment = (): Promise<Deployment | undefined> =>
  client.get<Deployment>(
    resources.deployments,
    { namespace: namespaces.nginx, name: nginxOf(release()) },
    signal,
  );

/** Patches the chart's nginx, as `kubectl patch --patch-file` does, and waits until all pods are of that. */
async function patchAsRendered(text: string): Promise<void> {
  const at = { namespace: namespaces.nginx, name: nginxOf(release()) };
  await client.patch(resources.deployments, at, "strategic", parse(text) as object, { signal });
  const settled = async (): Promise<boolean> => {
    const found = await deployment();
    return found !== undefined && isSettled(found);
  };
  await expect.poll(settled, { timeout: 60_000 }).toBe(true);
}

/** Asks again and again, each time over a new connection, as clients of a registry do; counts what went wrong. */
function ask(): { stop(): Promise<{ asked: number; failed: readonly string[] }> } {
  let asked = 0;
  let stopped = false;
  const failed: string[] = [];
  const once = (): Promise<void> =>
    new Promise((resolve) => {
      const agent = new Agent({ keepAlive: false });
      // What is asked is whether it answers; which certificate it shows, the test looks at itself.
      const options = {
        host: "localhost",
        port: front.port,
        agent,
        rejectUnauthorized: false,
        timeout: 5000,
      };
      const sent = request(options, (response) => {
        if (response.statusCode !== 200) failed.push(String(response.statusCode));
        response.resume().on("end", resolve);
      });
      sent.on("error", (error) => {
        failed.push(error.message);
        resolve();
      });
      sent.end();
    });
  const loop = async (): Promise<void> => {
    while (!stopped) {
      asked++;
      await once();
      await new Promise((done) => setTimeout(done, 20));
    }
  };
  const running = loop();
  return {
    stop: async () => {
      stopped = true;
      await running;
      return { asked, failed };
    },
  };
}

describe("a Harbor of its Helm chart on a real Kubernetes", () => {
  test("serves what is delivered after one rollout, and again when it is renewed, without a lost connection once it is patched as rendered", async () => {
    const theirs = makeAuthority("By hand").issue({ san: "DNS:localhost" });
    const byHand = {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { namespace: namespaces.nginx, name: "harbor-cert" },
      type: "kubernetes.io/tls",
      data: { "tls.crt": btoa(theirs.certificate), "tls.key": btoa(theirs.key) },
    };
    await client.create(resources.secrets, byHand, { signal });
    await installRelease(client, release());
    await expect.poll(served, { timeout: 60_000 }).toBeDefined();
    const first = await served();
    await using job = await machine({
      issuer: { ownAuthority: { directory: "ca" } },
      hosts: ["localhost"],
      deliver: {
        helm: {
          namespace: namespaces.nginx,
          release: "harbor",
          takeOver: true,
          url: `https://localhost:${front.port}`,
        },
      },
    });
    const steps = stepsOf(await job.plan());
    expect(steps.slice(-2)).toEqual(["helm/helm-nginx/harbor-cert", "restart/helm-nginx/harbor-nginx"]);

    expect(problemsOf(await job.apply())).toEqual([]);
    const second = await served();
    expect(second).not.toBe(first);
    const plan = await job.plan();
    expect([stepsOf(plan), codesOf(plan)]).toEqual([[], ["HELM_ROLLOUT_LOSES_CONNECTIONS"]]);

    // What the finding says to do.
    await patchAsRendered(await job.render("helm/harbor-nginx-rollout.yaml"));
    expect(await job.plan().then((p) => [stepsOf(p), codesOf(p)])).toEqual([[], []]);
    const asking = ask();
    expect(problemsOf(await job.apply(61))).toEqual([]);
    expect(await served()).not.toBe(second);
    expect(stepsOf(await job.plan(61))).toEqual([]);
    const { asked, failed } = await asking.stop();
    expect(failed).toEqual([]);
    expect(asked).toBeGreaterThan(30);

    // An upgrade of the release by its owner takes none of it away.
    const before = (await deployment())?.spec?.template?.metadata?.annotations;
    await installRelease(client, release());
    expect((await deployment())?.spec?.template?.metadata?.annotations).toEqual(before);
    expect(Object.keys(before ?? {}).sort()).toEqual([
      "kubectl.kubernetes.io/restartedAt",
      "moorline.io/certificate",
    ]);
    expect(stepsOf(await job.plan(61))).toEqual([]);
  }, 180_000);

  test("behind an ingress is found by its objects; what can not be seen from here is said", async () => {
    const { nginx: _nginx, ...common } = release({
      namespace: namespaces.ingress,
      expose: "ingress",
      recorded: false,
    });
    await installRelease(client, { ...common, certSource: "auto" });
    await using job = await machine({
      issuer: { ownAuthority: { directory: "ca" } },
      hosts: ["harbor.localtest"],
      deliver: {
        helm: {
          namespace: namespaces.ingress,
          release: "harbor",
          url: `https://harbor.localtest:${ports.nothing}`,
        },
      },
    });
    expect(codesOf(await job.plan())).toEqual(["HELM_CERTIFICATES_AUTO"]);
    await job.apply();
    await installRelease(client, { ...common, secretName: "harbor-tls" });
    const result = await job.apply();
    expect(problemsOf(result)).toEqual([]);
    expect(result.documents[0]?.proofs.map((p) => p.detail.key)).toContain("helm.servedUnreachable");
    expect(await job.plan().then((p) => [stepsOf(p), codesOf(p)])).toEqual([[], []]);
  }, 120_000);
});

describe("cert-manager's kinds on a real Kubernetes", () => {
  test("are written, followed, renewed on request and taken away", async () => {
    const namespace = namespaces.certManager;
    await removeDefinitions(client);
    await installDefinitions(client);
    const authority = await createAuthority({
      commonName: "Cluster CA",
      keyType: "ECDSA_P256",
      validityDays: 365,
      now: new Date(),
    });
    const key = (await exportPrivateKey(authority.key)).reveal();
    const ca = {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { namespace, name: "ca" },
      type: "kubernetes.io/tls",
      data: { "tls.crt": btoa(authority.certificatePem), "tls.key": btoa(key) },
    };
    await client.create(resources.secrets, ca, { signal });
    await using _standIn = startStandIn(client, namespace, () => new Date());
    await using job = await machine({
      issuer: { certManager: { namespace, selfManaged: { caSecretName: "ca" } } },
      hosts: ["harbor.localtest"],
      clients: [{ name: "nodes" }],
      deliver: { secrets: [{ namespace, name: "harbor-tls" }] },
    });
    expect(problemsOf(await job.apply())).toEqual([]);
    expect(stepsOf(await job.plan())).toEqual([]);
    const name = `${job.document.metadata.name}-server-tls`;
    const read = async (of: string): Promise<string | undefined> =>
      (await client.get<Secret>(resources.secrets, { namespace, name: of }, signal))?.data?.["tls.crt"];
    const before = await read(name);
    const given = job.document.spec.issuer.certManager as CertManager;
    await askForRenewal(given, job.document, "server", job.at(0), signal);
    await expect.poll(() => read(name), { timeout: 60_000 }).not.toBe(before);
    expect(problemsOf(await job.apply())).toEqual([]);
    expect(await read("harbor-tls")).toBe(await read(name));
    const removal = await makePlan([job.document], kinds, job.at(0), { direction: "remove", signal });
    await apply(removal, kinds, job.at(0));
    expect((await client.list(certManagerResources.certificates, { namespace, signal })).items).toEqual([]);
    await removeDefinitions(client);
  }, 120_000);
});
