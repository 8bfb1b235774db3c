import { spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parse, stringify } from "yaml";
import { makeAuthority } from "../src/clients/http/testing/certificates.ts";
import { createKubernetesClient, type KubernetesClient } from "../src/clients/kubernetes/client.ts";
import { loadKubeconfig } from "../src/clients/kubernetes/kubeconfig.ts";
import type { NewObject, Secret } from "../src/clients/kubernetes/object.ts";
import { resources, type Resource } from "../src/clients/kubernetes/resources.ts";
import { plantImage, plantScan } from "../src/kinds/project-binding/admission/testing/images.ts";
import { Sensitive } from "../src/model/sensitive.ts";
import { startHarbor } from "../src/sandbox/harbor/harbor.ts";
import { atConnections, atRate, type Measured, type Target } from "./admission/load.ts";
import { podReview } from "./admission/review.ts";
import { startSandbox } from "./plant.ts";

// Admission under load: `moorline webhook` as a process, a bare node:https server as the floor, the client here. Prints
// figures and ratios; asserts nothing about time, because machines differ.
const root = join(import.meta.dirname, "..");
const seconds = Number(process.env["BENCH_SECONDS"] ?? "10");
const signal = new AbortController().signal;
const folder = await mkdtemp(join(tmpdir(), "moorline-bench-"));
const password = `Bench-${randomBytes(12).toString("hex")}-A1`;
const authority = makeAuthority("Benchmark CA");
const pair = authority.issue({ san: "DNS:localhost,IP:127.0.0.1" });
const digests = ["1", "2", "3", "4"].map((digit) => `sha256:${digit.repeat(64)}`);

const harbor = await startHarbor({
  directory: join(folder, "harbor"),
  hostname: "localhost",
  port: 0,
  tls: { certificatePem: pair.certificate, privateKeyPem: new Sensitive(pair.key) },
  adminPassword: new Sensitive(password),
});
for (const digest of digests) {
  plantImage(harbor.site.store, "library/app", digest);
  plantScan(harbor.site.store, digest, ["Low", "Medium", "High"]);
}
const host = new URL(harbor.url).host;
const kubernetes = await startSandbox("kubernetes", password);
const kubeconfig = join(folder, "kubeconfig");
writeFileSync(kubeconfig, kubeconfigText(kubernetes.address.url, kubernetes.address.ca), { mode: 0o600 });
const client = createKubernetesClient(await loadKubeconfig({ path: kubeconfig, environment: {} }), {
  fieldManager: "bench",
});
await fillCluster(client);

const mutate = podReview("bench-0", ["nginx:1.27", "redis:7", "bitnami/kafka:3", "quay.io/team/app:v1"]);
const validate = podReview(
  "bench-0",
  digests.map((digest) => `${host}/library/app@${digest}`),
);
console.log(
  `reviews of ${mutate.length} and ${validate.length} bytes; ${seconds} s each; client on the same cores\n`,
);

const floorOne = await startFloor(1);
const one = await startWebhook(1);
const rate = 500;
print(`floor, ${rate}/s`, await atRate(floorOne.target("/mutate", mutate), rate, seconds));
await atRate(one.target("/mutate", mutate), 200, 2);
print(`mutate, ${rate}/s`, await atRate(one.target("/mutate", mutate), rate, seconds));
await atRate(one.target("/validate", validate), 200, 2);
print(`validate by scan reports, ${rate}/s`, await atRate(one.target("/validate", validate), rate, seconds));
console.log("");
for (const threads of [1, 2]) {
  const floor = threads === 1 ? floorOne : await startFloor(threads);
  const webhook = threads === 1 ? one : await startWebhook(threads);
  const words = `32 connections, ${threads} ${threads === 1 ? "thread" : "threads"}`;
  await atConnections(webhook.target("/mutate", mutate), 32, 2);
  await atConnections(webhook.target("/validate", validate), 32, 2);
  const bare = await under32(`floor, ${words}`, floor, "/mutate", mutate);
  await under32(`mutate, ${words}`, webhook, "/mutate", mutate, bare);
  await under32(`validate by scan reports, ${words}`, webhook, "/validate", validate, bare);
  console.log(`  memory of the webhook: ${webhook.megabytes()} MiB\n`);
  floor.end();
  webhook.end();
}

await client[Symbol.asyncDispose]();
kubernetes.child.stdin?.end();
await harbor[Symbol.asyncDispose]();
rmSync(folder, { recursive: true, force: true });

async function under32(
  what: string,
  server: Running,
  path: string,
  body: string,
  floor?: Measured,
): Promise<Measured> {
  const before = server.spent();
  const found = await atConnections(server.target(path, body), 32, seconds);
  const each = ((server.spent() - before) * 1000) / (found.perSecond * seconds);
  print(what, found, floor);
  console.log(`${"".padEnd(52)} ${each.toFixed(0).padStart(6)} µs of processor time each`);
  return found;
}

function print(what: string, of: Measured, floor?: Measured): void {
  const ratio = floor === undefined ? "" : `, ${(of.perSecond / floor.perSecond).toFixed(2)} of the floor`;
  const times = [of.p50, of.p99, of.worst].map((each) => each.toFixed(2));
  console.log(
    `${what.padEnd(52)} ${of.perSecond.toFixed(0).padStart(6)}/s  p50 ${times[0]} ms  p99 ${times[1]} ms  worst ${times[2]} ms  errors ${of.errors}${ratio}`,
  );
}

