import { parentPort, workerData } from "node:worker_threads";
import { z } from "zod";
import { helperOver, reviewerOf, type FromWorker, type ToWorker } from "./link.ts";
import { PolicyIndex, type PolicyChange } from "./policy-index.ts";
import { startServer } from "./server.ts";

const dataSchema = z.object({
  webhookWorker: z.object({
    host: z.string(),
    port: z.number(),
    pair: z.object({ certificate: z.string(), key: z.string() }),
    // Made by the main thread of this very program.
    known: z.array(z.custom<PolicyChange>()),
  }),
});

/** What this thread was started for; undefined where it is no worker of the webhook. */
export function workerTask(): z.infer<typeof dataSchema>["webhookWorker"] | undefined {
  return parentPort === null ? undefined : dataSchema.safeParse(workerData).data?.webhookWorker;
}

/** How often a worker tells what it did. */
const tellMs = 1000;

/** One of several threads that review: it knows the policies, and asks the main thread for everything else. */
export async function runWorker(task: NonNullable<ReturnType<typeof workerTask>>): Promise<never> {
  const port = parentPort;
  if (port === null) throw new Error("not in a worker");
  const tell = (message: FromWorker): void => port.postMessage(message);
  const index = new PolicyIndex();
  for (const change of task.known) index.take(change);
  const helper = helperOver(port);
  const server = await startServer({
    ...task,
    shared: true,
    reviewer: reviewerOf(index, helper),
    ready: () => index.complete,
  });
  port.on("message", (message: ToWorker) => {
    if (message.type === "policies") index.take(message.change);
    else if (message.type === "pair") server.setPair(message.pair);
    else if (message.type === "drain") server.drain();
    else helper.take(message);
  });
  tell({ type: "listening", port: server.port });
  setInterval(() => tell({ type: "counts", counts: server.counts }), tellMs);
  // The main thread ends this one.
  return new Promise(() => undefined);
}
