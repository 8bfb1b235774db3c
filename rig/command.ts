import { spawn } from "node:child_process";

export interface CommandResult {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  readonly environment?: NodeJS.ProcessEnv;
  readonly directory?: string;
  /** Milliseconds; ten minutes unless told. */
  readonly timeout?: number;
  /** Show the output as it comes instead of keeping it. */
  readonly show?: boolean;
}

/** Runs a program without a shell and waits for it; never throws because of the exit status. */
export async function tryCommand(
  command: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const [program, ...rest] = command;
  if (program === undefined) throw new Error("an empty command");
  const child = spawn(program, rest, {
    cwd: options.directory,
    env: { ...process.env, ...options.environment },
    stdio: options.show === true ? ["ignore", "inherit", "inherit"] : ["ignore", "pipe", "pipe"],
    signal: AbortSignal.timeout(options.timeout ?? 600_000),
  });
  const output = { stdout: "", stderr: "" };
  child.stdout?.setEncoding("utf8").on("data", (chunk: string) => (output.stdout += chunk));
  child.stderr?.setEncoding("utf8").on("data", (chunk: string) => (output.stderr += chunk));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (status) => resolve({ status: status ?? -1, ...output }));
  });
}

/** Runs a program and returns its standard output; throws with what it said on standard error if it fails. */
export async function runCommand(command: readonly string[], options: CommandOptions = {}): Promise<string> {
  const result = await tryCommand(command, options);
  if (result.status === 0) return result.stdout;
  throw new Error(
    `${command.join(" ")} ended with ${result.status}: ${(result.stderr || result.stdout).trim()}`,
  );
}
