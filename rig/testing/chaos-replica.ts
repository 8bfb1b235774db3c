import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

/** Debian's libfaketime, for programs with threads; it reads the offset anew from the file that it is told of. */
const fakeTime = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";

/** One controller of several, whose clock can be set while it runs. */
export interface ChaosReplica {
  readonly identity: string;
  readonly process: ChildProcess;
  readonly said: () => string;
  /** Sets its clock so many seconds off, from within a second on; what it measures without a clock stays true. */
  setClock(seconds: number): void;
  end(how: NodeJS.Signals): Promise<void>;
}

/**
 * Starts `moorline controller` with a clock of its own.
 * @param folder for the file that says how wrong its clock is
 * @param words options besides identity and addresses
 * @param seconds that its clock is off by
 * @param main of another tree than this one
 */
export function startChaosReplica(
  folder: string,
  identity: string,
  words: readonly string[],
  seconds: number,
  main = join(import.meta.dirname, "../../src/main.ts"),
): ChaosReplica {
  const clockFile = join(folder, `${identity}.clock`);
  const setClock = (to: number): void => writeFileSync(clockFile, `${to < 0 ? "" : "+"}${to}s\n`);
  setClock(seconds);
  const addresses = ["--health-address=127.0.0.1:0", "--metrics-address=127.0.0.1:0"];
  const child = spawn(
    process.execPath,
    [main, "controller", ...words, `--identity=${identity}`, ...addresses, "--lang=en"],
    {
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        ...process.env,
        LD_PRELOAD: fakeTime,
        FAKETIME_TIMESTAMP_FILE: clockFile,
        FAKETIME_CACHE_DURATION: "1",
        // Nobody sets the monotonic clock of a real machine.
        FAKETIME_DONT_FAKE_MONOTONIC: "1",
      },
    },
  );
  const ended = once(child, "exit");
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => (said = (said + chunk.toString()).slice(-10_000)));
  return {
    identity,
    process: child,
    said: () => said,
    setClock,
    end: async (how) => {
      if (child.exitCode === null && child.signalCode === null) child.kill(how);
      await ended;
    },
  };
}
