import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { concurrently } from "../../src/clients/concurrency.ts";
import { localHost } from "../../src/clients/host/local.ts";
import { openEndpoint, type HttpEndpoint } from "../../src/clients/http/endpoint.ts";
import { createKubernetesClient } from "../../src/clients/kubernetes/client.ts";
import { secureContextOf } from "../../src/clients/tls/secure-context.ts";
import { apply } from "../../src/engine/apply.ts";
import { makePlan } from "../../src/engine/plan.ts";
import { harborRegistry } from "../../src/kinds/harbor-registry/index.ts";
import { projectBinding } from "../../src/kinds/project-binding/index.ts";
import type { World } from "../../src/kinds/world.ts";
import { nameOf, nameOfReference, type Document } from "../../src/model/document.ts";
import { parseDocuments } from "../../src/model/parse.ts";
import { Agent } from "undici";
import { configOf, type ClusterAddress } from "./api-server.ts";
import { controllerPhases } from "./controller-work.ts";
import { account, benchLabel, namespaceNames } from "./fill.ts";
import { InstantHarbor } from "./instant-harbor.ts";

/** What one process of the benchmark is to do, as JSON in BENCH_WORK. */
export interface Work {
  readonly what: "floor" | "run" | "controller";
  readonly cluster: ClusterAddress;
  readonly namespaces: number;
  /** Bindings that stand in the cluster, one for each. */
  readonly workspaces: number;
  readonly parallel: number;
  /** A Harbor in another process; without it one that answers at once. */
  readonly harbor?: { readonly url: string; readonly ca: string; readonly password: string };
}

/** What it prints, one line of JSON a phase. */
export interface Phase {
  readonly name: "write" | "again" | "rotate";
  readonly seconds: number;
  readonly planned?: number;
  readonly proving?: number;
  readonly steps: number;
  readonly ok: boolean;
  /** Processor seconds of this process. */
  readonly processor: number;
  /** MiB, at its highest in this phase and after it. */
  readonly peak: number;
  readonly after: number;
}

const kinds = [harborRegistry, projectBinding];
const signal = new AbortController().signal;
const project = "bench";

const memory = (field: "VmHWM" | "VmRSS"): number => {
  const found = new RegExp(`^${field}:\\s+(\\d+)`, "m").exec(readFileSync("/proc/self/status", "utf8"));
  return Math.round(Number(found?.[1] ?? 0) / 1024);
};

async function phase(
  name: Phase["name"],
  work: () => Promise<
    Omit<Phase, "name" | "seconds" | "processor" | "peak" | "after"> & Partial<Pick<Phase, "seconds">>
  >,
): Promise<void> {
  // Sets VmHWM back to what is resident now (proc(5), clear_refs).
  writeFileSync("/proc/self/clear_refs", "5");
  const started = performance.now();
  const before = process.cpuUsage();
  const result = await work();
  const { user, system } = process.cpuUsage(before);
  const told: Phase = {
    name,
    seconds: (performance.now() - started) / 1000,
    ...result,
    processor: (user + system) / 1e6,
    peak: memory("VmHWM"),
    after: memory("VmRSS"),
  };
  console.log(JSON.stringify(told));
  // Whoever reads takes what the server counted before the next phase begins.
  await new Promise((resolve) => process.stdin.once("data", resolve));
}

/** Nothing but the writes: a Secret and a service account for each namespace; then each Secret once more. */
async function floor(work: Work): Promise<void> {
  const { cluster, parallel } = work;
  const agent = new Agent({
    connections: parallel,
    pipelining: 1,
    allowH2: process.env["BENCH_H2"] !== "no",
    connect: { secureContext: secureContextOf({ ca: cluster.ca }, "bench") },
  });
  const send = async (method: "POST" | "PATCH", path: string, type: string, value: object): Promise<void> => {
    const headers = {
      "content-type": type,
      accept: "application/json",
      authorization: `Bearer ${cluster.token}`,
    };
    const body = JSON.stringify(value);
    const answer = await agent.request({ origin: cluster.server, method, path, headers, body });
    const text = await answer.body.text();
    if (answer.statusCode >= 300)
      throw new Error(`${method} ${path}: ${answer.statusCode} ${text.slice(0, 300)}`);
  };
  const labels = { "app.kubernetes.io/managed-by": "moorline", "moorline.io/binding": "floor" };
  const annotations = { "kubesphere.io/creator": "moorline", "moorline.io/harbor-project": project };
  const data = (): object => {
    const [username, password] = ["robot$bench+bench.bench-0000.abcdef.a", randomBytes(16).toString("hex")];
    const auth = Buffer.from(`${username}:${password}`).toString("base64");
    const auths = { "https://harbor.bench.test": { username, password, email: "", auth } };
    return { ".dockerconfigjson": Buffer.from(JSON.stringify({ auths })).toString("base64") };
  };
  const at = (namespace: string): string => `/api/v1/namespaces/${namespace}`;
  const merge = "application/merge-patch+json";
  const create = async (namespace: string): Promise<void> => {
    await send("POST", `${at(namespace)}/secrets?fieldManager=moorline`, "application/json", {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "harbor", namespace, labels, annotations },
      type: "kubernetes.io/dockerconfigjson",
      data: data(),
    });
    const link = {
      metadata: { labels: { "binding.moorline.io/floor": "floor" } },
      imagePullSecrets: [{ name: "harbor" }],
    };
    await send("PATCH", `${at(namespace)}/serviceaccounts/${account}?fieldManager=moorline`, merge, link);
  };
  const change = (namespace: string): Promise<void> =>
    send("PATCH", `${at(namespace)}/secrets/harbor?fieldManager=moorline`, merge, {
      metadata: { labels, annotations },
      data: data(),
    });
  const names = namespaceNames(work);
  await phase("write", async () => {
    await concurrently(names, parallel, create, signal);
    return { steps: names.length * 2, ok: true };
  });
  await phase("rotate", async () => {
    await concurrently(names, parallel, change, signal);
    return { steps: names.length, ok: true };
  });
  await agent.close();
}

