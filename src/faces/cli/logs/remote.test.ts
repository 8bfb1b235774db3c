import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sshServer, type SshServer } from "../../../clients/host/testing/ssh-server.ts";
import { moorline, type Answer, type TestProcess } from "../testing/test-io.ts";

const expired =
  '2026-11-22T19:08:42Z [ERROR] [/a.go:67][requestID="r1"]: the robot account is expired: robot$ci\n';
let folder = "";
let server: SshServer;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "moorline-remote-"));
  await mkdir(join(folder, "harbor", "old"), { recursive: true });
  await mkdir(join(folder, ".ssh"));
  await writeFile(join(folder, "harbor", "core.log"), expired);
  await writeFile(join(folder, "harbor", "old", "core.log.1.gz"), gzipSync(expired.repeat(3)));
  server = await sshServer();
  await writeFile(join(folder, ".ssh", "id_ecdsa"), server.identity.reveal(), { mode: 0o600 });
  await writeFile(join(folder, ".ssh", "known_hosts"), `[127.0.0.1]:${server.port} ${server.hostKeyLine}\n`);
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const logs = (words: readonly string[], more: TestProcess = {}): Promise<Answer> =>
  moorline(["logs", "--on", `ssh://somebody@127.0.0.1:${server.port}`, ...words], {
    environment: { HOME: folder },
    ...more,
  });

interface Report {
  readonly sources: number;
  readonly causes: readonly { readonly code: string; readonly count: number }[];
}
const told = (answer: Answer): unknown => {
  const { sources, causes } = JSON.parse(answer.out) as Report;
  return [sources, causes.map(({ code, count }) => [code, count])];
};

describe("moorline logs --on", () => {
  test("reads a folder with what is below it, packed or not", async () => {
    const answer = await logs([join(folder, "harbor"), "-o", "json"]);
    expect(answer.err).toBe("");
    expect(told(answer)).toEqual([2, [["ROBOT_EXPIRED", 4]]]);
  });

  test("reads a file and a pattern", async () => {
    const answer = await logs([
      join(folder, "harbor", "core*"),
      join(folder, "harbor", "core.log"),
      "-o",
      "json",
    ]);
    expect(told(answer)).toEqual([2, [["ROBOT_EXPIRED", 2]]]);
  });

  test.each([
    [["/nowhere/core.log"], "LOGS_NOT_FOUND"],
    [["/nowhere/*.log"], "LOGS_NOT_FOUND"],
    [["relative.log"], "HOST_PATH_ESCAPES"],
  ])("refuses %j with %s", async (words, code) => {
    const answer = await logs(words);
    expect(answer.code).toBe(1);
    expect(answer.err).toContain(code);
  });

  test("follows a file until it is asked to stop, and leaves no command behind", async () => {
    const stop = new AbortController();
    const path = join(folder, "harbor", "core.log");
    const answer = await logs([path, "--follow"], {
      stopping: stop.signal,
      onOut: (text) => {
        if (text.includes("ROBOT_EXPIRED")) stop.abort();
      },
    });
    expect(answer).toMatchObject({ code: 2, err: "" });
    // The command line of `tail`, and the one that ends it.
    expect(server.commandLines.length).toBeGreaterThan(1);
    await expect.poll(() => tailsOf(path), { timeout: 30_000 }).toEqual([]);
  });
});

/** Processes of this machine that read a file on. */
async function tailsOf(path: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const pid of await readdir("/proc")) {
    if (!/^\d+$/.test(pid)) continue;
    // It may have ended since.
    const words = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
    if (words.startsWith("tail\0") && words.includes(path)) found.push(pid);
  }
  return found;
}
