import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { KubernetesClient } from "../../clients/kubernetes/client.ts";
import { resources } from "../../clients/kubernetes/resources.ts";
import { openReports } from "./reports.ts";
import type { World } from "../../kinds/world.ts";
import { fromUnknown, type MoorlineError } from "../../model/errors.ts";
import { message, type Message } from "../../text/message.ts";
import { startCrew, type Crew } from "./crew.ts";
import { Keeper, type CertificateSource } from "./keeper.ts";
import type { Helper } from "./link.ts";
import { PolicyIndex } from "./policy-index.ts";
import type { RegistrationSettings } from "./registration.ts";
import { followCluster } from "./source.ts";
import { metricsText, startStatusServer, type Status } from "./status-server.ts";

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface WebhookOptions {
  readonly world: World;
  readonly client: KubernetesClient;
  readonly address: Address;
  readonly workers: number;
  /** Where /healthz, /readyz and /metrics are served; two of one address are one server. */
  readonly statusAddresses: readonly Address[];
  readonly certificate: CertificateSource;
  readonly registration: Omit<RegistrationSettings, "caBundle" | "place"> & {
    readonly place: (port: number) => RegistrationSettings["place"];
  };
  /** How often certificate and registration are looked at, in milliseconds. */
  readonly checkMs: number;
  readonly say: (what: Message) => void;
  readonly onTrouble: (error: MoorlineError) => void;
  /** Asks for the end. */
  readonly stopping: AbortSignal;
}

/** Checks after which everybody knows of a change. */
const settleChecks = 10;
/** Changes that come together are registered together. */
const gatherMs = 200;
/** While the Service still sends connections here, they are served. */
const drainMs = 3000;

/** Runs the webhook until it is asked to stop. */
export async function runWebhook(options: WebhookOptions): Promise<void> {
  const { world, client, address, stopping, say, onTrouble } = options;
  using ended = endable();
  const { signal } = ended;
  const index = new PolicyIndex();
  const changed = signalOf();
  let crew: Crew | undefined;
  const take: Parameters<typeof followCluster>[0]["tell"] = (change) => {
    index.take(change);
    crew?.take(change);
    // Single namespaces change what the entries can tell apart so rarely that the next check is soon enough.
    if (change.type === "bindings" || (change.type === "namespaces" && change.all)) changed.raise();
  };
  const source = followCluster({
    client,
    ownNamespace: options.registration.ownNamespace,
    signal,
    tell: take,
    onTrouble,
    onInvalid: (name) => say(message("webhook.invalidDocument", { name })),
  });
  const reports = openReports(
    { ...world, documents: { find: (reference) => source.find(reference) } },
    signal,
  );
  const helper = helperOf(client, signal, index, take, reports.ask.bind(reports));

  let failures = 0;
  let draining = false;
  let port = address.port;
  const keeper = new Keeper({
    client,
    source: options.certificate,
    registration: {
      ...options.registration,
      // The port may be any free one, which only listening tells.
      get place() {
        return options.registration.place(port);
      },
    },
    index,
    settleMs: settleChecks * options.checkMs,
    now: () => world.clock.now(),
    signal,
  });
  const first = await keeper.certificate();
  await using serving = await startCrew({
    ...address,
    pair: first.pair,
    workers: options.workers,
    index,
    helper,
  });
  crew = serving;
  port = serving.port;
  if (index.complete) {
    serving.take({ type: "namespaces", all: true, namespaces: index.namespaces });
    serving.take({ type: "bindings", bindings: index.bindings });
  }
  await using _status = await startStatusServers(options.statusAddresses, {
    ready: () => index.complete && !draining,
    metrics: () =>
      metricsText({
        served: serving.counts(),
        scans: reports.counts,
        scansKept: reports.size,
        certificateEnds: keeper.ends / 1000,
        bindings: index.bindings.length,
        registrationFailures: failures,
      }),
  });
  source.synced.then(
    () =>
      say(message("webhook.ready", { address: `${address.host}:${port}`, bindings: index.bindings.length })),
    () => undefined,
  );

  const watching = keepWatch(async () => {
    try {
      const { pair, changed: another } = await keeper.certificate();
      if (another) {
        serving.setPair(pair);
        say(message("webhook.certificate", { until: new Date(keeper.ends).toISOString() }));
      }
      await keeper.publish();
    } catch (thrown) {
      if (signal.aborted) return;
      failures += 1;
      onTrouble(fromUnknown(thrown, "webhook"));
    }
  });
  async function keepWatch(check: () => Promise<void>): Promise<void> {
    while (!signal.aborted) {
      await check();
      await Promise.race([sleepUntil(options.checkMs, signal), changed.wait()]);
      await sleepUntil(gatherMs, signal);
    }
  }

  if (!stopping.aborted) await once(stopping, "abort");
  draining = true;
  serving.drain();
  await world.clock.sleep(drainMs, new AbortController().signal);
  ended.end();
  await watching;
}

/** What a reviewer asks of the main thread. */
function helperOf(
  client: KubernetesClient,
  signal: AbortSignal,
  index: PolicyIndex,
  take: (change: Parameters<PolicyIndex["take"]>[0]) => void,
  ask: Helper["ask"],
): Helper {
  const underWay = new Map<string, Promise<boolean | undefined>>();
  const look = async (name: string): Promise<boolean | undefined> => {
    try {
      const found = await client.get(
        resources.namespaces,
        { name },
        AbortSignal.any([signal, AbortSignal.timeout(2000)]),
      );
      if (found === undefined) return false;
      // An event may have told more by now.
      if (index.policiesOf(name) === undefined) {
        const labels = found.metadata.labels ?? {};
        take({ type: "namespaces", all: false, namespaces: [{ name, labels }] });
      }
      return true;
    } catch {
      // Not known is an answer: the API server then does as its failure policy says.
      return undefined;
    }
  };
  return {
    ask,
    learn: (name) => {
      const running = underWay.get(name);
      if (running !== undefined) return running;
      const started = look(name).finally(() => underWay.delete(name));
      underWay.set(name, started);
      return started;
    },
  };
}

async function startStatusServers(addresses: readonly Address[], status: Status): Promise<AsyncDisposable> {
  const distinct = [...new Map(addresses.map((each) => [`${each.host}:${each.port}`, each])).values()];
  const servers = await Promise.all(distinct.map((each) => startStatusServer(each, status)));
  return {
    [Symbol.asyncDispose]: () => {
      for (const server of servers) {
        server.close();
        server.closeAllConnections();
      }
      return Promise.resolve();
    },
  };
}

function endable(): Disposable & { readonly signal: AbortSignal; end(): void } {
  const controller = new AbortController();
  const end = (): void => controller.abort();
  return { signal: controller.signal, end, [Symbol.dispose]: end };
}

/** Remembers that something happened until somebody waits for it. */
function signalOf(): { raise(): void; wait(): Promise<void> } {
  let next = Promise.withResolvers<void>();
  return {
    raise: () => next.resolve(),
    wait: async () => {
      await next.promise;
      next = Promise.withResolvers<void>();
    },
  };
}

const sleepUntil = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  // Aborting ends the wait; the loop sees it.
  sleep(milliseconds, undefined, { signal }).catch(() => undefined);
