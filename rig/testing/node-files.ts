import { copyFile, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { rigAddresses } from "../addresses.ts";
import { writeAtomically } from "../files.ts";

const rig = rigAddresses();

/** A client's certificate and key. */
export type ClientPair = typeof rig.registryClient;

/** What containerd is told of one registry host, in the shape that a test wants; gone again when disposed of. */
export interface HostFolder extends AsyncDisposable {
  readonly path: string;
}

/** `<config_path>/<host>/` with these files in it. */
export async function containerdHost(
  host: string,
  files: Readonly<Record<string, string>>,
): Promise<HostFolder> {
  return hostFolder(join(rig.certsDirectory, host), files);
}

/** The same for docker, in docker's own layout. */
export async function dockerHost(host: string, client?: ClientPair): Promise<HostFolder> {
  const folder = await hostFolder(join(rig.dockerCertsDirectory, host), {});
  await copyDockerLayout(folder.path, { client });
  return folder;
}

/** Whom a client believes, and what it shows. */
export interface DockerTrust {
  /** The rig's authority of registries unless told. */
  readonly authorityPath?: string;
  readonly client?: ClientPair | undefined;
}

/** Docker's layout: `ca.crt`, and `client.cert` with `client.key` where a pair is given. */
export async function copyDockerLayout(
  folder: string,
  { authorityPath = rig.registryAuthorityPath, client }: DockerTrust = {},
): Promise<void> {
  await copyFile(authorityPath, join(folder, "ca.crt"));
  if (client === undefined) return;
  await copyFile(client.certificatePath, join(folder, "client.cert"));
  await copyFile(client.keyPath, join(folder, "client.key"));
}

/** A hosts.toml that holds: the authority and the client pair at both levels. */
export function hostsToml(host: string, client?: ClientPair): string {
  const settings = [`ca = "${rig.registryAuthorityPath}"`];
  if (client !== undefined) settings.push(`client = [["${client.certificatePath}", "${client.keyPath}"]]`);
  return [
    `server = "https://${host}"`,
    ...settings,
    `[host."https://${host}"]`,
    '  capabilities = ["pull", "resolve"]',
    ...settings.map((line) => `  ${line}`),
    "",
  ].join("\n");
}

async function hostFolder(path: string, files: Readonly<Record<string, string>>): Promise<HostFolder> {
  await rm(path, { recursive: true, force: true });
  await mkdir(path, { recursive: true });
  for (const [name, content] of Object.entries(files)) await writeAtomically(join(path, name), content);
  return {
    path,
    async [Symbol.asyncDispose]() {
      await rm(path, { recursive: true, force: true });
    },
  };
}
