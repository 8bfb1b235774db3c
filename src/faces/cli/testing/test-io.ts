import { halfRandom, manualClock } from "../../../engine/testing/library.ts";
import type { Io } from "../command.ts";
import { runCommandLine } from "../run.ts";

/** What a command line answered. */
export interface Answer {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface TestProcess {
  readonly environment?: Readonly<Record<string, string>>;
  readonly workingDirectory?: string;
  readonly stdin?: string;
  readonly clock?: Io["clock"];
  readonly random?: Io["random"];
  readonly stopping?: AbortSignal;
  /** Sees what is said as it is said. */
  readonly onOut?: (text: string) => void;
}

/** Runs a command line in this process, without a terminal, and gives back what it said. */
export async function moorline(words: readonly string[], process: TestProcess = {}): Promise<Answer> {
  const out: string[] = [];
  const err: string[] = [];
  const never = new AbortController().signal;
  const code = await runCommandLine(words, {
    stdin: (async function* () {
      if (process.stdin !== undefined) yield new TextEncoder().encode(process.stdin);
    })(),
    out: (text) => {
      out.push(text);
      process.onOut?.(text);
    },
    err: (text) => void err.push(text),
    environment: process.environment ?? {},
    workingDirectory: process.workingDirectory ?? "/",
    interactive: false,
    colours: false,
    width: 100,
    clock: process.clock ?? manualClock(),
    random: process.random ?? halfRandom,
    stopping: process.stopping ?? never,
    signal: never,
  });
  return { code, out: out.join(""), err: err.join("") };
}
