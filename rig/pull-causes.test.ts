import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { rigAddresses } from "./addresses.ts";
import { runCommand, tryCommand } from "./command.ts";
import { putPullSecret } from "./testing/harbor.ts";
import { containerdHost, hostsToml } from "./testing/node-files.ts";
import { failurePrefix, pullMessage } from "./testing/pulls.ts";

const rig = rigAddresses();
const { registries } = rig;

const image = (host: string): string => `${host}/rig/busybox:1`;
const request = (host: string): string =>
  `failed to do request: Head "https://${host}/v2/rig/busybox/manifests/1": `;
const trusting = async (host: string) => containerdHost(host, { "hosts.toml": hostsToml(host) });

describe("what the kubelet says of a pull that fails on the way to the registry", () => {
  test("the authority is not on the node", async () => {
    const host = registries.open;
    expect(await pullMessage(image(host))).toBe(
      `${failurePrefix(image(host))}${request(host)}x509: certificate signed by unknown authority`,
    );
  });

  test("the name is not in the certificate", async () => {
    const host = registries.open.replace("harbor.localtest", rig.otherName);
    await using _ = await trusting(host);
    expect(await pullMessage(image(host))).toBe(
      `${failurePrefix(image(host))}${request(host)}x509: certificate is valid for harbor.localtest, not other.localtest`,
    );
  });

  test("the certificate has no subject alternative name", async () => {
    const host = registries.withoutSan;
    await using _ = await trusting(host);
    expect(await pullMessage(image(host))).toBe(
      `${failurePrefix(image(host))}${request(host)}x509: certificate relies on legacy Common Name field, use SANs instead`,
    );
  });

  test("the certificate has expired", async () => {
    const host = registries.expired;
    await using _ = await trusting(host);
    const message = await pullMessage(image(host));
    expect(message).toContain(
      `${failurePrefix(image(host))}${request(host)}x509: certificate has expired or is not yet valid: `,
    );
    expect(message).toMatch(/: current time \S+ is after \S+$/);
  });

  test("the port speaks plain HTTP", async () => {
    const host = registries.plain;
    expect(await pullMessage(image(host))).toBe(
      `${failurePrefix(image(host))}${request(host)}http: server gave HTTP response to HTTPS client`,
    );
  });

  test("nothing listens", async () => {
    const host = rig.refusedHost;
    const message = await pullMessage(image(host));
    expect(message).toContain(`${failurePrefix(image(host))}${request(host)}dial tcp 127.0.0.1:`);
    expect(message).toMatch(/: connect: connection refused$/);
  });

  test("the name does not resolve", async () => {
    const host = `${rig.nowhereName}:443`;
    const message = await pullMessage(image(host));
    expect(message).toContain(
      `${failurePrefix(image(host))}${request(host)}dial tcp: lookup ${rig.nowhereName}`,
    );
    expect(message).toMatch(/: no such host$/);
  });
});

describe("packets to the registry are dropped", () => {
  const port = rig.droppedHost.split(":")[1] ?? "";
  const rule = ["INPUT", "--in-interface", "lo", "--protocol", "tcp", "--dport", port, "--jump", "DROP"];
  beforeAll(async () => void (await runCommand(["iptables", "--append", ...rule])));
  afterAll(async () => void (await tryCommand(["iptables", "--delete", ...rule])));

  // The dialler's clock and the socket's run out together: whichever is first decides the code (both were seen).
  test("the kubelet says so after containerd's half minute, under one of two codes", async () => {
    const host = rig.droppedHost;
    const message = await pullMessage(image(host), { patience: 80_000 });
    const rest = `${request(host)}dial tcp 127.0.0.1:${port}: i/o timeout`;
    expect(["DeadlineExceeded", "Unknown"].map((code) => failurePrefix(image(host), code) + rest)).toContain(
      message,
    );
  });
});

describe("every refused credential reads as the same 401", () => {
  const host = registries.tokens;
  const refused = (repository: string): string =>
    `${failurePrefix(`${host}/${repository}:1`)}pulling from host ${host} failed with status code [manifests 1]: 401 Unauthorized`;

  beforeAll(async () => {
    const { user, passwordPath } = registries.authenticated;
    const secret = await readFile(passwordPath, "utf8");
    await putPullSecret("rig-pulls", "right", host, { name: user, secret });
    await putPullSecret("rig-pulls", "wrong", host, { name: user, secret: "not-the-password" });
  });

  test("the right secret pulls", async () => {
    await using _ = await trusting(host);
    expect(await pullMessage(image(host), { pullSecret: "right" })).toBe("pulled");
  });

  test("no pull secret", async () => {
    await using _ = await trusting(host);
    expect(await pullMessage(image(host))).toBe(refused("rig/busybox"));
  });

  test("a wrong secret", async () => {
    await using _ = await trusting(host);
    expect(await pullMessage(image(host), { pullSecret: "wrong" })).toBe(refused("rig/busybox"));
  });

  test("no permission on the project", async () => {
    await using _ = await trusting(host);
    expect(await pullMessage(`${host}/closed/busybox:1`, { pullSecret: "right" })).toBe(
      refused("closed/busybox"),
    );
  });
});
