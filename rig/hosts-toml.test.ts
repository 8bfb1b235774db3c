import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { rigAddresses } from "./addresses.ts";
import { containerdHost, hostsToml } from "./testing/node-files.ts";
import { failurePrefix, pullMessage } from "./testing/pulls.ts";

const rig = rigAddresses();
const host = rig.registries.open;
const present = `${host}/rig/busybox:1`;
const absent = `${host}/rig/busybox:absent`;
const authority = `ca = "${rig.registryAuthorityPath}"\n`;
const unknownAuthority = "x509: certificate signed by unknown authority";
const head = (tag: string): string =>
  `failed to do request: Head "https://${host}/v2/rig/busybox/manifests/${tag}": `;
const notFound = `${failurePrefix(absent, "NotFound")}${absent}: not found`;

describe("a registry with a private authority, by the shape of its folder below config_path", () => {
  test("an authority only at the top of hosts.toml is not used at all", async () => {
    for (const server of ["", `server = "https://${host}"\n`]) {
      await using _ = await containerdHost(host, { "hosts.toml": server + authority });
      expect(await pullMessage(present)).toBe(failurePrefix(present) + head("1") + unknownAuthority);
      expect(await pullMessage(absent)).toBe(failurePrefix(absent) + head("absent") + unknownAuthority);
    }
  });

  test("an authority only inside the host table lets a missing tag read as an untrusted certificate", async () => {
    await using _ = await containerdHost(host, { "hosts.toml": `[host."https://${host}"]\n${authority}` });
    expect(await pullMessage(present)).toBe("pulled");
    expect(await pullMessage(absent)).toBe(failurePrefix(absent) + head("absent") + unknownAuthority);
  });

  test("an authority at both levels pulls what exists and names what does not", async () => {
    await using _ = await containerdHost(host, { "hosts.toml": hostsToml(host) });
    expect(await pullMessage(present)).toBe("pulled");
    expect(await pullMessage(absent)).toBe(notFound);
  });

  test("docker's layout without hosts.toml pulls what exists and names what does not", async () => {
    await using _ = await containerdHost(host, {
      "ca.crt": await readFile(rig.registryAuthorityPath, "utf8"),
    });
    expect(await pullMessage(present)).toBe("pulled");
    expect(await pullMessage(absent)).toBe(notFound);
  });
});
