import { parse, patch } from "@decimalturn/toml-patch";
import { readToml, strings, tableAt, type Table } from "./toml.ts";

/** A part of containerd's configuration: the file itself, or one that it imports. */
export interface ConfigFile {
  readonly path: string;
  readonly text: string;
}

/** What containerd's configuration says of registries. */
export interface RegistryConfig {
  /** Where hosts.toml files are looked for, in this order; empty where config_path is not set. */
  readonly folders: readonly string[];
  /** Inline settings that containerd refuses beside config_path, as `file: setting`. */
  readonly conflicts: readonly string[];
  /** The file that switches containerd's CRI off, as the package of docker's containerd does. */
  readonly criDisabledBy?: string;
}

/** How the CRI registry section is called, by the configuration's version (facts/container-runtimes.md). */
function sectionOf(version: unknown): readonly string[] {
  if (version === 3) return ["plugins", "io.containerd.cri.v1.images", "registry"];
  return version === 2
    ? ["plugins", "io.containerd.grpc.v1.cri", "registry"]
    : ["plugins", "cri", "registry"];
}

const sections = [3, 2, 1].map(sectionOf);

/** What `disabled_plugins` calls the CRI, by the configuration's version. */
const criPlugins: ReadonlySet<string> = new Set([
  "cri",
  "io.containerd.grpc.v1.cri",
  "io.containerd.cri.v1.images",
]);

/**
 * Reads what containerd will see: the main file, then its imports, each over the one before.
 * @throws NODE_FILE_UNREADABLE
 */
export function readRegistryConfig(files: readonly ConfigFile[]): RegistryConfig {
  let configPath = "";
  let criDisabledBy: string | undefined;
  const conflicts: string[] = [];
  for (const { path, text } of files) {
    const document = readToml(text, path);
    if (strings(document.disabled_plugins).some((plugin) => criPlugins.has(plugin))) criDisabledBy = path;
    for (const section of sections) {
      const registry = tableAt(document, ...section);
      if (registry === undefined) continue;
      if (typeof registry.config_path === "string") configPath = registry.config_path;
      conflicts.push(...conflictsIn(registry).map((setting) => `${path}: ${setting}`));
    }
  }
  return {
    folders: configPath.split(":").filter((folder) => folder.startsWith("/")),
    conflicts,
    ...(criDisabledBy !== undefined && { criDisabledBy }),
  };
}

/** `auth` may stand beside config_path; mirrors and tls make the CRI plugin fail to load (facts/kubesphere.md §8). */
function conflictsIn(registry: Table): readonly string[] {
  const mirrors = Object.keys(tableAt(registry, "mirrors") ?? {});
  const configs = tableAt(registry, "configs") ?? {};
  const withTls = Object.keys(configs).filter((host) => tableAt(configs, host, "tls") !== undefined);
  return [
    ...mirrors.map((host) => `registry.mirrors."${host}"`),
    ...withTls.map((host) => `registry.configs."${host}".tls`),
  ];
}

/** Patterns of the files that a configuration imports. */
export function importsOf({ path, text }: ConfigFile): readonly string[] {
  const { imports } = readToml(text, path);
  return Array.isArray(imports) ? imports.filter((each) => typeof each === "string") : [];
}

/**
 * Sets config_path with the least edit: comments, order, line ends and everything else stay.
 * Without a file, version 2 is written: containerd 1.x and 2.x both read it.
 * @throws NODE_FILE_UNREADABLE
 */
export function withConfigPath(file: ConfigFile | undefined, folder: string): string {
  if (file === undefined) return `version = 2\n\n${sectionText(sectionOf(2), folder, "\n")}`;
  const { path, text } = file;
  const section = sectionOf(readToml(text, path).version);
  const eol = text.includes("\r\n") ? "\r\n" : "\n";
  if (tableAt(readToml(text, path), ...section.slice(0, 2)) === undefined) {
    const appended = `${text}${text === "" || text.endsWith("\n") ? "" : eol}${eol}${sectionText(section, folder, eol)}`;
    if (isSound(appended, folder)) return appended;
  }
  const document = parse(text) as Record<string, unknown>;
  let here = document;
  for (const key of section) here = (here[key] ??= {}) as Record<string, unknown>;
  here.config_path = folder;
  return patch(text, document);
}

function sectionText(section: readonly string[], folder: string, eol: string): string {
  const [plugins, plugin, registry] = section;
  return `[${plugins}."${plugin}".${registry}]${eol}  config_path = ${JSON.stringify(folder)}${eol}`;
}

/** A section can not be appended where `plugins` was written inline. */
function isSound(text: string, folder: string): boolean {
  try {
    return readRegistryConfig([{ path: "", text }]).folders[0] === folder;
  } catch {
    return false; // the reason does not matter: another way of editing is taken
  }
}
