import { constants } from "node:os";
import type { ClientChannel } from "ssh2";
import { MoorlineError } from "../../../model/errors.ts";
import type { SshConnection } from "./connection.ts";
import { killScript, loginCommand, type Script } from "./scripts.ts";

export interface ExecuteOptions {
  /** Follows the script on its standard input. */
  readonly input?: string | Uint8Array;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  /** Kept of each stream. */
  readonly maxOutputBytes: number;
  /** What errors name: the path, or the command. */
  readonly subject: string;
}

export interface Executed {
  readonly exitCode: number;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  readonly truncated: boolean;
}

/** A machine whose sshd does not close a killed command's channel gets no more than this. */
const graceMs = 5000;
const pollMs = 20;
/** What a login shell may print before our script begins. */
const mostNoise = 64 * 1024;

/**
 * Runs a script on the machine and reads what it says.
 * @param nonce stands in the script: what comes before it on either stream is the login shell's, or sudo's, and dropped
 * @throws HOST_COMMAND_TIMEOUT, CANCELLED, HOST_SSH_CONNECTION_LOST, HOST_SUDO_REFUSED, HOST_SSH_NO_SHELL, HOST_SSH_*
 */
export async function execute(
  connection: SshConnection,
  script: Script,
  nonce: string,
  options: ExecuteOptions,
): Promise<Executed> {
  if (options.signal?.aborted) throw new MoorlineError("CANCELLED", { subject: options.subject });
  const bytes = Buffer.from(script.text);
  const { sudo } = connection.options;
  return connection.withSession(loginCommand(bytes.length, sudo), async (channel) => {
    if (options.signal?.aborted) {
      channel.destroy();
      throw new MoorlineError("CANCELLED", { subject: options.subject });
    }
    const stdout = collect(channel, `${nonce} `, options.maxOutputBytes);
    const stderr = collect(channel.stderr, `${nonce} begun`, options.maxOutputBytes);
    const ended = exitOf(channel);
    channel.on("error", () => undefined); // a command that reads no input may be gone before it is written
    channel.write(bytes);
    channel.end(options.input === undefined ? undefined : Buffer.from(options.input as Uint8Array));
    const why = await endInTime(channel, ended, options, () => kill(connection, stdout, nonce));
    const { subject } = options;
    if (why === "cancelled") throw new MoorlineError("CANCELLED", { subject });
    if (why === "timeout") {
      const parameters = { seconds: options.timeoutMs / 1000 };
      throw new MoorlineError("HOST_COMMAND_TIMEOUT", { subject, parameters });
    }
    const exitCode = await ended;
    if (exitCode === undefined) {
      const parameters = { host: connection.options.host };
      throw new MoorlineError("HOST_SSH_CONNECTION_LOST", { subject, parameters });
    }
    if (stdout.firstLine() === undefined) throw notBegun(connection, `${stderr.noise()}\n${stdout.noise()}`);
    return {
      exitCode,
      stdout: stdout.bytes(),
      stderr: stderr.bytes(),
      truncated: stdout.cut() || stderr.cut(),
    };
  });
}

/** Waits for the end; where it takes too long or is not wanted any more, sees to it. */
async function endInTime(
  channel: ClientChannel,
  ended: Promise<unknown>,
  { timeoutMs, signal }: ExecuteOptions,
  end: () => Promise<void>,
): Promise<"timeout" | "cancelled" | undefined> {
  let why: "timeout" | "cancelled" | undefined;
  let grace: NodeJS.Timeout | undefined;
  const stop = (reason: "timeout" | "cancelled"): void => {
    if (why !== undefined) return;
    why = reason;
    end().catch(() => undefined); // what could not be ended is left behind with its channel
    grace = setTimeout(() => channel.destroy(), graceMs);
  };
  const cancel = (): void => stop("cancelled");
  const timer = setTimeout(() => stop("timeout"), timeoutMs);
  signal?.addEventListener("abort", cancel, { once: true });
  try {
    await ended;
  } finally {
    clearTimeout(timer);
    clearTimeout(grace);
    signal?.removeEventListener("abort", cancel);
  }
  return why;
}

/** Ends the process group that the script tells of when it begins; sudo's child can only be ended by sudo. */
async function kill(connection: SshConnection, stdout: Collected, nonce: string): Promise<void> {
  for (let waited = 0; stdout.firstLine() === undefined && waited < graceMs; waited += pollMs)
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  const group = Number(stdout.firstLine());
  if (!Number.isSafeInteger(group) || group <= 1) return;
  const bytes = Buffer.from(killScript(group, nonce).text);
  const channel = await connection.session(loginCommand(bytes.length, connection.options.sudo));
  channel.on("error", () => undefined).resume();
  channel.stderr.resume();
  channel.end(bytes);
}

/** @returns undefined where the connection ended first */
function exitOf(channel: ClientChannel): Promise<number | undefined> {
  return new Promise((resolve) => {
    let exit: number | undefined;
    channel.once("exit", (code: number | null, signal?: string) => {
      const number =
        constants.signals[(signal?.startsWith("SIG") ? signal : `SIG${signal}`) as NodeJS.Signals];
      exit = code ?? 128 + (number ?? 0);
    });
    channel.once("close", () => resolve(exit));
  });
}

function notBegun({ options: { host, user, sudo } }: SshConnection, said: string): MoorlineError {
  const reason = said.trim().slice(-500) || "-";
  const parameters = { host, user, reason };
  return new MoorlineError(sudo ? "HOST_SUDO_REFUSED" : "HOST_SSH_NO_SHELL", { subject: host, parameters });
}

interface Collected {
  /** What stands on the line of the mark, after it; undefined until it has come. */
  firstLine(): string | undefined;
  /** What came before, where the mark never came. */
  noise(): string;
  bytes(): Buffer;
  cut(): boolean;
}

function collect(stream: NodeJS.ReadableStream, mark: string, limit: number): Collected {
  let before = Buffer.alloc(0);
  let first: string | undefined;
  const chunks: Buffer[] = [];
  let kept = 0;
  let isCut = false;
  const keep = (chunk: Buffer): void => {
    const room = limit - kept;
    if (chunk.length > room) isCut = true;
    if (room <= 0) return;
    chunks.push(chunk.subarray(0, room));
    kept += Math.min(room, chunk.length);
  };
  stream.on("data", (chunk: Buffer) => {
    if (first !== undefined) return keep(chunk);
    before = Buffer.concat([before, chunk]);
    const start = before.indexOf(mark);
    const end = start < 0 ? -1 : before.indexOf("\n", start);
    if (end >= 0) {
      first = before.subarray(start + mark.length, end).toString("latin1");
      keep(before.subarray(end + 1));
    } else if (before.length > mostNoise && start < 0) before = before.subarray(-mostNoise / 2);
  });
  return {
    firstLine: () => first,
    noise: () => before.toString("utf8"),
    bytes: () => Buffer.concat(chunks),
    cut: () => isCut,
  };
}
