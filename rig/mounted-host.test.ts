import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { mountedHost } from "../src/clients/host/mounted.ts";
import { describeHost } from "../src/clients/host/testing/contract.ts";
import { busyboxRoot } from "./testing/busybox-root.ts";

const { signal } = new AbortController();

describeHost("a machine below a mounted root", async () => {
  const folder = await mkdtemp(join(tmpdir(), "moorline-rig-mounted-"));
  return {
    host: mountedHost({ root: "/", name: "node" }),
    folder,
    at: (path) => `${folder}${path}`,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
});

describe("a root with programs of its own", () => {
  let busybox: Awaited<ReturnType<typeof busyboxRoot>>;
  beforeAll(async () => {
    busybox = await busyboxRoot();
  });
  afterAll(() => busybox[Symbol.asyncDispose]());

  test("has its own commands run, below itself, on the files that are written", async () => {
    const host = mountedHost({ root: busybox.path, name: "node" });
    await host.writeFile("/tmp/word", "hello", { mode: 0o644 });
    const said = await host.run(["cat", "/tmp/word"], { timeoutMs: 10_000, signal });
    expect([said.exitCode, said.stdout]).toEqual([0, "hello"]);
    await expect(host.run(["openssl", "version"], { timeoutMs: 10_000, signal })).rejects.toMatchObject({
      code: "HOST_COMMAND_NOT_FOUND",
    });
    expect((await host.run(["sh", "-c", "exit 127"], { timeoutMs: 10_000, signal })).exitCode).toBe(127);
  });

  test("that is not there is told as such", async () => {
    const host = mountedHost({ root: "/nowhere/at/all", name: "node" });
    await expect(host.run(["true"], { timeoutMs: 10_000, signal })).rejects.toMatchObject({
      code: "HOST_COMMAND_NOT_STARTED",
    });
  });
});
