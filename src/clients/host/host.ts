import type { Duplex } from "node:stream";

/** What a file is besides its bytes. */
export interface FileAttributes {
  /** Permission bits only, such as 0o600. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

export interface HostFile extends FileAttributes {
  readonly bytes: Buffer;
}

export type FileType = "file" | "directory" | "link" | "other";

export interface HostStat extends FileAttributes {
  readonly type: FileType;
  /** Bytes. */
  readonly size: number;
  /** Stays the same through `overwriteInPlace`, changes with `writeFile`; bind mounts hang on it. */
  readonly inode: number;
}

export interface HostEntry {
  readonly name: string;
  /** Of the entry itself: a symbolic link is a `link`, wherever it leads. */
  readonly type: FileType;
}

export interface WriteAttributes {
  /** Permission bits of the new file, exactly; the umask plays no part. */
  readonly mode: number;
  /** Numeric owner and group; absent means those of the process. */
  readonly uid?: number;
  readonly gid?: number;
  /** Takes owner and group, where not given here, from the file that is replaced. */
  readonly keepOwner?: boolean;
}

export interface RunOptions {
  /** Written to standard input, which is then closed; the way for secrets, which never go into `argv`. */
  readonly input?: string | Buffer;
  /** The command and what it started are ended after this. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Added to the host's own environment. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Kept of each of stdout and stderr; default 1 MiB, the rest is read and dropped. */
  readonly maxOutputBytes?: number;
}

export interface CommandResult {
  /** 128 + signal number where a signal ended it, as shells say it. */
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** More came out than was kept. */
  readonly truncated: boolean;
}

/**
 * A machine whose files and commands Moorline may use: this one, or one reached over the network. Whatever keeps this
 * contract will do, and every guarantee below holds for each of them.
 *
 * Paths are absolute, with `/`, without `..` and NUL; anything else is HOST_PATH_ESCAPES. Links among the folders of a
 * path are followed, as the machine itself would.
 *
 * A call that throws has changed nothing, but for `remove` of a folder, which may have got half way, and `run`.
 * Missing files are answers (`undefined`), not errors. Errors carry HOST_* codes and name the path.
 *
 * Calls may run side by side. Two writers of one file leave the bytes of one of them, whole.
 */
export interface Host {
  /** What messages call it: a host name, or a folder. */
  readonly name: string;

  /**
   * Reads a whole file, following links; `undefined` where there is none.
   * @param maxBytes more is HOST_FILE_TOO_LARGE; default 16 MiB
   * @throws HOST_NOT_A_FILE, HOST_PERMISSION_DENIED
   */
  readFile(path: string, maxBytes?: number): Promise<HostFile | undefined>;

  /** Attributes of what a path leads to, following links; `undefined` where there is nothing, or a dangling link. */
  stat(path: string): Promise<HostStat | undefined>;

  /** Entries of a folder, sorted by name; `undefined` where there is no such folder. @throws HOST_NOT_A_DIRECTORY */
  list(directory: string): Promise<readonly HostEntry[] | undefined>;

  /**
   * Replaces a file, or makes it, so that readers and a power cut see the old bytes or the new ones and never a
   * mixture: a temporary file in the same folder, with owner and mode set before it holds a byte, fsync, rename, fsync
   * of the folder. A link at `path` is followed where it stays in its own folder, and refused (HOST_PATH_ESCAPES) where
   * it leads out. The folder must exist. Leftovers of a writer that was killed are removed by the next one.
   * @throws HOST_READ_ONLY, HOST_DISK_FULL, HOST_PERMISSION_DENIED, HOST_NOT_A_DIRECTORY, HOST_NOT_FOUND
   */
  writeFile(path: string, bytes: Uint8Array | string, attributes: WriteAttributes): Promise<void>;

  /**
   * Puts new bytes into an existing file and keeps its inode, owner and mode, for files that are bind-mounted one by
   * one. Not atomic for readers; but room for the new bytes is taken before an old one is touched, and a failure puts
   * the old bytes back. Links as with `writeFile`.
   * @throws HOST_NOT_FOUND and those of `writeFile`
   */
  overwriteInPlace(path: string, bytes: Uint8Array | string): Promise<void>;

  /** Removes a file, a link (not what it leads to) or an empty folder; gone already is fine. @throws HOST_DIRECTORY_NOT_EMPTY */
  remove(path: string): Promise<void>;

  /**
   * Makes a folder, and those above it (0755) where they are missing. One that is there keeps its mode.
   * @param mode permission bits of the last folder, exactly
   */
  makeDirectory(path: string, mode: number): Promise<void>;

  /**
   * Runs a command, never through a shell. Any exit code is an answer.
   * @throws HOST_COMMAND_NOT_FOUND, HOST_COMMAND_TIMEOUT, HOST_COMMANDS_UNAVAILABLE, CANCELLED
   */
  run(argv: readonly [string, ...string[]], options: RunOptions): Promise<CommandResult>;

  /**
   * Opens a TCP connection from that machine, over its network and with its own names for hosts: what is seen through
   * it is what the machine would see. Waits for at most 10 s; `signal` ends the waiting, not the open connection.
   * @param host name or address, as the machine knows it
   * @returns the open connection; whoever asked destroys it
   * @throws HOST_DIAL_FAILED with the system's code as `reason` (ECONNREFUSED, ETIMEDOUT …), HOST_SSH_FORWARDING_REFUSED,
   *   CANCELLED
   */
  readonly dial: (host: string, port: number, signal: AbortSignal) => Promise<Duplex>;
}

/** How something is connected from another machine: {@link Host.dial} of that one. */
export type Dial = Host["dial"];
