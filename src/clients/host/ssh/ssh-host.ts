import { randomBytes } from "node:crypto";
import { basename, dirname } from "node:path/posix";
import { MoorlineError } from "../../../model/errors.ts";
import { fileFailure } from "../failures.ts";
import type { CommandResult, FileType, Host, HostEntry, HostStat, RunOptions } from "../host.ts";
import { checkPath, leavesItsFolder } from "../paths.ts";
import { SshConnection, type SshOptions } from "./connection.ts";
import { execute, type Executed } from "./execute.ts";
import { commandScript, fileScript, type FileOperation } from "./scripts.ts";
import { streamCommand, type StreamOptions } from "./stream.ts";
import { systemCodeIn } from "./system-error.ts";

export type { SshOptions } from "./connection.ts";

/** A machine reached over SSH, whose connection is to be closed. */
export type SshHost = Host &
  AsyncDisposable & {
    /** Connects now, so that what is wrong with the way is told before any work. @throws HOST_SSH_* */
    open(): Promise<void>;
    /** Runs a command and gives what it prints as it comes; see {@link streamCommand}. */
    stream(argv: readonly [string, ...string[]], options: StreamOptions): AsyncIterable<Buffer>;
  };

const usualFile = 16 * 1024 * 1024;
const usualOutput = 1024 * 1024;
/** A file operation that hangs (a dead network file system) must not hang us. */
const fileLimitMs = 120_000;

/** A machine over SSH, see {@link Host}; nothing is connected before the first call. Keeps every promise of it. */
export function sshHost(options: SshOptions): SshHost {
  const connection = new SshConnection(options);
  const files = (operation: FileOperation, path: string, words: readonly string[], more: Details = {}) =>
    onFiles(connection, operation, path, words, more);
  return {
    name: options.host,
    open: async () => void (await connection.open()),
    stream: (argv, options) => streamCommand(connection, argv, options),
    readFile: async (path, maxBytes = usualFile) => {
      const said = await files("read", path, [plain(path), String(maxBytes)], {
        maxOutputBytes: maxBytes + 1024,
        limit: maxBytes,
        mayBeAbsent: true,
      });
      if (said === undefined) return undefined;
      const end = said.indexOf("\n");
      const { mode, uid, gid } = statOf(said.subarray(0, end).toString("latin1"));
      const bytes = said.subarray(end + 1);
      if (bytes.length > maxBytes) throw tooLarge(path, maxBytes);
      return { bytes, mode, uid, gid };
    },
    stat: async (path) => {
      const said = await files("stat", path, [plain(path)], { mayBeAbsent: true });
      return said && statOf(said.toString("latin1"));
    },
    list: async (path) => {
      const said = await files("list", path, [plain(path)], {
        maxOutputBytes: usualFile,
        mayBeAbsent: "not through a file",
      });
      return said && entriesOf(said);
    },
    writeFile: async (path, bytes, { mode, uid, gid, keepOwner }) => {
      const input = Buffer.from(bytes as Uint8Array);
      const numbers = [
        mode.toString(8),
        uid ?? "",
        gid ?? "",
        keepOwner === true ? "keep" : "",
        input.length,
      ];
      await files("write", path, [...split(path), ...numbers.map(String)], { input });
    },
    overwriteInPlace: async (path, bytes) => {
      const raw = Buffer.from(bytes as Uint8Array);
      const input = raw.toString("base64");
      await files("overwrite", path, [...split(path), String(raw.length), String(input.length)], { input });
    },
    remove: async (path) => {
      await files("remove", path, split(path), { mayBeAbsent: "not through a file" });
    },
    makeDirectory: async (path, mode) => {
      await files("makeDirectory", path, [mode.toString(8), plain(path)]);
    },
    run: (argv, run) => runOver(connection, argv, run),
    dial: (host, port, signal) => connection.dial(host, port, signal),
    [Symbol.asyncDispose]: () => connection[Symbol.asyncDispose](),
  };
}

interface Details {
  readonly input?: string | Uint8Array;
  readonly maxOutputBytes?: number;
  /** Of the file's size, for the error. */
  readonly limit?: number;
  /** A missing path is an answer; one that leads through a file is too, unless said otherwise. */
  readonly mayBeAbsent?: true | "not through a file";
}

