import { join } from "node:path/posix";
import { MoorlineError } from "../../model/errors.ts";
import type { Host, HostFile } from "../host/host.ts";
import { findCompose, limits, reasonIn, runHere, type ComposeCommand } from "./compose-command.ts";
import { prepareOptions, readRendered, type RenderedCompose } from "./rendered.ts";
import { inspectFormat, readInspected, type ComposeService } from "./services.ts";
import { largestHarborYml, readSettings, type HarborSettings } from "./settings.ts";

/** A Harbor that docker-compose runs, on a machine of whatever kind. Every call reads anew, but for `settings`. */
export interface HarborCompose {
  readonly host: Host;
  readonly directory: string;
  /** What harbor.yml said when this was opened. */
  readonly settings: HarborSettings;
  /** harbor.yml as it was when this was opened: it holds passwords. */
  readonly harborYml: HostFile;
  /** docker-compose.yml as `prepare` made it. @throws HARBOR_COMPOSE_NOT_INSTALLED */
  rendered(): Promise<RenderedCompose>;
  /** Which compose is there. @throws HARBOR_COMPOSE_COMMAND_MISSING */
  composeCommand(signal: AbortSignal): Promise<ComposeCommand>;
  /** Harbor's containers, stopped ones too; none after `down`. */
  services(signal: AbortSignal): Promise<readonly ComposeService[]>;
  /** The container of nginx; undefined where there is none. */
  proxy(signal: AbortSignal): Promise<ComposeService | undefined>;
  /**
   * A file as the running proxy sees it, which is another than the host's once a folder that it has mounted was
   * replaced; undefined where it can not be read.
   */
  readInProxy(path: string, signal: AbortSignal): Promise<string | undefined>;
  /** @throws HARBOR_COMPOSE_PROXY_NOT_RUNNING, HARBOR_COMPOSE_PROXY_CONFIG_REFUSED with what `nginx -t` said */
  testProxy(signal: AbortSignal): Promise<void>;
  /** `nginx -t`, then `nginx -s reload`: no connection is lost, and old ones end with the old certificate. @throws as `testProxy` */
  reloadProxy(signal: AbortSignal): Promise<void>;
  /** Restarts the proxy's container alone: clients are refused for about a second. */
  restartProxy(signal: AbortSignal): Promise<void>;
  /**
   * Renders configuration and docker-compose.yml from harbor.yml, with the parts that are installed now. Wipes
   * common/config first, and makes new secrets, so that all containers must be made anew (facts: harbor §3.1).
   * @throws HARBOR_COMPOSE_COMMAND_FAILED
   */
  prepare(signal: AbortSignal): Promise<void>;
  /** Stops and removes the containers; data stay. @throws HARBOR_COMPOSE_COMMAND_FAILED */
  down(signal: AbortSignal): Promise<void>;
  /**
   * Makes and starts what is not as docker-compose.yml and its override say; what is stays untouched.
   * @param services those alone, and what they depend on; all by default
   * @throws HARBOR_COMPOSE_COMMAND_FAILED
   */
  up(signal: AbortSignal, services?: readonly string[]): Promise<void>;
}

/** Where things lie in a Harbor's folder. */
export const harborPaths = (directory: string) => ({
  harborYml: join(directory, "harbor.yml"),
  compose: join(directory, "docker-compose.yml"),
  overrides: ["docker-compose.override.yml", "docker-compose.override.yaml"].map((name) =>
    join(directory, name),
  ),
  prepare: join(directory, "prepare"),
  config: join(directory, "common/config"),
  /** Mounted into the proxy's container at {@link nginxInProxy}. */
  nginxConfig: join(directory, "common/config/nginx"),
});

export const nginxInProxy = "/etc/nginx";

/** The pair that nginx uses: a folder below the data volume that is mounted at /etc/cert. */
export const servedPaths = (dataVolume: string) => ({
  directory: join(dataVolume, "secret/cert"),
  certificate: join(dataVolume, "secret/cert/server.crt"),
  privateKey: join(dataVolume, "secret/cert/server.key"),
});

/** The certificate as the proxy's container sees it. */
export const certificateInProxy = "/etc/cert/server.crt";

/**
 * Opens the folder of a docker-compose Harbor: reads harbor.yml, runs nothing yet.
 * @throws HARBOR_YML_MISSING, HARBOR_YML_UNREADABLE, HARBOR_COMPOSE_VERSION_UNSUPPORTED, HOST_*
 */
export async function openHarborCompose(host: Host, directory: string): Promise<HarborCompose> {
  const paths = harborPaths(directory);
  const harborYml = await host.readFile(paths.harborYml, largestHarborYml);
  if (harborYml === undefined) throw new MoorlineError("HARBOR_YML_MISSING", { subject: paths.harborYml });
  const settings = readSettings(harborYml.bytes.toString("utf8"), paths.harborYml);
  return { host, directory, settings, harborYml, ...operations(host, directory) };
}

