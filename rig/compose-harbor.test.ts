import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { tryCommand } from "./command.ts";
import { rigAddresses } from "./addresses.ts";
import { startComposeHarbor } from "./testing/compose-harbor.ts";
import { pullMessage } from "./testing/pulls.ts";
import { containerdHost, hostsToml } from "./testing/node-files.ts";

const rig = rigAddresses();

test("a compose Harbor serves pulls of the kubelet through its own nginx", async () => {
  await using harbor = await startComposeHarbor();
  await harbor.push("library/app:v1");
  await using _ = await containerdHost(harbor.host, { "hosts.toml": hostsToml(harbor.host) });
  expect(await pullMessage(`${harbor.host}/library/app:v1`)).toBe("pulled");
  expect(await harbor.proxyLog()).toMatch(/^127\.0\.0\.1 - "GET \/v2\/ HTTP\/1\.1" 401 /m);
  const portal = await tryCommand([
    "curl",
    "-s",
    "--cacert",
    rig.registryAuthorityPath,
    `https://${harbor.host}/`,
  ]);
  expect(portal.stdout).toContain("<title>Harbor</title>");
});

test("its prepare wipes what it wrote before it reads harbor.yml, and replaces the folder of the certificate", async () => {
  await using harbor = await startComposeHarbor();
  const folder = join(harbor.dataVolume, "secret", "cert");
  const before = await stat(folder);
  const key = await stat(join(folder, "server.key"));
  expect([key.mode & 0o777, key.uid, key.gid]).toEqual([0o600, 10_000, 10_000]);
  const override = join(harbor.directory, "docker-compose.override.yml");
  await writeFile(override, "version: '2.3'\n");
  expect(await harbor.prepare()).toMatchObject({ status: 0 });
  expect((await stat(folder)).ino).not.toBe(before.ino);
  expect(await readFile(override, "utf8")).toBe("version: '2.3'\n");
  const yml = join(harbor.directory, "harbor.yml");
  const text = await readFile(yml, "utf8");
  await writeFile(yml, text.replace(/^hostname: .*$/m, "hostname: 127.0.0.1"));
  expect(await harbor.prepare()).toMatchObject({ status: 1 });
  const configuration = join(harbor.directory, "common", "config", "nginx", "nginx.conf");
  await expect(stat(configuration)).rejects.toThrow("ENOENT");
});