/** @returns what the script answered; undefined where the path may be absent and is */
async function onFiles(
  connection: SshConnection,
  operation: FileOperation,
  path: string,
  words: readonly string[],
  details: Details,
): Promise<Buffer | undefined> {
  const nonce = randomBytes(12).toString("hex");
  const done = await execute(connection, fileScript(operation, words, nonce), nonce, {
    ...(details.input !== undefined && { input: details.input }),
    timeoutMs: fileLimitMs,
    maxOutputBytes: details.maxOutputBytes ?? usualOutput,
    subject: path,
  });
  if (done.exitCode === 0) {
    if (done.truncated && details.limit === undefined)
      throw tooLarge(path, details.maxOutputBytes ?? usualOutput);
    return done.stdout;
  }
  const { code, rest } = failureIn(done, nonce);
  if (code === "LARGE") throw tooLarge(path, details.limit ?? 0);
  if (code === "LEAVES") throw leavesItsFolder(path, rest);
  if (code === "CUT") {
    const parameters = { host: connection.options.host };
    throw new MoorlineError("HOST_SSH_CONNECTION_LOST", { subject: path, parameters });
  }
  const absent = details.mayBeAbsent === true ? ["ENOENT", "ENOTDIR"] : ["ENOENT"];
  if (details.mayBeAbsent !== undefined && absent.includes(code)) return undefined;
  throw fileFailure(Object.assign(new Error(rest), { ...(code !== "" && { code }) }), path);
}

/** What a script's failure was: a code of its own, or the system's in what a program said. */
function failureIn({ stderr, exitCode }: Executed, nonce: string): { code: string; rest: string } {
  const said = stderr.toString("utf8");
  const marked = said.lastIndexOf(`${nonce} `);
  const text = (marked < 0 ? said : said.slice(marked + nonce.length + 1)).trim();
  const [, code, rest = ""] = /^@([A-Z]+) ?([\s\S]*)$/.exec(text) ?? [];
  if (code !== undefined) return { code, rest: rest.trim() };
  return { code: systemCodeIn(text) ?? "", rest: text.slice(-500) || `exit code ${exitCode}` };
}

async function runOver(
  connection: SshConnection,
  argv: readonly [string, ...string[]],
  run: RunOptions,
): Promise<CommandResult> {
  const [command] = argv;
  const environment = run.environment ?? {};
  const notStarted = (reason: string): MoorlineError =>
    new MoorlineError("HOST_COMMAND_NOT_STARTED", { subject: command, parameters: { command, reason } });
  const isPlain = (name: string): boolean => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);
  if ([...argv, ...Object.values(environment)].some((word) => word.includes("\0")))
    throw notStarted("EINVAL");
  if (!Object.keys(environment).every(isPlain)) throw notStarted("EINVAL");
  const nonce = randomBytes(12).toString("hex");
  const done = await execute(connection, commandScript(argv, environment, nonce), nonce, {
    ...(run.input !== undefined && { input: run.input }),
    timeoutMs: run.timeoutMs,
    signal: run.signal,
    maxOutputBytes: run.maxOutputBytes ?? usualOutput,
    subject: command,
  });
  const stderr = done.stderr.toString("utf8");
  const [, reason] = new RegExp(`^\\n${nonce} @NOCOMMAND ([A-Z]+)\\n`).exec(stderr) ?? [];
  if (reason !== undefined)
    throw new MoorlineError("HOST_COMMAND_NOT_FOUND", { subject: command, parameters: { command, reason } });
  const { exitCode, truncated } = done;
  return { exitCode, stdout: done.stdout.toString("utf8"), stderr, truncated };
}

/** The path without what says nothing. @throws HOST_PATH_ESCAPES */
function plain(path: string): string {
  checkPath(path);
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  return `/${parts.join("/")}`;
}

/** Folder and name. @throws HOST_PATH_ESCAPES; HOST_NOT_A_FILE for the root */
function split(path: string): readonly [string, string] {
  const whole = plain(path);
  if (whole === "/") throw fileFailure(Object.assign(new Error("it is the root"), { code: "EISDIR" }), path);
  return [dirname(whole), basename(whole)];
}

const tooLarge = (path: string, limit: number): MoorlineError =>
  new MoorlineError("HOST_FILE_TOO_LARGE", { subject: path, parameters: { limit } });

/** stat(1)'s `%f %u %g %s %i`: the mode in hexadecimal with the type, as inode(7) has it. */
function statOf(line: string): HostStat {
  const [hex = "", uid, gid, size, inode] = line.trim().split(" ");
  const mode = Number.parseInt(hex, 16);
  return {
    type:
      ({ 0o100000: "file", 0o040000: "directory" } as Readonly<Record<number, FileType>>)[mode & 0o170000] ??
      "other",
    mode: mode & 0o7777,
    uid: Number(uid),
    gid: Number(gid),
    size: Number(size),
    inode: Number(inode),
  };
}

const letters: Readonly<Record<string, FileType>> = { f: "file", d: "directory", l: "link" };

function entriesOf(said: Buffer): readonly HostEntry[] {
  return said
    .toString("utf8")
    .split("\0")
    .filter((entry) => entry !== "")
    .map((entry) => ({ name: entry.slice(1), type: letters[entry[0] ?? ""] ?? "other" }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
