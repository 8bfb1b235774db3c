import { MoorlineError } from "../../../model/errors.ts";
import type { Host } from "../../host/host.ts";
import { dnsValue } from "../jws.ts";
import type { ChallengeAnswer, Solver } from "../solver.ts";

export interface HookOptions {
  readonly host: Host;
  /** The program and its first arguments; `present` or `cleanup` follows. */
  readonly command: readonly [string, ...string[]];
  readonly timeoutMs: number;
  /** Added to its environment: what it needs to log in at the DNS provider's. */
  readonly environment: Readonly<Record<string, string>>;
}

const keptOutputBytes = 64 * 1024;
const shownWords = 1000;

/** Answers dns-01 challenges through a program that knows the DNS provider: `present` and `cleanup`, values in the environment. */
export function hookSolver({ host, command, timeoutMs, environment }: HookOptions): Solver {
  const run = async (action: "present" | "cleanup", answer: ChallengeAnswer, signal: AbortSignal) => {
    const result = await host.run([...command, action], {
      timeoutMs,
      signal,
      maxOutputBytes: keptOutputBytes,
      environment: {
        ...environment,
        MOORLINE_ACME_DOMAIN: answer.identifier,
        MOORLINE_ACME_RECORD: `_acme-challenge.${answer.identifier}.`,
        MOORLINE_ACME_VALUE: dnsValue(answer.keyAuthorization),
      },
    });
    if (result.exitCode === 0) return;
    const said = (result.stderr.trim() || result.stdout.trim()).slice(-shownWords);
    throw new MoorlineError("ACME_HOOK_FAILED", {
      subject: command[0],
      parameters: {
        action,
        identifier: answer.identifier,
        exitCode: result.exitCode,
        reason: withoutValues(said, environment) || "-",
      },
    });
  };
  return {
    type: "dns-01",
    present: (answer, signal) => run("present", answer, signal),
    cleanUp: (answer, signal) => run("cleanup", answer, signal),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** A program that echoes its credentials must not carry them into an error. */
function withoutValues(text: string, environment: Readonly<Record<string, string>>): string {
  return Object.values(environment)
    .filter((value) => value.length >= 4)
    .reduce((shown, value) => shown.replaceAll(value, "<hidden>"), text);
}
