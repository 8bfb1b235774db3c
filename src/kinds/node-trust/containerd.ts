import { dirname, join } from "node:path/posix";
import type { Host } from "../../clients/host/host.ts";
import type { ClientCertificate } from "../../clients/http/tls-options.ts";
import { digestOf } from "../harbor-certificate/pair.ts";
import {
  importsOf,
  readRegistryConfig,
  withConfigPath,
  type ConfigFile,
  type RegistryConfig,
} from "./containerd-config.ts";
import { mergeHosts } from "./hosts-toml.ts";
import { bundleFor, isUsable, type Runtime, type WantedFile, type Wish } from "./runtime.ts";
import type { NodeTrustSpec } from "./schema.ts";

/** Reads containerd's configuration with its imports, in the order in which they count. */
export async function readConfig(path: string, host: Host): Promise<readonly ConfigFile[]> {
  const main = await host.readFile(path);
  if (main === undefined) return [];
  const file = { path, text: main.bytes.toString("utf8") };
  const imported: ConfigFile[] = [];
  for (const pattern of importsOf(file))
    for (const each of await matching(
      pattern.startsWith("/") ? pattern : join(dirname(path), pattern),
      host,
    )) {
      const found = await host.readFile(each);
      if (found !== undefined) imported.push({ path: each, text: found.bytes.toString("utf8") });
    }
  return [file, ...imported];
}

const literally = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`);

/** Files that a pattern with `*` in its last part names. */
async function matching(pattern: string, host: Host): Promise<readonly string[]> {
  if (!pattern.includes("*")) return [pattern];
  const folder = dirname(pattern);
  const last = pattern.slice(folder.length + 1);
  const expression = new RegExp(`^${last.split("*").map(literally).join(".*")}$`);
  const entries = (await host.list(folder)) ?? [];
  return entries
    .filter((e) => e.type !== "directory" && expression.test(e.name))
    .map((e) => join(folder, e.name));
}

/** What containerd needs: hosts.toml, the bundle and the pair that it names, and config_path. */
export async function containerd({ paths }: NodeTrustSpec, wish: Wish, host: Host): Promise<Runtime> {
  const files = await readConfig(paths.containerdConfig, host);
  const registry = readRegistryConfig(files);
  const folder = await hostFolder(registry, paths.containerdCertsDir, wish.host, host);
  const bundle = await bundleFor(join(folder, "moorline-ca.crt"), wish, host);
  const pair = pairFiles(folder, wish.client);
  const hostsPath = join(folder, "hosts.toml");
  const obsolete = formerPairs(folder, wish, pair);
  const existing = (await host.readFile(hostsPath))?.bytes.toString("utf8");
  const [certificate, privateKey] = pair.map((f) => f.path);
  const trust = {
    host: wish.host,
    ...(bundle !== undefined && { ca: bundle.now.path }),
    ...(certificate !== undefined && privateKey !== undefined && { client: { certificate, privateKey } }),
    obsolete,
  };
  const hosts = { path: hostsPath, text: mergeHosts(existing, trust, hostsPath), mode: 0o644 };
  const { criDisabledBy } = registry;
  const isSet = registry.folders.length > 0;
  const config = isSet
    ? undefined
    : { path: paths.containerdConfig, text: withConfigPath(files[0], paths.containerdCertsDir), mode: 0o644 };
  return {
    name: "containerd",
    folder,
    // hosts.toml comes last: it names the others.
    files: [...(bundle === undefined ? [] : [bundle.now]), ...pair, hosts],
    formerAuthorities: bundle?.former ?? 0,
    ...(bundle !== undefined && { bundle: bundle.final }),
    obsolete,
    conflicts: registry.conflicts,
    ...(criDisabledBy !== undefined && { criDisabledBy }),
    ...(config !== undefined && isUsable(registry) && { config }),
  };
}

/**
 * The folder that containerd reads for a host: of several in config_path the first that has one. `host_port_` wins over
 * `host:port` (containerd's core/remotes/docker/config).
 */
async function hostFolder(
  { folders }: RegistryConfig,
  usual: string,
  host: string,
  machine: Host,
): Promise<string> {
  const roots = folders.length > 0 ? folders : [usual];
  const names = host.includes(":") ? [host.replace(/:(\d+)$/, "_$1_"), host] : [host];
  for (const root of roots)
    for (const name of names)
      if ((await machine.stat(join(root, name)))?.type === "directory") return join(root, name);
  return join(roots[0] ?? usual, host);
}

/** New names for a new pair, so that containerd never reads a certificate with another's key. */
function pairFiles(folder: string, client: ClientCertificate | undefined): readonly WantedFile[] {
  if (client === undefined) return [];
  const stem = join(folder, `moorline-client-${digestOf(client.certificate).slice(0, 12)}`);
  return [
    { path: `${stem}.cert`, text: client.certificate, mode: 0o644 },
    { path: `${stem}.key`, text: client.privateKey.reveal(), mode: 0o600 },
  ];
}

const formerPairs = (folder: string, { record }: Wish, pair: readonly WantedFile[]): readonly string[] =>
  Object.keys(record.files).filter(
    (path) => path.startsWith(join(folder, "moorline-client-")) && !pair.some((f) => f.path === path),
  );
