import { describe, expect, test } from "vitest";
import { rigAddresses } from "./addresses.ts";
import { containerdHost, copyDockerLayout, hostsToml } from "./testing/node-files.ts";
import { failurePrefix, pullMessage } from "./testing/pulls.ts";

const rig = rigAddresses();
const host = rig.registries.mutualTls;
const present = `${host}/rig/busybox:1`;
const absent = `${host}/rig/busybox:absent`;

describe("a registry that demands a client certificate", () => {
  test("serves a node whose hosts.toml names the pair at both levels, and tells it of a missing tag", async () => {
    await using _ = await containerdHost(host, { "hosts.toml": hostsToml(host, rig.registryClient) });
    expect(await pullMessage(present)).toBe("pulled");
    expect(await pullMessage(absent)).toBe(`${failurePrefix(absent, "NotFound")}${absent}: not found`);
  });

  test("serves a node that has the pair in docker's layout", async () => {
    await using folder = await containerdHost(host, {});
    await copyDockerLayout(folder.path, { client: rig.registryClient });
    expect(await pullMessage(present)).toBe("pulled");
    expect(await pullMessage(absent)).toBe(`${failurePrefix(absent, "NotFound")}${absent}: not found`);
  });

  test("answers a node without the pair with 400", async () => {
    await using _ = await containerdHost(host, { "hosts.toml": hostsToml(host) });
    const refused = `pulling from host ${host} failed with status code [manifests 1]: 400 Bad Request`;
    expect(await pullMessage(present)).toBe(failurePrefix(present) + refused);
  });
});
