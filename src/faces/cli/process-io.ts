import { setTimeout as sleep } from "node:timers/promises";
import type { Io } from "./command.ts";

/** The real process. Ctrl-C once asks to stop, twice cuts off. */
export function processIo(): Io {
  const stopping = new AbortController();
  const cutOff = new AbortController();
  const onSignal = (): void => {
    if (stopping.signal.aborted) cutOff.abort();
    else stopping.abort();
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  // Whoever reads may stop reading (`moorline … | head`); what was to be said is then said to nobody.
  const onBrokenPipe = (error: NodeJS.ErrnoException): void => {
    if (error.code !== "EPIPE") throw error;
  };
  process.stdout.on("error", onBrokenPipe);
  process.stderr.on("error", onBrokenPipe);
  const interactive = process.stdout.isTTY;
  // https://no-color.org and the usual FORCE_COLOR
  const colours = !process.env.NO_COLOR && (interactive || Boolean(process.env.FORCE_COLOR));
  return {
    // Opening standard input costs milliseconds; most commands never read it.
    get stdin() {
      return process.stdin;
    },
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    environment: process.env,
    workingDirectory: process.cwd(),
    interactive,
    colours,
    width: process.stdout.columns ?? 100,
    clock: {
      now: () => new Date(),
      sleep: (ms, signal) => sleep(ms, undefined, { signal }),
    },
    random: {
      bytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
      fraction: () => Math.random(),
    },
    stopping: stopping.signal,
    signal: cutOff.signal,
  };
}
