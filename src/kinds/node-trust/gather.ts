import { dirname, join } from "node:path/posix";
import type { Host } from "../../clients/host/host.ts";
import type { ClientCertificate } from "../../clients/http/tls-options.ts";
import { nameOf, type Document } from "../../model/document.ts";
import { MoorlineError } from "../../model/errors.ts";
import { certificatePem, readCertificates } from "../../pki/certificate.ts";
import { findRegistry } from "../harbor-registry/connect.ts";
import type { HarborRegistrySpec } from "../harbor-registry/schema.ts";
import { resolveClientCertificate, resolveTrust } from "../shared/trust-source.ts";
import { digestOf } from "../harbor-certificate/pair.ts";
import type { World } from "../world.ts";
import {
  importsOf,
  readRegistryConfig,
  withConfigPath,
  type ConfigFile,
  type RegistryConfig,
} from "./containerd-config.ts";
import { mergeHosts } from "./hosts-toml.ts";
import { readRecord, type NodeRecord } from "./record.ts";
import { runtimeNames, type NodeTrustSpec, type RuntimeName } from "./schema.ts";

export type NodeDocument = Document<NodeTrustSpec>;

/** A file as it must be; its bytes may be a key. */
export interface WantedFile {
  readonly path: string;
  readonly text: string;
  readonly mode: number;
}

/** One runtime, and what its files must be. */
export interface Runtime {
  readonly name: RuntimeName;
  /** Its folder for this registry. */
  readonly folder: string;
  readonly files: readonly WantedFile[];
  /** Authorities of ours from before that the bundle still holds. */
  readonly formerAuthorities: number;
  /** The bundle without them. */
  readonly bundle?: WantedFile;
  /** Files of ours that nothing names any more. */
  readonly obsolete: readonly string[];
  /** Why nothing can be done for it. */
  readonly conflicts: readonly string[];
  /** The configuration with config_path set, where it is not yet. */
  readonly config?: WantedFile;
}

export interface Gathered {
  readonly url: string;
  readonly host: string;
  readonly registry: Document<HarborRegistrySpec>;
  readonly ca: string | undefined;
  readonly client: ClientCertificate | undefined;
  readonly record: NodeRecord;
  readonly runtimes: readonly Runtime[];
}

/** Reads what the node must trust, and what its runtimes read now. */
export async function gather(document: NodeDocument, world: World, signal: AbortSignal): Promise<Gathered> {
  const { spec, source } = document;
  const registry = findRegistry(spec.registry, nameOf(document), world);
  const { tls } = registry.spec;
  const ca = spec.ca ?? tls.ca;
  const client = spec.clientCertificate ?? tls.clientCertificate;
  const directoryOf = (own: unknown): string => (own === undefined ? registry.source : source).directory;
  const trusted = ca && (await resolveTrust(ca, directoryOf(spec.ca), world, signal));
  const pair =
    client && (await resolveClientCertificate(client, directoryOf(spec.clientCertificate), world, signal));
  const record = await readRecord(world.host, spec.paths.state, document.metadata.name);
  const { host } = new URL(registry.spec.url);
  const wish: Wish = { host, ca: trusted, client: pair, record };
  const names = spec.runtimes ?? (await detect(spec, world.host));
  if (names.length === 0) throw new MoorlineError("NODE_NO_RUNTIME", { subject: world.host.name });
  const runtimes: Runtime[] = [];
  for (const name of names)
    runtimes.push(
      name === "containerd"
        ? await containerd(spec, wish, world.host)
        : await folderRuntime(name, spec, wish, world.host),
    );
  return {
    url: new URL(registry.spec.url).origin,
    host,
    registry,
    ca: trusted,
    client: pair,
    record,
    runtimes,
  };
}

interface Wish {
  readonly host: string;
  readonly ca: string | undefined;
  readonly client: ClientCertificate | undefined;
  readonly record: NodeRecord;
}

