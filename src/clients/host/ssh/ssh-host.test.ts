import { chmod, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Sensitive } from "../../../model/sensitive.ts";
import { temporaryFolder } from "../testing/folder.ts";
import { sshKey, sshServer, type SshServerOptions } from "../testing/ssh-server.ts";
import type { SshOptions } from "./connection.ts";
import { sshHost, type SshHost } from "./ssh-host.ts";

const usual = { timeoutMs: 20_000, signal: new AbortController().signal };
const code = (expected: string): unknown => expect.objectContaining({ code: expected });

async function machine(server: SshServerOptions = {}, more: Partial<SshOptions> = {}) {
  const folder = await temporaryFolder();
  const sshd = await sshServer(server);
  const host: SshHost = sshHost(sshd.options(more));
  return {
    folder: folder.path,
    sshd,
    host,
    [Symbol.asyncDispose]: async () => {
      await host[Symbol.asyncDispose]();
      await sshd[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

describe("a disk that is full", () => {
  // EFBIG stands for ENOSPC here: it needs no file system of its own. A block of `ulimit -f` is 512 bytes.
  const full = { prelude: "trap '' XFSZ; ulimit -f 8; " };

  test("changes nothing, neither by replacing nor in place", async () => {
    await using on = await machine(full);
    await writeFile(join(on.folder, "a"), "old");
    const big = Buffer.alloc(100_000, "x");
    const write = on.host.writeFile(`${on.folder}/a`, big, { mode: 0o644 });
    await expect(write).rejects.toMatchObject({ code: "HOST_DISK_FULL", subject: `${on.folder}/a` });
    await expect(on.host.overwriteInPlace(`${on.folder}/a`, big)).rejects.toEqual(code("HOST_DISK_FULL"));
    expect(await readdir(on.folder)).toEqual(["a"]);
    expect(await readFile(join(on.folder, "a"), "utf8")).toBe("old");
  });
});

describe("a connection that is cut", () => {
  test("in the middle of a file leaves the old one, whole, and the next call connects anew", async () => {
    await using on = await machine({ cutAfterBytes: 200_000 });
    const path = `${on.folder}/a`;
    await on.host.writeFile(path, "old", { mode: 0o600 });
    const big = Buffer.alloc(1_000_000, "x");
    for (const write of [
      () => on.host.writeFile(path, big, { mode: 0o600 }),
      () => on.host.overwriteInPlace(path, big),
    ])
      await expect(write()).rejects.toMatchObject({ code: "HOST_SSH_CONNECTION_LOST", retry: "later" });
    expect((await on.host.readFile(path))?.bytes.toString()).toBe("old");
    await expect.poll(() => readdir(on.folder)).toEqual(["a"]);
    expect(on.sshd.connections()).toBe(3);
  });

  test("ends a command with an error of its own", async () => {
    await using on = await machine();
    const running = on.host.run(["sleep", "5"], usual);
    setTimeout(() => on.sshd.cut(), 300);
    await expect(running).rejects.toEqual(code("HOST_SSH_CONNECTION_LOST"));
  });
});

describe("what the machine's list of processes shows", () => {
  test("is never a word of a command, a path, a variable or a file", async () => {
    await using on = await machine();
    await on.host.writeFile(`${on.folder}/key`, "secret-bytes", { mode: 0o600 });
    await on.host.run(["echo", "secret-word"], {
      ...usual,
      environment: { NAME: "secret-value" },
      input: "secret",
    });
    expect(on.sshd.commandLines).toHaveLength(2);
    for (const line of on.sshd.commandLines)
      expect(line).toMatch(/^exec \/bin\/sh -c 'eval "\$\(dd bs=1 count=\d+ 2>\/dev\/null\)"'$/);
  });
});

describe("one connection", () => {
  test("serves many calls at once, more than sshd lets through side by side", async () => {
    await using on = await machine();
    const runs = Array.from({ length: 30 }, (_, n) => on.host.run(["echo", String(n)], usual));
    expect((await Promise.all(runs)).map((r) => Number(r.stdout))).toEqual(runs.map((_, n) => n));
    expect(on.sshd.connections()).toBe(1);
  });
});

describe("a login shell that greets on every login", () => {
  test("disturbs nothing", async () => {
    await using on = await machine({ prelude: "echo Welcome; echo warning >&2; " });
    await on.host.writeFile(`${on.folder}/a`, "text", { mode: 0o600 });
    expect((await on.host.readFile(`${on.folder}/a`))?.bytes.toString()).toBe("text");
    expect(await on.host.run(["echo", "said"], usual)).toMatchObject({ stdout: "said\n", stderr: "" });
  });

  test("and lets nobody in is told, with what it says", async () => {
    await using on = await machine({ shell: ["/bin/echo", "This account is not available."] });
    await expect(on.host.stat("/")).rejects.toMatchObject({
      code: "HOST_SSH_NO_SHELL",
      parameters: { reason: expect.stringContaining("This account is not available.") as unknown },
    });
  });
});

describe("sudo", () => {
  const withSudo = async (script: string) => {
    const bin = await temporaryFolder();
    await writeFile(join(bin.path, "sudo"), `#!/bin/sh\n${script}\n`);
    await chmod(join(bin.path, "sudo"), 0o755);
    const on = await machine({ path: bin.path }, { sudo: true });
    return {
      ...on,
      [Symbol.asyncDispose]: async () => (await on[Symbol.asyncDispose](), bin[Symbol.asyncDispose]()),
    };
  };

  test("is asked for every file and command, and its warnings are not the command's", async () => {
    await using on = await withSudo('echo "sudo: unable to resolve host" >&2; shift 2; exec "$@"');
    await on.host.writeFile(`${on.folder}/a`, "x", { mode: 0o600 });
    expect(await on.host.run(["cat", `${on.folder}/a`], usual)).toMatchObject({ stdout: "x", stderr: "" });
    for (const line of on.sshd.commandLines) expect(line).toMatch(/^exec sudo -n -- \/bin\/sh -c /);
  });

  test("that wants a password is told in one error, with what it said", async () => {
    await using on = await withSudo('echo "sudo: a password is required" >&2; exit 1');
    const refused = {
      code: "HOST_SUDO_REFUSED",
      parameters: { reason: "sudo: a password is required", user: "somebody", host: "127.0.0.1" },
    };
    await expect(on.host.stat("/")).rejects.toMatchObject(refused);
    await expect(on.host.run(["true"], usual)).rejects.toMatchObject(refused);
  });
});

describe("a machine that is not what it should be", () => {
  test("gets nothing: a wrong host key ends the connection before any login", async () => {
    await using on = await machine();
    const place = "/home/a/.ssh/known_hosts";
    const hostKeys = { place, good: [sshKey().blob], revoked: [], byCertificate: false };
    await using host = sshHost(on.sshd.options({ hostKeys }));
    await expect(host.open()).rejects.toMatchObject({
      code: "HOST_SSH_HOST_KEY_CHANGED",
      subject: `127.0.0.1:${on.sshd.port}`,
      parameters: { place, seen: expect.stringMatching(/^SHA256:/) as unknown },
    });
    await using stranger = sshHost(on.sshd.options({ hostKeys: { ...hostKeys, good: [] } }));
    await expect(stranger.stat("/")).rejects.toEqual(code("HOST_SSH_HOST_KEY_UNKNOWN"));
    expect(on.sshd.commandLines).toEqual([]);
  });

  test("or not there, is told as such", async () => {
    const gone = await machine();
    const { port } = gone.sshd;
    await gone[Symbol.asyncDispose]();
    await using host = sshHost({ ...gone.sshd.options(), port });
    await expect(host.stat("/")).rejects.toMatchObject({
      code: "HOST_SSH_UNREACHABLE",
      parameters: { reason: "ECONNREFUSED" },
    });
  });

  test("or does not know the user's key, names who and with what", async () => {
    await using on = await machine();
    const key = new Sensitive(sshKey().pem);
    await using host = sshHost(on.sshd.options({ identity: { path: "/keys/other", key } }));
    await expect(host.open()).rejects.toMatchObject({
      code: "HOST_SSH_LOGIN_REFUSED",
      parameters: { user: "somebody", tried: { en: "the key /keys/other" } },
    });
    const { identity: _none, ...options } = on.sshd.options({ agent: "/nowhere/agent.sock" });
    await using byAgent = sshHost(options);
    await expect(byAgent.open()).rejects.toEqual(code("HOST_SSH_AGENT_UNAVAILABLE"));
  });

  test("or opens no connections for us, says which setting forbids it", async () => {
    await using on = await machine({ forwarding: false });
    const dial = on.host.dial("127.0.0.1", 1, usual.signal);
    await expect(dial).rejects.toEqual(code("HOST_SSH_FORWARDING_REFUSED"));
  });
});

test("a file that may not be read or replaced is told by its path", async () => {
  await using on = await machine();
  await writeFile(join(on.folder, "a"), "x");
  // A folder that a running program's file system protects from everybody, root included.
  await expect(on.host.writeFile("/proc/version", "x", { mode: 0o644 })).rejects.toMatchObject({
    subject: "/proc/version",
  });
  expect((await stat(join(on.folder, "a"))).size).toBe(1);
});
