import { isError, MoorlineError } from "../../model/errors.ts";
import type { CommandResult, Host } from "../host/host.ts";

type Argv = readonly [string, ...string[]];

/** Limits of what is run, in milliseconds. */
export const limits = {
  /** Asking docker something. */
  ask: 30_000,
  /** `prepare` may have to load an image first. */
  prepare: 300_000,
  down: 180_000,
  up: 300_000,
} as const;

/** Which compose a machine has: the plugin of docker (v2), or the program of its own (v1). */
export interface ComposeCommand {
  readonly version: "v1" | "v2";
  /** `docker compose` or `docker-compose`. */
  readonly argv: Argv;
}

/**
 * Finds the compose that is there, in the order of Harbor's own install.sh.
 * @throws HARBOR_COMPOSE_COMMAND_MISSING
 */
export async function findCompose(host: Host, signal: AbortSignal): Promise<ComposeCommand> {
  const candidates: readonly ComposeCommand[] = [
    { version: "v2", argv: ["docker", "compose"] },
    { version: "v1", argv: ["docker-compose"] },
  ];
  for (const candidate of candidates) {
    const result = await runIfThere(host, [...candidate.argv, "version"], signal);
    // docker 20.10 without the plugin shows its help, some versions with exit code 0
    if (result?.exitCode === 0 && /compose.*version/i.test(result.stdout)) return candidate;
  }
  throw new MoorlineError("HARBOR_COMPOSE_COMMAND_MISSING", { subject: host.name });
}

async function runIfThere(host: Host, argv: Argv, signal: AbortSignal): Promise<CommandResult | undefined> {
  try {
    return await host.run(argv, { timeoutMs: limits.ask, signal });
  } catch (thrown) {
    if (isError(thrown, "HOST_COMMAND_NOT_FOUND")) return undefined;
    throw thrown;
  }
}

/**
 * Runs a command of Harbor's folder that must succeed.
 * @param shown how messages call it
 * @throws HARBOR_COMPOSE_COMMAND_FAILED with the end of what it said, besides HOST_COMMAND_*
 */
export async function runHere(
  host: Host,
  argv: Argv,
  shown: string,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<CommandResult> {
  const result = await host.run(argv, { timeoutMs, signal });
  if (result.exitCode === 0) return result;
  throw new MoorlineError("HARBOR_COMPOSE_COMMAND_FAILED", {
    subject: host.name,
    parameters: { command: shown, exitCode: result.exitCode, reason: reasonIn(result) },
  });
}

/** Lines of progress that compose writes on stderr, before and after what matters. */
const progress =
  /^\s*(?:\[\+\]|Container |Network |Volume |Creating |Starting |Stopping |Removing |Recreating |Pulling |#|$)/;
// oxlint-disable-next-line no-control-regex -- escape sequences are what this removes
const colour = /\u001b\[[0-9;?]*[A-Za-z]|\r/g;

/** The end of what a failed command said, in one line: what compose v1 and v2 say of errors, without their progress. */
export function reasonIn({ stdout, stderr }: Pick<CommandResult, "stdout" | "stderr">): string {
  const lines = `${stdout}\n${stderr}`
    .replace(colour, "\n")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => !progress.test(line));
  const first = lines.findIndex((line) =>
    /error|failed|cannot|invalid|denied|no such|refused|emerg/i.test(line),
  );
  const told = [...new Set(lines.slice(Math.max(first, 0)))].slice(-6).join(" ");
  return told.slice(-600) || "–";
}
