import { randomBytes } from "node:crypto";
import { once } from "node:events";
import type { ClientChannel } from "ssh2";
import { MoorlineError } from "../../../model/errors.ts";
import type { SshConnection } from "./connection.ts";
import { commandScript, killScript, loginCommand } from "./scripts.ts";

export interface StreamOptions {
  /** Ends the command, and the stream without an error. */
  readonly signal: AbortSignal;
  /** Silence that ends it with HOST_COMMAND_TIMEOUT; 0 waits for ever. */
  readonly idleMs: number;
}

/** What a login shell may print before our script begins. */
const mostNoise = 64 * 1024;
/** Kept of what the command complains of. */
const mostComplaint = 4096;
/** A machine that does not end a command in this time is left alone. */
const endMs = 5000;

/**
 * Runs a command on the machine and gives what it prints, as it comes; no more is held than a channel's window.
 * Breaking off ends the command.
 * @throws HOST_COMMAND_NOT_FOUND, HOST_COMMAND_FAILED, HOST_COMMAND_TIMEOUT, HOST_SSH_*
 */
export async function* streamCommand(
  connection: SshConnection,
  argv: readonly [string, ...string[]],
  options: StreamOptions,
): AsyncGenerator<Buffer> {
  const nonce = randomBytes(12).toString("hex");
  const script = Buffer.from(commandScript(argv, {}, nonce).text);
  const { promise: left, resolve: leave } = Promise.withResolvers<undefined>();
  const opened = Promise.withResolvers<ClientChannel>();
  const session = connection.withSession(loginCommand(script.length, connection.options.sudo), (channel) => {
    opened.resolve(channel);
    return left;
  });
  session.catch(opened.reject);
  try {
    const channel = await opened.promise;
    channel.end(script);
    yield* read(connection, channel, nonce, argv[0], options);
  } finally {
    leave(undefined);
  }
}

async function* read(
  connection: SshConnection,
  channel: ClientChannel,
  nonce: string,
  command: string,
  { signal, idleMs }: StreamOptions,
): AsyncGenerator<Buffer> {
  let complaint = "";
  let exitCode: number | undefined;
  let isSilent = false;
  let group: number | undefined;
  let timer: NodeJS.Timeout | undefined;
  const stop = (): void => void channel.destroy();
  const wait = (): void => {
    clearTimeout(timer);
    if (idleMs > 0)
      timer = setTimeout(() => {
        isSilent = true;
        stop();
      }, idleMs);
  };
  channel.stderr.on("data", (chunk: Buffer) => {
    if (complaint.length < mostComplaint) complaint += chunk.toString("utf8");
  });
  channel.once("exit", (code: number | null) => (exitCode = code ?? 128));
  const closed = once(channel, "close").catch(() => undefined);
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop, { once: true });
  wait();
  try {
    let before: Buffer | undefined = Buffer.alloc(0);
    for await (const chunk of channel as AsyncIterable<Buffer>) {
      wait();
      if (before === undefined) {
        yield chunk;
        continue;
      }
      before = Buffer.concat([before, chunk]);
      const begun = beginOf(before, nonce);
      if (begun === undefined) {
        if (before.length > mostNoise) break;
        continue;
      }
      ({ group } = begun);
      before = undefined;
      if (begun.rest.length > 0) yield begun.rest;
    }
    await closed;
  } catch (thrown) {
    // A channel that was destroyed ends its reading with an error.
    if (!signal.aborted && !isSilent) throw lost(connection, command, thrown);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
    channel.destroy();
    if (exitCode === undefined && group !== undefined) await endGroup(connection, group, nonce);
  }
  if (signal.aborted) return;
  if (isSilent)
    throw new MoorlineError("HOST_COMMAND_TIMEOUT", {
      subject: command,
      parameters: { seconds: idleMs / 1000 },
    });
  if (exitCode === undefined) throw lost(connection, command);
  if (exitCode !== 0) throw failure(command, exitCode, complaint, nonce);
}

function beginOf(
  bytes: Buffer,
  nonce: string,
): { readonly group: number; readonly rest: Buffer } | undefined {
  const start = bytes.indexOf(`${nonce} `);
  const end = start < 0 ? -1 : bytes.indexOf("\n", start);
  if (end < 0) return undefined;
  const group = Number(bytes.subarray(start + nonce.length + 1, end).toString("latin1"));
  return { group, rest: bytes.subarray(end + 1) };
}

/** Ends a process group that would go on waiting, such as `tail -F`. */
async function endGroup(connection: SshConnection, group: number, nonce: string): Promise<void> {
  if (!Number.isSafeInteger(group) || group <= 1) return;
  try {
    const bytes = Buffer.from(killScript(group, nonce).text);
    const channel = await connection.session(loginCommand(bytes.length, connection.options.sudo));
    channel.on("error", () => undefined).resume();
    channel.stderr.resume();
    channel.end(bytes);
    await once(channel, "close", { signal: AbortSignal.timeout(endMs) });
  } catch {
    // The connection is gone, and sshd hangs up on what was started over it.
  }
}

function failure(command: string, exitCode: number, complaint: string, nonce: string): MoorlineError {
  const said = complaint.slice(complaint.indexOf(`${nonce} begun`) + nonce.length + 7).trim();
  const [, reason] = new RegExp(`${nonce} @NOCOMMAND ([A-Z]+)`).exec(said) ?? [];
  if (reason !== undefined)
    return new MoorlineError("HOST_COMMAND_NOT_FOUND", { subject: command, parameters: { command, reason } });
  const parameters = { exitCode, reason: said.slice(-500) || "-" };
  return new MoorlineError("HOST_COMMAND_FAILED", { subject: command, parameters });
}

const lost = ({ options: { host } }: SshConnection, subject: string, cause?: unknown): MoorlineError =>
  new MoorlineError("HOST_SSH_CONNECTION_LOST", { subject, parameters: { host }, cause });
