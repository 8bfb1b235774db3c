import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, open, readFile, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { readIfPresent } from "./files.ts";
import type { RigLayout } from "./layout.ts";
import type { Service } from "./services/service.ts";

/** A process that the rig started, as it recorded itself. */
export interface RecordedProcess {
  readonly name: string;
  readonly pid: number;
  /** Clock ticks since boot (proc(5), stat field 22): with the pid it names one process and no later one. */
  readonly startTime: string;
  /** Changes with the command, the environment and the configuration files. */
  readonly fingerprint: string;
}

// The shell records itself and then becomes the service: there is no moment at which the service runs and
// is not recorded, whenever the rig's own process is killed.
const recordAndBecome = `
start=$(sed 's/.*) //' /proc/$$/stat | cut -d' ' -f20)
printf '%s %s %s\\n' $$ "$start" "$RIG_FINGERPRINT" >"$RIG_RECORD.new" && mv "$RIG_RECORD.new" "$RIG_RECORD" || exit 1
unset RIG_FINGERPRINT RIG_RECORD
exec "$@"`;

/** Starts the service unless it runs already with the same command and configuration; waits until it is ready. */
export async function ensureRunning(layout: RigLayout, service: Service): Promise<"kept" | "started"> {
  const fingerprint = await fingerprintOf(service);
  const running = await runningProcess(layout, service.name);
  if (running?.fingerprint === fingerprint) {
    await waitUntilReady(layout, service);
    return "kept";
  }
  await stopProcess(layout, service.name);
  await start(layout, service, fingerprint);
  await waitUntilReady(layout, service);
  return "started";
}

/** The recorded process of that name, if it is still the one that was recorded. */
export async function runningProcess(layout: RigLayout, name: string): Promise<RecordedProcess | undefined> {
  const record = await readIfPresent(recordPath(layout, name));
  const [pid, startTime, fingerprint] = (record ?? "").trim().split(" ");
  if (pid === undefined || startTime === undefined || fingerprint === undefined) return undefined;
  const stat = await readIfPresent(`/proc/${pid}/stat`).catch(() => undefined);
  // The command's name stands in parentheses and may hold anything, so fields are counted after the last one.
  const fields = stat?.slice(stat.lastIndexOf(") ") + 2).split(" ") ?? [];
  const isThatOne = fields[19] === startTime && fields[0] !== "Z";
  return isThatOne ? { name, pid: Number(pid), startTime, fingerprint } : undefined;
}

/** Every name that has a record, whether or not it runs. */
export async function recordedNames(layout: RigLayout): Promise<readonly string[]> {
  const entries = await readdir(layout.processes).catch(() => []);
  return entries.filter((entry) => !entry.endsWith(".new")).sort();
}

/** Stops the recorded process, asking first (SIGTERM), then not (SIGKILL, after ten seconds); says whether it ran. */
export async function stopProcess(layout: RigLayout, name: string): Promise<boolean> {
  const running = await runningProcess(layout, name);
  if (running !== undefined) {
    process.kill(running.pid, "SIGTERM");
    if (!(await endsWithin(layout, name, 10_000))) {
      process.kill(running.pid, "SIGKILL");
      if (!(await endsWithin(layout, name, 10_000)))
        throw new Error(`${name} (pid ${running.pid}) does not end`);
    }
  }
  await rm(recordPath(layout, name), { force: true });
  return running !== undefined;
}

async function endsWithin(layout: RigLayout, name: string, milliseconds: number): Promise<boolean> {
  for (let waited = 0; waited < milliseconds; waited += 50) {
    if ((await runningProcess(layout, name)) === undefined) return true;
    await sleep(50);
  }
  return false;
}

async function start(layout: RigLayout, service: Service, fingerprint: string): Promise<void> {
  await mkdir(layout.processes, { recursive: true });
  await mkdir(layout.logs, { recursive: true });
  const log = await open(logPath(layout, service.name), "a");
  try {
    const child = spawn("/bin/sh", ["-c", recordAndBecome, "sh", ...service.command], {
      detached: true,
      cwd: layout.home,
      stdio: ["ignore", log.fd, log.fd],
      env: {
        PATH: "/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin",
        HOME: layout.home,
        ...service.environment,
        RIG_FINGERPRINT: fingerprint,
        RIG_RECORD: recordPath(layout, service.name),
      },
    });
    child.unref();
    await new Promise<void>((resolve, reject) => child.once("spawn", resolve).once("error", reject));
  } finally {
    await log.close();
  }
}

async function waitUntilReady(layout: RigLayout, service: Service): Promise<void> {
  const patience = service.patience ?? 60_000;
  const deadline = Date.now() + patience;
  let unrecorded = 0;
  while (Date.now() < deadline) {
    const runs = (await runningProcess(layout, service.name)) !== undefined;
    if (runs && (await service.ready().catch(() => false))) return;
    unrecorded = runs ? 0 : unrecorded + 1;
    // Between its start and its record a process is not seen; after a second of that it is one that ended.
    if (unrecorded > 10)
      throw new Error(`${service.name} ended at its start.\n${await logTail(layout, service.name)}`);
    await sleep(100);
  }
  throw new Error(
    `${service.name} is not ready after ${patience / 1000} s.\n${await logTail(layout, service.name)}`,
  );
}

async function fingerprintOf(service: Service): Promise<string> {
  const hash = createHash("sha256").update(JSON.stringify([service.command, service.environment ?? {}]));
  for (const path of service.configuration ?? []) hash.update(path).update(await readFile(path));
  return hash.digest("hex").slice(0, 16);
}

async function logTail(layout: RigLayout, name: string): Promise<string> {
  const text = (await readIfPresent(logPath(layout, name))) ?? "";
  return `The end of ${logPath(layout, name)}:\n${text.split("\n").slice(-15).join("\n")}`;
}

function recordPath(layout: RigLayout, name: string): string {
  return join(layout.processes, name);
}

function logPath(layout: RigLayout, name: string): string {
  return join(layout.logs, `${name}.log`);
}
