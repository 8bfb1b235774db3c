import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { administrator } from "./main-job.ts";
import { rigAddresses } from "../addresses.ts";

const main = join(import.meta.dirname, "../../src/main.ts");

/** `moorline webhook` as a process of its own, which the rig's API server reaches on loopback. */
export interface Webhook extends AsyncDisposable {
  readonly port: number;
  /** What it has said so far. */
  readonly said: () => string;
  /** Ends it without a word, as the kernel does when memory is out. */
  kill(): Promise<void>;
}

/**
 * Starts it and waits until it serves; the API server comes by its port on loopback.
 * @param registration name of its configurations, its namespace and its Service
 */
export function startWebhook(registration: string, ...more: readonly string[]): Promise<Webhook> {
  return start(registration, ["--url=https://127.0.0.1", ...more]);
}

/** The same, but the API server comes by the Service of that name, as in a cluster. */
export function startServiceWebhook(registration: string, ...more: readonly string[]): Promise<Webhook> {
  return start(registration, more);
}

async function start(registration: string, more: readonly string[]): Promise<Webhook> {
  const child = spawn(
    process.execPath,
    [
      main,
      "webhook",
      `--kubeconfig=${rigAddresses().kubeconfigPath}`,
      "--lang=en",
      `--registration=${registration}`,
      `--namespace=${registration}`,
      `--service=${registration}`,
      "--address=127.0.0.1:0",
      "--health-address=127.0.0.1:0",
      "--metrics-address=127.0.0.1:0",
      "--check-seconds=1",
      ...more,
    ],
    { env: { ...process.env, ...administrator }, stdio: ["ignore", "pipe", "pipe"] },
  );
  const ended = once(child, "exit");
  let said = "";
  const serving = Promise.withResolvers<number>();
  const hear = (chunk: string): void => {
    said += chunk;
    const port = /Serving admission at 127\.0\.0\.1:(\d+)/.exec(said)?.[1];
    if (port !== undefined) serving.resolve(Number(port));
  };
  child.stdout.setEncoding("utf8").on("data", hear);
  child.stderr.setEncoding("utf8").on("data", hear);
  void ended.then(() => serving.reject(new Error(`the webhook ended: ${said}`)));
  const kill = async (): Promise<void> => {
    child.kill("SIGKILL");
    await ended;
  };
  const limit = setTimeout(() => serving.reject(new Error(`the webhook does not serve: ${said}`)), 60_000);
  try {
    const port = await serving.promise;
    return { port, said: () => said, kill, [Symbol.asyncDispose]: kill };
  } catch (error) {
    await kill();
    throw error;
  } finally {
    clearTimeout(limit);
  }
}