const idsIn = (text: string): readonly string[] =>
  text.split(/\s+/).filter((id) => /^[0-9a-f]{12,64}$/.test(id));

function operations(
  host: Host,
  directory: string,
): Omit<HarborCompose, "host" | "directory" | "settings" | "harborYml"> {
  const paths = harborPaths(directory);
  let found: Promise<ComposeCommand> | undefined;
  const composeCommand = (signal: AbortSignal): Promise<ComposeCommand> =>
    (found ??= findCompose(host, signal));

  const rendered = async (): Promise<RenderedCompose> => {
    const file = await host.readFile(paths.compose);
    const read = file && readRendered(file.bytes.toString("utf8"));
    if (read === undefined)
      throw new MoorlineError("HARBOR_COMPOSE_NOT_INSTALLED", { subject: paths.compose });
    return read;
  };
  const compose = async (words: readonly string[], timeoutMs: number, signal: AbortSignal) => {
    const { argv } = await composeCommand(signal);
    const files = ["-f", paths.compose];
    // Named one by one, compose no longer finds the override by itself; the project's name still comes from the folder.
    for (const override of paths.overrides)
      if ((await host.stat(override)) !== undefined) files.push("-f", override);
    return runHere(host, [...argv, ...files, ...words], [...argv, ...words].join(" "), timeoutMs, signal);
  };
  const containers = async (signal: AbortSignal): Promise<readonly string[]> => {
    // docker itself answers ten times as fast as docker-compose, and is asked often; compose labels what it makes.
    const labels = [`com.docker.compose.project.working_dir=${directory}`, "com.docker.compose.oneoff=False"];
    const filters = labels.flatMap((label) => ["--filter", `label=${label}`]);
    const argv = ["docker", "ps", "-a", "-q", "--no-trunc", ...filters] as const;
    const listed = await host.run(argv, { timeoutMs: limits.ask, signal });
    const known = listed.exitCode === 0 ? idsIn(listed.stdout) : [];
    return known.length > 0 ? known : idsIn((await compose(["ps", "-a", "-q"], limits.ask, signal)).stdout);
  };
  const services = async (signal: AbortSignal): Promise<readonly ComposeService[]> => {
    const ids = await containers(signal);
    if (ids.length === 0) return [];
    const argv = ["docker", "inspect", "--format", inspectFormat, ...ids] as const;
    return readInspected(await runHere(host, argv, "docker inspect", limits.ask, signal), host.name);
  };
  const proxy = async (signal: AbortSignal) => (await services(signal)).find((s) => s.name === "proxy");
  const runningProxy = async (signal: AbortSignal): Promise<string> => {
    const found = await proxy(signal);
    if (found?.state === "running") return found.container;
    throw new MoorlineError("HARBOR_COMPOSE_PROXY_NOT_RUNNING", {
      subject: directory,
      parameters: { state: found?.state ?? "–" },
    });
  };
  const inProxy = async (container: string, words: readonly string[], signal: AbortSignal) =>
    host.run(["docker", "exec", container, ...words], { timeoutMs: limits.ask, signal });
  const test = async (signal: AbortSignal): Promise<string> => {
    const container = await runningProxy(signal);
    const result = await inProxy(container, ["nginx", "-t"], signal);
    if (result.exitCode === 0) return container;
    throw new MoorlineError("HARBOR_COMPOSE_PROXY_CONFIG_REFUSED", {
      subject: directory,
      parameters: { reason: reasonIn(result) },
    });
  };

  return {
    rendered,
    composeCommand,
    services,
    proxy,
    readInProxy: async (path, signal) => {
      const container = (await proxy(signal))?.container;
      if (container === undefined) return undefined;
      const result = await inProxy(container, ["cat", path], signal);
      return result.exitCode === 0 ? result.stdout : undefined;
    },
    testProxy: async (signal) => void (await test(signal)),
    reloadProxy: async (signal) => {
      const container = await test(signal);
      const argv = ["docker", "exec", container, "nginx", "-s", "reload"] as const;
      await runHere(host, argv, "nginx -s reload", limits.ask, signal);
    },
    restartProxy: async (signal) => void (await compose(["restart", "proxy"], limits.down, signal)),
    prepare: async (signal) => {
      const options = prepareOptions(await rendered());
      await runHere(host, [paths.prepare, ...options], "prepare", limits.prepare, signal);
    },
    down: async (signal) => void (await compose(["down"], limits.down, signal)),
    up: async (signal, only = []) => void (await compose(["up", "-d", ...only], limits.up, signal)),
  };
}
