import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { noCounts, sumOf, type ServedCounts } from "./counts.ts";
import { reviewerOf, type FromWorker, type Helper, type ToWorker } from "./link.ts";
import type { PolicyChange, PolicyIndex } from "./policy-index.ts";
import { startServer, type ServedPair } from "./server.ts";

export interface CrewOptions {
  readonly host: string;
  readonly port: number;
  readonly pair: ServedPair;
  /** Threads that review; with 1 the main thread does it itself. */
  readonly workers: number;
  /** What is known in the main thread, where a worker that starts anew gets it from. */
  readonly index: PolicyIndex;
  readonly helper: Helper;
}

/** Those who review: this thread, or several behind one port. */
export interface Crew extends AsyncDisposable {
  readonly port: number;
  counts(): ServedCounts;
  take(change: PolicyChange): void;
  setPair(pair: ServedPair): void;
  drain(): void;
}

export async function startCrew(options: CrewOptions): Promise<Crew> {
  return options.workers <= 1 ? startAlone(options) : startThreads(options);
}

async function startAlone({ index, helper, ...options }: CrewOptions): Promise<Crew> {
  const reviewer = reviewerOf(index, helper);
  const server = await startServer({ ...options, reviewer, shared: false, ready: () => index.complete });
  return {
    port: server.port,
    counts: () => server.counts,
    // The index is the main thread's own.
    take: () => undefined,
    setPair: (pair) => server.setPair(pair),
    drain: () => server.drain(),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** So that a worker that can not start is not started in a tight loop. */
const rehireMs = 1000;

/** What a new worker knows from its first request on: changes since then are told to it like to the others. */
const knownIn = (index: PolicyIndex): readonly PolicyChange[] =>
  index.complete
    ? [
        { type: "namespaces", all: true, namespaces: index.namespaces },
        { type: "bindings", bindings: index.bindings },
      ]
    : [];

async function startThreads(options: CrewOptions): Promise<Crew> {
  const { index, helper } = options;
  const members = new Map<Worker, ServedCounts>();
  let { port, pair } = options;
  let past = noCounts();
  let closing = false;

  async function hire(): Promise<void> {
    // The program itself, which sees by its data that it is a worker: the same from sources and bundled.
    const worker = new Worker(process.argv[1] ?? "", {
      argv: ["webhook"],
      workerData: { webhookWorker: { host: options.host, port, pair, known: knownIn(index) } },
      // A review leaves garbage alone behind it: more room would only be filled before it is cleaned.
      resourceLimits: { maxYoungGenerationSizeMb: 16, maxOldGenerationSizeMb: 192 },
    });
    members.set(worker, noCounts());
    const send = (message: ToWorker): void => worker.postMessage(message, []);
    const listening = Promise.withResolvers<number>();
    worker.on("message", (message: FromWorker) => {
      if (message.type === "listening") listening.resolve(message.port);
      else if (message.type === "counts") members.set(worker, message.counts);
      else if (message.type === "ask") {
        const { id, question } = message;
        void helper.ask(question).then((answer) => send({ type: "answer", id, answer }));
      } else {
        const { id, namespace } = message;
        void helper.learn(namespace).then((exists) => send({ type: "learnt", id, exists }));
      }
    });
    worker.on("error", (error) => listening.reject(error));
    worker.on("exit", () => {
      past = sumOf([past, members.get(worker) ?? noCounts()]);
      members.delete(worker);
      listening.reject(new Error("a worker ended before it listened"));
      if (port !== 0 && !closing) setTimeout(rehire, rehireMs).unref();
    });
    port = await listening.promise;
  }

  /** One that dies takes its own requests with it, and is replaced; while that fails, the others go on. */
  function rehire(): void {
    if (!closing) void hire().catch(() => undefined);
  }

  // The first one finds the port where any will do.
  try {
    for (let i = 0; i < options.workers; i++) await hire();
  } catch (thrown) {
    closing = true;
    throw thrown;
  }
  const all = (message: ToWorker): void => {
    for (const worker of members.keys()) worker.postMessage(message, []);
  };
  return {
    port,
    counts: () => sumOf([past, ...members.values()]),
    take: (change) => all({ type: "policies", change }),
    setPair: (next) => {
      pair = next;
      all({ type: "pair", pair });
    },
    drain: () => all({ type: "drain" }),
    [Symbol.asyncDispose]: async () => {
      closing = true;
      await Promise.all(
        [...members.keys()].map(async (worker) => {
          const ended = once(worker, "exit");
          await worker.terminate();
          await ended;
        }),
      );
    },
  };
}
