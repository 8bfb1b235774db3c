/**
 * What stands in for Harbor's `./prepare` on the rig: it does what the real one does to files, in the same order, with the same
 * dangers (facts/harbor.md §3.1). Arguments: the installer's folder; others are passed over.
 */
import { randomBytes } from "node:crypto";
import { chmod, chown, copyFile, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { parse } from "yaml";
import { composeFile } from "./compose-file.ts";
import { proxyConfiguration } from "./proxy-configuration.ts";
import { harborYml, rigSettings, rigSettingsName, type HarborYml } from "./settings.ts";

const owner = 10_000;

try {
  await prepare(process.argv[2] ?? ".");
} catch (error) {
  console.error(`ERROR:root:Error: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}

async function prepare(folder: string): Promise<void> {
  console.log(`prepare base dir is set to ${folder}`);
  const configuration = join(folder, "common", "config");
  await mkdir(configuration, { recursive: true });
  // Before harbor.yml is looked at: a bad one leaves nothing.
  await deleteFiles(configuration);
  const harbor = harborYml.parse(parse(await readFile(join(folder, "harbor.yml"), "utf8")));
  validate(harbor);
  const rig = rigSettings.parse(JSON.parse(await readFile(join(folder, rigSettingsName), "utf8")));
  if (harbor.https !== undefined) await placeCertificate(harbor.data_volume, harbor.https);
  const secret = randomBytes(8).toString("hex");
  await render(
    join(configuration, "core", "env"),
    `CORE_SECRET=${secret}\nEXT_ENDPOINT=${endpoint(harbor)}\n`,
  );
  await render(join(configuration, "nginx", "nginx.conf"), proxyConfiguration(harbor, rig));
  await mkdir(join(configuration, "nginx", "conf.d"), { recursive: true });
  await chown(join(configuration, "nginx", "conf.d"), owner, owner);
  await rm(join(configuration, "shared", "trust-certificates"), { recursive: true, force: true });
  await mkdir(join(configuration, "shared", "trust-certificates"), { recursive: true });
  await writeFile(join(folder, "docker-compose.yml"), composeFile(harbor, rig));
  console.log(`Generated configuration file: ${join(folder, "docker-compose.yml")}`);
}

async function deleteFiles(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await deleteFiles(path);
    else {
      console.log(`Clearing the configuration file: ${path}`);
      await rm(path);
    }
  }
}

/** The checks that the real one makes; it does not look into the files. */
function validate(harbor: HarborYml): void {
  if (harbor.hostname === "127.0.0.1") throw new Error("127.0.0.1 can not be the hostname");
  if (harbor.hostname === "reg.mydomain.com") throw new Error("Please specify hostname");
  if (harbor.https === undefined) return;
  for (const [name, path] of [
    ["ssl_cert", harbor.https.certificate],
    ["ssl_cert_key", harbor.https.private_key],
  ] as const)
    if (path === "" || path === "/your/certificate/path")
      throw new Error(`The protocol is https but attribute ${name} is not set`);
}

// The folder is another one afterwards, so that a container which has the old one mounted sees the old files.
async function placeCertificate(volume: string, https: NonNullable<HarborYml["https"]>): Promise<void> {
  const folder = join(volume, "secret", "cert");
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await chown(folder, owner, owner);
  for (const [from, name] of [
    [https.certificate, "server.crt"],
    [https.private_key, "server.key"],
  ] as const) {
    const to = join(folder, name);
    await copyFile(from, to);
    await chown(to, owner, owner);
    await chmod(to, 0o600);
  }
}

async function render(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text, { mode: 0o640 });
  await chown(path, owner, owner);
  console.log(`Generated configuration file: ${path}`);
}

function endpoint(harbor: HarborYml): string {
  if (harbor.external_url !== undefined) return harbor.external_url;
  if (harbor.https === undefined) return `http://${harbor.hostname}:${harbor.http?.port ?? 80}`;
  return `https://${harbor.hostname}:${harbor.https.port}`;
}
