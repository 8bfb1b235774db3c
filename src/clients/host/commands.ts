import { spawn, type ChildProcess } from "node:child_process";
import { constants } from "node:os";
import { MoorlineError } from "../../model/errors.ts";
import { systemCode } from "./failures.ts";
import type { CommandResult, Host, RunOptions } from "./host.ts";

/** How long a command may take to end after SIGTERM. */
const graceMs = 2000;
const usualOutput = 1024 * 1024;

/**
 * Runs a command on this machine, in a process group of its own, so that ending it ends what it started too.
 * @throws HOST_COMMAND_NOT_FOUND, HOST_PERMISSION_DENIED, HOST_COMMAND_TIMEOUT, CANCELLED
 */
export async function runCommand(
  argv: readonly [string, ...string[]],
  options: RunOptions & { readonly environment: Readonly<Record<string, string | undefined>> },
): Promise<CommandResult> {
  const [command, ...rest] = argv;
  if (options.signal.aborted) throw new MoorlineError("CANCELLED", { subject: command });
  const child = spawn(command, rest, {
    shell: false,
    detached: true,
    env: options.environment,
    stdio: "pipe",
  });
  const limit = options.maxOutputBytes ?? usualOutput;
  const stdout = collect(child.stdout, limit);
  const stderr = collect(child.stderr, limit);
  // A command that reads no input may be gone before it is written.
  child.stdin.on("error", () => undefined).end(options.input ?? "");

  let ended: "timeout" | "cancelled" | undefined;
  const end = (why: "timeout" | "cancelled") => {
    ended ??= why;
    killGroup(child, "SIGTERM");
    setTimeout(() => killGroup(child, "SIGKILL"), graceMs).unref();
  };
  const timer = setTimeout(() => end("timeout"), options.timeoutMs);
  const cancel = () => end("cancelled");
  options.signal.addEventListener("abort", cancel, { once: true });
  try {
    const exitCode = await exitOf(child, command);
    if (ended === "cancelled") throw new MoorlineError("CANCELLED", { subject: command });
    if (ended === "timeout") {
      const parameters = { seconds: options.timeoutMs / 1000 };
      throw new MoorlineError("HOST_COMMAND_TIMEOUT", { subject: command, parameters });
    }
    return {
      exitCode,
      stdout: stdout.text(),
      stderr: stderr.text(),
      truncated: stdout.cut() || stderr.cut(),
    };
  } finally {
    clearTimeout(timer);
    options.signal.removeEventListener("abort", cancel);
  }
}

function exitOf(child: ChildProcess, command: string): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once("error", (thrown) => {
      const code = { ENOENT: "HOST_COMMAND_NOT_FOUND", EACCES: "HOST_COMMAND_NOT_FOUND" } as const;
      const known = code[systemCode(thrown) as keyof typeof code] ?? "HOST_COMMAND_NOT_STARTED";
      const parameters = { command, reason: systemCode(thrown) };
      reject(new MoorlineError(known, { subject: command, parameters, cause: thrown }));
    });
    child.once("close", (code, signal) => {
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}

function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch (thrown) {
    if (systemCode(thrown) !== "ESRCH") throw thrown;
  }
}

function collect(stream: NodeJS.ReadableStream, limit: number): { text(): string; cut(): boolean } {
  const chunks: Buffer[] = [];
  let kept = 0;
  let cut = false;
  stream.on("data", (chunk: Buffer) => {
    const room = limit - kept;
    if (chunk.length > room) cut = true;
    if (room <= 0) return;
    chunks.push(chunk.subarray(0, room));
    kept += Math.min(room, chunk.length);
  });
  return { text: () => Buffer.concat(chunks).toString("utf8"), cut: () => cut };
}

/**
 * Runs a command that must succeed.
 * @throws HOST_COMMAND_FAILED with the end of what it said, besides the errors of `Host.run`
 */
export async function runOrFail(
  host: Host,
  argv: readonly [string, ...string[]],
  options: RunOptions,
): Promise<CommandResult> {
  const result = await host.run(argv, options);
  if (result.exitCode === 0) return result;
  const said = result.stderr.trim() || result.stdout.trim();
  throw new MoorlineError("HOST_COMMAND_FAILED", {
    subject: argv.join(" "),
    parameters: { exitCode: result.exitCode, reason: said.slice(-500) || "-" },
  });
}
