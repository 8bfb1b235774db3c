import { randomBytes } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { createKubernetesClient } from "../../src/clients/kubernetes/client.ts";
import { localHost } from "../../src/clients/host/local.ts";
import { startController, type Controller } from "../../src/faces/controller/controller.ts";
import type { DocumentStatus } from "../../src/faces/controller/status.ts";
import { harborRegistry } from "../../src/kinds/harbor-registry/index.ts";
import { projectBinding } from "../../src/kinds/project-binding/index.ts";
import type { World } from "../../src/kinds/world.ts";
import { configOf, type ClusterAddress } from "./api-server.ts";
import { bindings } from "./documents.ts";
import { InstantHarbor } from "./instant-harbor.ts";

/** What one phase of the controller came to. */
export interface ControllerPhase {
  /** Until everything was ready; what came after that is in the calls. */
  readonly seconds: number;
  /** Until all that there was had been read. */
  readonly planned: number;
  readonly steps: number;
  readonly ok: boolean;
}

interface Running extends AsyncDisposable {
  readonly controller: Controller;
  readonly troubles: string[];
}

const signal = new AbortController().signal;

/**
 * The controller in this process, over bindings that stand in the cluster, with a Harbor that answers at once: everything
 * for the first time, once more by a controller that knows nothing, and with every robot replaced.
 */
export async function controllerPhases(
  address: ClusterAddress,
  workspaces: number,
  phase: (name: "write" | "again" | "rotate", work: () => Promise<ControllerPhase>) => Promise<void>,
): Promise<void> {
  await using harbor = new InstantHarbor("https://harbor.bench.test");
  {
    await using started = new AsyncDisposableStack();
    await phase("write", () => roundOf(started.use(start(address, harbor)), workspaces));
  }
  await using running = new AsyncDisposableStack();
  let last: Running | undefined;
  await phase("again", () => roundOf((last = running.use(start(address, harbor))), workspaces));
  await phase("rotate", async () => {
    const again = last;
    if (again === undefined) throw new Error("no controller");
    const before = looks(again.controller);
    const client = createKubernetesClient(configOf(address), { fieldManager: "bench" });
    await using _client = client;
    const began = performance.now();
    for (let i = 0; i < workspaces; i++)
      await client.patch(
        bindings,
        { name: `workspace-${i}` },
        "merge",
        { spec: { robot: { durationDays: 60 } } },
        { signal },
      );
    return settled(again, workspaces, before, began, began);
  });
}

async function roundOf(running: Running, workspaces: number): Promise<ControllerPhase> {
  const began = performance.now();
  await running.controller.sight.synced(signal);
  return settled(running, workspaces, 0, began, performance.now());
}

async function settled(
  { controller, troubles }: Running,
  workspaces: number,
  before: number,
  began: number,
  synced: number,
): Promise<ControllerPhase> {
  const isDone = (): boolean => looks(controller) - before >= workspaces && readyOf(controller) >= workspaces;
  while (!isDone()) await wait(20);
  const ended = performance.now();
  // Whatever is looked at once more belongs to this phase's calls.
  for (let quiet = 0, seen = looks(controller); quiet < 20; quiet++) {
    await wait(100);
    controller.refresh();
    if (looks(controller) !== seen) quiet = 0;
    seen = looks(controller);
  }
  for (const trouble of troubles.splice(0).slice(0, 5)) console.error(trouble);
  return {
    seconds: (ended - began) / 1000,
    planned: (synced - began) / 1000,
    steps: looks(controller) - before,
    ok: true,
  };
}

/** How often something was looked at, whole documents and single projects. */
function looks({ metrics }: Controller): number {
  let all = 0;
  for (const [, count] of metrics.reconcile.text().matchAll(/_count\{[^}]*\} (\d+)/g)) all += Number(count);
  return all;
}

/** Bindings whose last look was at what they ask for now, and found all well. */
function readyOf({ sight }: Controller): number {
  let ready = 0;
  for (const { object } of sight.documents.ofKind("ProjectBinding")) {
    const { observedGeneration, conditions } = (object.status ?? {}) as DocumentStatus;
    const isReady = conditions?.some((c) => c.type === "Ready" && c.status === "True") === true;
    if (isReady && observedGeneration === object.metadata.generation) ready++;
  }
  return ready;
}

function start(address: ClusterAddress, endpoint: InstantHarbor): Running {
  const client = createKubernetesClient(configOf(address), { fieldManager: "moorline" });
  const stopping = new AbortController();
  const troubles: string[] = [];
  const clock = {
    now: () => new Date(),
    sleep: async (milliseconds: number, stop?: AbortSignal) => {
      await wait(milliseconds, undefined, { signal: stop });
    },
  };
  const random = { bytes: (length: number) => randomBytes(length), fraction: () => Math.random() };
  const world: World = {
    documents: { find: () => undefined },
    environment: () => undefined,
    host: localHost(),
    documentsHost: localHost(),
    openHost: () => Promise.resolve(localHost()),
    kubernetes: () => Promise.resolve(client),
    cluster: () => Promise.resolve(client),
    endpoint: () => endpoint,
    clock,
    random,
  };
  const controller = startController({
    client,
    world,
    kinds: [harborRegistry, projectBinding],
    // Of this Harbor nobody could prove a handshake.
    carriedOut: ["ProjectBinding"],
    clock,
    random,
    elapsed: () => performance.now(),
    language: "en",
    identity: "bench",
    workers: 4,
    resyncMs: 3_600_000,
    stopping: stopping.signal,
    onTrouble: ({ message }) => troubles.push(message),
  });
  return {
    controller,
    troubles,
    [Symbol.asyncDispose]: async () => {
      stopping.abort();
      await controller.ended;
      await client[Symbol.asyncDispose]();
    },
  };
}