function documentsOf(work: Work, durationDays: number): readonly Document[] {
  const { harbor } = work;
  const text = `
apiVersion: moorline.io/v1alpha1
kind: HarborRegistry
metadata: {name: main}
spec:
  url: ${harbor?.url ?? "https://harbor.bench.test"}
  credential: {environment: {}}
  ${harbor === undefined ? "" : `tls: {ca: {pem: ${JSON.stringify(harbor.ca)}}}`}
---
apiVersion: moorline.io/v1alpha1
kind: ProjectBinding
metadata: {name: bench}
spec:
  registry: main
  projects: {selector: {matchLabels: {${benchLabel}: "yes"}}}
  harborProject: {name: ${project}}
  robot: {durationDays: ${durationDays}}
  secret: {serviceAccounts: [${account}]}
`;
  const { documents, errors } = parseDocuments(
    [{ name: "bench.yaml", directory: "/", text }],
    kinds.map((k) => k.schema),
  );
  if (errors.length > 0) throw new AggregateError(errors, errors.map((e) => e.message).join("\n"));
  return documents;
}

function worldOf(work: Work, documents: readonly Document[], endpoint: HttpEndpoint): World {
  const client = createKubernetesClient(configOf(work.cluster), { fieldManager: "moorline" });
  const environment: Record<string, string> = {
    HARBOR_USERNAME: "admin",
    HARBOR_PASSWORD: work.harbor?.password ?? "Instant12345",
  };
  return {
    documents: { find: (reference) => documents.find((d) => nameOf(d) === nameOfReference(reference)) },
    environment: (name) => environment[name],
    host: localHost(),
    documentsHost: localHost(),
    openHost: () => Promise.resolve(localHost()),
    kubernetes: () => Promise.resolve(client),
    cluster: () => Promise.resolve(client),
    endpoint: () => endpoint,
    clock: {
      now: () => new Date(),
      sleep: async (milliseconds, stop) => {
        await wait(milliseconds, undefined, { signal: stop });
      },
    },
    random: { bytes: (length) => randomBytes(length), fraction: () => Math.random() },
  };
}

/** The binding's apply over all, once more with nothing to do, and with every robot replaced because it lives too long. */
async function run(work: Work): Promise<void> {
  const endpoint =
    work.harbor === undefined
      ? new InstantHarbor("https://harbor.bench.test")
      : openEndpoint(work.harbor.url, { tls: { ca: work.harbor.ca } });
  for (const [name, days] of [
    ["write", 90],
    ["again", 90],
    ["rotate", 60],
  ] as const) {
    const documents = documentsOf(work, days);
    const world = worldOf(work, documents, endpoint);
    await phase(name, async () => {
      const started = performance.now();
      const plan = await makePlan(documents, kinds, world, { only: ["ProjectBinding"], signal });
      const planned = performance.now();
      let last = planned;
      const result = await apply(plan, kinds, world, {
        parallel: work.parallel,
        onEvent: (event) => {
          if (event.type === "step-done") last = performance.now();
        },
      });
      const ended = performance.now();
      for (const { failures, proofs } of result.documents) {
        for (const { error } of failures.slice(0, 3)) console.error(error.message);
        for (const proof of proofs.filter((p) => !p.ok).slice(0, 3)) console.error(JSON.stringify(proof));
      }
      return {
        planned: (planned - started) / 1000,
        proving: (ended - last) / 1000,
        steps: result.documents.reduce((sum, d) => sum + d.stepsDone, 0),
        ok: result.ok,
      };
    });
    await (await world.kubernetes())[Symbol.asyncDispose]();
  }
  await endpoint[Symbol.asyncDispose]();
}

const work = JSON.parse(process.env["BENCH_WORK"] ?? "{}") as Work;
if (work.what === "floor") await floor(work);
else if (work.what === "run") await run(work);
else await controllerPhases(work.cluster, work.workspaces, phase);
process.stdin.destroy();
