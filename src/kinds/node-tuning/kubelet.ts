import { basename, join } from "node:path/posix";
import type { Host } from "../../clients/host/host.ts";
import { isError } from "../../model/errors.ts";

/** The kubelet of a machine, as its command line tells. */
export interface Kubelet {
  /** Empty where none runs and no unit of systemd says how it is started. */
  readonly arguments: readonly string[];
  readonly runs: boolean;
  /** Its KubeletConfiguration. */
  readonly configuration: string;
  /** `--config-dir` (1.28 and later): files there win over the configuration. */
  readonly dropIns: string | undefined;
  /** `--hostname-override`. */
  readonly nodeName: string | undefined;
}

/** kubeadm's place, which KubeKey and KubeSphere's installers keep. */
const usualConfiguration = "/var/lib/kubelet/config.yaml";

const unitFolders = [
  "/etc/systemd/system",
  "/run/systemd/system",
  "/usr/lib/systemd/system",
  "/lib/systemd/system",
];
const environmentFiles = [
  "/var/lib/kubelet/kubeadm-flags.env",
  "/etc/default/kubelet",
  "/etc/sysconfig/kubelet",
];
const longestUnit = 65_536;
const commandMs = 10_000;

/**
 * Finds the kubelet: by its process, else by its unit.
 * @param configuration its file where the document names one
 */
export async function findKubelet(
  host: Host,
  configuration: string | undefined,
  signal: AbortSignal,
): Promise<Kubelet> {
  const running = await runningArguments(host, signal);
  const found = running ?? (await unitArguments(host));
  return {
    arguments: found,
    runs: running !== undefined,
    configuration: configuration ?? flagValue(found, "--config") ?? usualConfiguration,
    dropIns: flagValue(found, "--config-dir"),
    nodeName: flagValue(found, "--hostname-override"),
  };
}

/** The value of a flag, written `--flag=value` or `--flag value`; the last one counts, as for the kubelet. */
export function flagValue(args: readonly string[], flag: string): string | undefined {
  const at = args.findLastIndex((arg) => arg === flag || arg.startsWith(`${flag}=`));
  const arg = args[at];
  if (arg === undefined) return undefined;
  if (arg !== flag) return arg.slice(flag.length + 1);
  const next = args[at + 1];
  // A switch alone says true.
  return next === undefined || next.startsWith("--") ? "true" : next;
}

/** The command line of the process, through `pgrep` where there is one, so that over SSH one look is enough. */
async function runningArguments(host: Host, signal: AbortSignal): Promise<readonly string[] | undefined> {
  for (const pid of (await pidsByPgrep(host, signal)) ?? (await allPids(host))) {
    const file = await host.readFile(`/proc/${pid}/cmdline`, longestUnit).catch(() => undefined); // it may just have ended
    const args =
      file?.bytes
        .toString("utf8")
        .split("\0")
        .filter((arg) => arg !== "") ?? [];
    if (isKubelet(args)) return args;
  }
  return undefined;
}

const isKubelet = ([program = "", first = ""]: readonly string[]): boolean =>
  basename(program) === "kubelet" || (basename(program) === "hyperkube" && first === "kubelet");

async function pidsByPgrep(host: Host, signal: AbortSignal): Promise<readonly string[] | undefined> {
  try {
    const { exitCode, stdout } = await host.run(["pgrep", "-x", "kubelet|hyperkube"], {
      timeoutMs: commandMs,
      signal,
    });
    // 0: some; 1: none (pgrep(1)); anything else is no answer.
    return exitCode > 1 ? undefined : stdout.split(/\s+/).filter((pid) => /^\d+$/.test(pid));
  } catch (thrown) {
    if (isError(thrown, "HOST_COMMAND_NOT_FOUND", "HOST_COMMANDS_UNAVAILABLE")) return undefined;
    throw thrown;
  }
}

const allPids = async (host: Host): Promise<readonly string[]> =>
  ((await host.list("/proc")) ?? []).map((e) => e.name).filter((name) => /^\d+$/.test(name));

/** The arguments that systemd's unit would start it with, the variables of kubeadm's drop-in filled in. */
async function unitArguments(host: Host): Promise<readonly string[]> {
  const read = async (path: string): Promise<string> =>
    (await host.readFile(path, longestUnit))?.bytes.toString("utf8") ?? "";
  const texts: string[] = [];
  for (const folder of unitFolders) {
    texts.push(await read(join(folder, "kubelet.service")));
    const dropIns = await host.list(join(folder, "kubelet.service.d"));
    for (const { name } of dropIns ?? []) texts.push(await read(join(folder, "kubelet.service.d", name)));
  }
  for (const path of environmentFiles) texts.push(await read(path));
  return texts
    .flatMap((text) => text.split("\n"))
    .filter((line) => /^\s*(ExecStart|Environment|KUBELET_\w+)\s*=/.test(line))
    .flatMap((line) => line.replaceAll(/["']/g, " ").split(/[\s]+/))
    .map((word) => word.replace(/^\w+=(?=--)/, ""))
    .filter((word) => word.startsWith("--"));
}

/** The kubelet's version, `[1, 20]`; undefined where it can not be asked. */
export async function kubeletVersion(
  kubelet: Kubelet,
  host: Host,
  signal: AbortSignal,
): Promise<readonly [number, number] | undefined> {
  const [program = "kubelet", first] = kubelet.runs ? kubelet.arguments : [];
  const argv: [string, ...string[]] =
    first === "kubelet" ? [program, "kubelet", "--version"] : [program, "--version"];
  try {
    const { stdout } = await host.run(argv, { timeoutMs: commandMs, signal });
    const [, major, minor] = /v(\d+)\.(\d+)/.exec(stdout) ?? [];
    return minor === undefined ? undefined : [Number(major), Number(minor)];
  } catch (thrown) {
    if (isError(thrown, "HOST_COMMAND_NOT_FOUND", "HOST_COMMANDS_UNAVAILABLE")) return undefined;
    throw thrown;
  }
}
