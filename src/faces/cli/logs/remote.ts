import { posix } from "node:path";
import type { Host } from "../../../clients/host/host.ts";
import type { SshHost } from "../../../clients/host/ssh/ssh-host.ts";
import type { LogSource } from "../../../diagnosis/logs/analysis.ts";
import { componentNamed } from "../../../diagnosis/logs/component.ts";
import { MoorlineError } from "../../../model/errors.ts";
import { unpacked } from "./unpack.ts";

/** Where Harbor's installer for docker-compose has its logs written (facts of Harbor's logs). */
const harborFolder = "/var/log/harbor";
const mostFiles = 1000;
const deepest = 8;
/** Silence of a command that reads what is there. */
const idleMs = 60_000;
const lookMs = 30_000;

export interface RemoteOptions {
  /** Milliseconds since 1970. */
  readonly since: number | undefined;
  readonly follow: boolean;
  readonly signal: AbortSignal;
}

/**
 * The logs of a machine: absolute paths of files, folders and patterns with `*`; `docker:NAME` (NAME may hold `*`);
 * `unit:NAME` for the journal of a systemd unit. Without a word Harbor's folder, or else the containers of Harbor.
 * @throws LOGS_NOT_FOUND, LOGS_TOO_MANY, HOST_*
 */
export async function remoteSources(
  host: SshHost,
  words: readonly string[],
  options: RemoteOptions,
): Promise<readonly LogSource[]> {
  const sources: LogSource[] = [];
  for (const word of words.length > 0 ? words : [await usualPlace(host, options)]) {
    const found = await sourcesOf(host, word, options);
    if (found.length === 0) throw new MoorlineError("LOGS_NOT_FOUND", { subject: `${host.name}:${word}` });
    sources.push(...found);
    if (sources.length > mostFiles)
      throw new MoorlineError("LOGS_TOO_MANY", { subject: word, parameters: { limit: mostFiles } });
  }
  return sources;
}

async function usualPlace(host: Host, { signal }: RemoteOptions): Promise<string> {
  signal.throwIfAborted();
  return (await host.stat(harborFolder))?.type === "directory" ? harborFolder : "docker:harbor-*";
}

async function sourcesOf(host: SshHost, word: string, options: RemoteOptions): Promise<readonly LogSource[]> {
  const [, kind, name = ""] = /^(docker|unit):(.+)$/.exec(word) ?? [];
  if (kind === "docker")
    return (await containersOf(host, name, options)).map((c) => containerLog(host, c, options));
  if (kind === "unit") return [unitLog(host, name, options)];
  const paths = await pathsOf(host, word, options.signal);
  return paths.map((path) => fileLog(host, path, options));
}

/** A file from its beginning; followed also where logrotate replaces it. */
function fileLog(host: SshHost, path: string, { follow, signal }: RemoteOptions): LogSource {
  const argv = follow ? (["tail", "-n", "+1", "-F", path] as const) : (["cat", "--", path] as const);
  return {
    name: `${host.name}:${path}`,
    read: () => unpacked(host.stream([...argv], { signal, idleMs: follow ? 0 : idleMs })),
  };
}

/** Both streams of a container: Docker gives its standard error on standard error. */
function containerLog(host: SshHost, name: string, { since, follow, signal }: RemoteOptions): LogSource {
  const words = [
    "--timestamps",
    ...(since === undefined ? [] : ["--since", new Date(since).toISOString()]),
    ...(follow ? ["--follow"] : []),
    name,
  ];
  const script = 'exec docker logs "$@" 2>&1';
  return {
    name: `${host.name}:docker:${name}`,
    component: componentNamed(name),
    read: () =>
      host.stream(["/bin/sh", "-c", script, "sh", ...words], { signal, idleMs: follow ? 0 : idleMs }),
  };
}

function unitLog(host: SshHost, unit: string, { since, follow, signal }: RemoteOptions): LogSource {
  const argv: [string, ...string[]] = [
    "journalctl",
    "--quiet",
    "--output=json",
    "--no-pager",
    "--unit",
    unit,
  ];
  // journalctl takes seconds since 1970 as `@…` (systemd.time(7)).
  if (since !== undefined) argv.push("--since", `@${Math.floor(since / 1000)}`);
  if (follow) argv.push("--follow", "--lines=all");
  return {
    name: `${host.name}:unit:${unit}`,
    component: componentNamed(unit),
    read: () => host.stream(argv, { signal, idleMs: follow ? 0 : idleMs }),
  };
}

async function containersOf(host: Host, pattern: string, { signal }: RemoteOptions): Promise<string[]> {
  const argv = ["docker", "ps", "--all", "--format", "{{.Names}}"] as const;
  const { exitCode, stdout, stderr } = await host.run([...argv], { timeoutMs: lookMs, signal });
  if (exitCode !== 0)
    throw new MoorlineError("HOST_COMMAND_FAILED", {
      subject: argv.join(" "),
      parameters: { exitCode, reason: stderr.trim().slice(-500) || "-" },
    });
  const names = stdout.split("\n").filter((name) => /^[\w.-]+$/.test(name));
  return names.filter((name) => fits(pattern, name)).sort();
}

async function pathsOf(host: Host, word: string, signal: AbortSignal): Promise<readonly string[]> {
  const { dir, base } = posix.parse(word);
  if (base.includes("*")) {
    const entries = (await host.list(dir)) ?? [];
    const files = entries.filter(({ name, type }) => type !== "directory" && fits(base, name));
    return files.map(({ name }) => posix.join(dir, name));
  }
  const found = await host.stat(word);
  if (found?.type !== "directory") return found === undefined ? [] : [word];
  return filesBelow(host, word, signal, 0);
}

async function filesBelow(
  host: Host,
  folder: string,
  signal: AbortSignal,
  depth: number,
): Promise<readonly string[]> {
  signal.throwIfAborted();
  const paths: string[] = [];
  for (const { name, type } of (await host.list(folder)) ?? []) {
    const path = posix.join(folder, name);
    if (type === "file") paths.push(path);
    else if (type === "directory" && depth < deepest)
      paths.push(...(await filesBelow(host, path, signal, depth + 1)));
    if (paths.length > mostFiles)
      throw new MoorlineError("LOGS_TOO_MANY", { subject: folder, parameters: { limit: mostFiles } });
  }
  return paths;
}

/** Whether a name fits a pattern in which `*` stands for anything. */
function fits(pattern: string, name: string): boolean {
  const parts = pattern.split("*").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`).test(name);
}