const binaries: Readonly<Record<RuntimeName, readonly string[]>> = {
  containerd: ["/usr/bin/containerd", "/usr/local/bin/containerd"],
  docker: ["/usr/bin/dockerd", "/usr/local/bin/dockerd", "/usr/sbin/dockerd"],
  crio: ["/usr/bin/crio", "/usr/local/bin/crio"],
};

/**
 * Finds the runtimes of a machine: by socket, configuration or binary. Docker brings a containerd of its own, whose
 * CRI nobody uses: without a configuration or a kubelet's folder it does not count.
 */
async function detect({ paths }: NodeTrustSpec, host: Host): Promise<readonly RuntimeName[]> {
  const anyOf = async (candidates: readonly string[]): Promise<boolean> =>
    (await Promise.all(candidates.map((path) => host.stat(path)))).some((found) => found !== undefined);
  const docker = await anyOf([paths.dockerSocket, dirname(paths.dockerCertsDir), ...binaries.docker]);
  const crio = await anyOf([paths.crioSocket, "/etc/crio", ...binaries.crio]);
  const containerdSigns = [paths.containerdConfig, paths.containerdCertsDir];
  const bare = [paths.containerdSocket, ...binaries.containerd];
  const isContainerd = await anyOf(docker ? containerdSigns : [...containerdSigns, ...bare]);
  const found: Record<RuntimeName, boolean> = { containerd: isContainerd, docker, crio };
  return runtimeNames.filter((name) => found[name]);
}

/** Reads containerd's configuration with its imports, in the order in which they count. */
async function readConfig(path: string, host: Host): Promise<readonly ConfigFile[]> {
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

async function containerd({ paths }: NodeTrustSpec, wish: Wish, host: Host): Promise<Runtime> {
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
    ...(config !== undefined && registry.conflicts.length === 0 && { config }),
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

/** Docker and CRI-O: every `*.crt` is an authority, every `*.cert` with its `*.key` a client pair. */
async function folderRuntime(
  name: "docker" | "crio",
  { paths }: NodeTrustSpec,
  wish: Wish,
  host: Host,
): Promise<Runtime> {
  const folder = join(name === "docker" ? paths.dockerCertsDir : paths.crioCertsDir, wish.host);
  const bundle = await bundleFor(join(folder, "ca.crt"), wish, host);
  const { client } = wish;
  const pair =
    client === undefined
      ? []
      : [
          { path: join(folder, "client.key"), text: client.privateKey.reveal(), mode: 0o600 },
          { path: join(folder, "client.cert"), text: client.certificate, mode: 0o644 },
        ];
  const ours = Object.keys(wish.record.files);
  const obsolete = ["client.key", "client.cert"]
    .map((file) => join(folder, file))
    .filter((path) => pair.length === 0 && ours.includes(path));
  return {
    name,
    folder,
    files: [...(bundle === undefined ? [] : [bundle.now]), ...pair],
    formerAuthorities: bundle?.former ?? 0,
    ...(bundle !== undefined && { bundle: bundle.final }),
    obsolete,
    conflicts: [],
  };
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

/**
 * The authorities of a bundle: ours, those that somebody else put into the same file, and, until ours have been proved,
 * those that we wrote before.
 */
async function bundleFor(
  path: string,
  { ca, record }: Wish,
  host: Host,
): Promise<{ now: WantedFile; final: WantedFile; former: number } | undefined> {
  if (ca === undefined) return undefined;
  const there = (await host.readFile(path))?.bytes.toString("utf8") ?? "";
  const ours = readCertificates(ca).map(certificatePem);
  const others = (there.includes("BEGIN ") ? readCertificates(there, path) : [])
    .map(certificatePem)
    .filter((pem) => !ours.includes(pem));
  const isFormer = (pem: string): boolean => record.authorities.includes(digestOf(pem));
  const former = others.filter(isFormer);
  const file = (pems: readonly string[]): WantedFile => ({ path, text: pems.join(""), mode: 0o644 });
  const kept = others.filter((pem) => !isFormer(pem));
  return { now: file([...ours, ...kept, ...former]), final: file([...ours, ...kept]), former: former.length };
}