interface Running {
  target(path: string, body: string): Target;
  megabytes(): number;
  /** Processor time so far, in milliseconds. */
  spent(): number;
  end(): void;
}

function runningOf(child: ChildProcess, port: number, ca: string): Running {
  return {
    target: (path, body) => ({ url: `https://localhost:${port}`, ca, path, body }),
    megabytes: () => {
      const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
      return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
    },
    spent: () => {
      // Fields 14 and 15 of proc(5)'s stat, in hundredths of a second.
      const stat = readFileSync(`/proc/${child.pid}/stat`, "utf8");
      const fields = stat.slice(stat.lastIndexOf(") ") + 2).split(" ");
      return (Number(fields[11]) + Number(fields[12])) * 10;
    },
    end: () => void child.kill("SIGKILL"),
  };
}

async function startFloor(threads: number): Promise<Running> {
  const script = fileURLToPath(new URL("admission/floor.ts", import.meta.url));
  const child = spawn(process.execPath, [script, String(threads)], {
    env: { ...process.env, BENCH_CERTIFICATE: pair.certificate, BENCH_KEY: pair.key },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const [line] = (await once(createInterface(child.stdout), "line")) as [string];
  return runningOf(child, Number(line), authority.certificate);
}

async function startWebhook(threads: number): Promise<Running> {
  const child = spawn(
    process.execPath,
    [
      join(root, "src/main.ts"),
      "webhook",
      `--kubeconfig=${kubeconfig}`,
      "--lang=en",
      "--namespace=moorline-system",
      "--url=https://localhost",
      "--address=127.0.0.1:0",
      "--health-address=127.0.0.1:0",
      "--metrics-address=127.0.0.1:0",
      `--workers=${threads}`,
    ],
    {
      env: { ...process.env, HARBOR_USERNAME: "admin", HARBOR_PASSWORD: password },
      // The embedded Kubernetes serves no webhook configurations, and the process says so now and then.
      stdio: ["ignore", "pipe", "ignore"],
    },
  );
  for await (const line of createInterface(child.stdout)) {
    const port = /Serving admission at 127\.0\.0\.1:(\d+)/.exec(line)?.[1];
    if (port === undefined) continue;
    const at = { namespace: "moorline-system", name: "moorline-webhook-certificate" };
    const secret = await client.get<Secret>(resources.secrets, at, signal);
    const ca = Buffer.from(secret?.data?.["ca.crt"] ?? "", "base64").toString();
    child.stdout.resume();
    return runningOf(child, Number(port), ca);
  }
  throw new Error("the webhook ended");
}

async function fillCluster(cluster: KubernetesClient): Promise<void> {
  const definitions = join(root, "deploy/crds");
  const served: Resource[] = [];
  for (const file of readdirSync(definitions)) {
    const definition = parse(readFileSync(join(definitions, file), "utf8")) as NewObject & {
      readonly spec: { readonly names: { readonly kind: string; readonly plural: string } };
    };
    await cluster.apply(resources.customResourceDefinitions, definition, { signal });
    const { names } = definition.spec;
    served.push({ group: "moorline.io", version: "v1alpha1", namespaced: false, ...names });
  }
  const resourceOf = (kind: string): Resource => {
    const found = served.find((each) => each.kind === kind);
    if (found === undefined) throw new Error(`no ${kind}`);
    return found;
  };
  for (const each of served) while (!(await cluster.serves(each, signal))) await Promise.resolve();
  const put = (kind: string, name: string, spec: object) =>
    cluster.apply(resourceOf(kind), { metadata: { name }, spec } as NewObject, { signal });
  await cluster.apply(resources.namespaces, { metadata: { name: "moorline-system" } }, { signal });
  for (let i = 0; i < 200; i++) {
    const labels = { "kubesphere.io/workspace": `bench-${i}` };
    await cluster.apply(resources.namespaces, { metadata: { name: `bench-${i}`, labels } }, { signal });
  }
  await put("HarborRegistry", "bench", {
    url: harbor.url,
    credential: { environment: {} },
    tls: { ca: { pem: authority.certificate } },
  });
  const rewrites = ["docker.io", "quay.io"].map((from) => ({
    from,
    to: `${host}/${from.replace(".io", "")}`,
  }));
  for (let i = 0; i < 50; i++) {
    await put("ProjectBinding", `bench-${i}`, {
      registry: "bench",
      projects: { workspace: `bench-${i}` },
      harborProject: { name: "library" },
      admission: {
        mutate: { rewrites, imagePullPolicy: "Always" },
        validate: { allowedProjects: [], requireDigest: true, scan: {} },
      },
    });
  }
}

function kubeconfigText(server: string, ca: string): string {
  const named = { name: "bench" };
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      { ...named, cluster: { server, "certificate-authority-data": Buffer.from(ca).toString("base64") } },
    ],
    users: [{ ...named, user: { token: password } }],
    contexts: [{ ...named, context: { cluster: "bench", user: "bench" } }],
    "current-context": "bench",
  });
}
