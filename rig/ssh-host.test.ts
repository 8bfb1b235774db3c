import { spawn } from "node:child_process";
import { once } from "node:events";
import { chown, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { localHost } from "../src/clients/host/local.ts";
import type { SshHost } from "../src/clients/host/ssh/ssh-host.ts";
import { describeHost } from "../src/clients/host/testing/contract.ts";
import { describeError, fromUnknown } from "../src/model/errors.ts";
import { hostReference } from "../src/kinds/shared/host-reference.ts";
import { connectHost } from "../src/kinds/shared/open-host.ts";
import { runCommand } from "./command.ts";
import { busyboxRoot } from "./testing/busybox-root.ts";
import { addUser, startSshd, type RigSshd } from "./testing/sshd.ts";

const usual = { timeoutMs: 20_000, signal: new AbortController().signal };
const code = (expected: string): unknown => expect.objectContaining({ code: expected });

let sshd: RigSshd;
let user: AsyncDisposable;
let busybox: Awaited<ReturnType<typeof busyboxRoot>>;
let inBusybox: RigSshd;

beforeAll(async () => {
  user = await addUser();
  sshd = await startSshd();
});
afterAll(async () => {
  await sshd?.[Symbol.asyncDispose]();
  await user?.[Symbol.asyncDispose]();
});

/** Connects as a document would say it. */
async function connect(of: RigSshd, ssh: object = {}, variables: Readonly<Record<string, string>> = {}) {
  await writeFile(join(of.folder, "known_hosts"), of.knownHosts);
  const usualSsh = { host: "127.0.0.1", port: of.port, identityFile: "id", knownHosts: "known_hosts" };
  const here = { documentsHost: localHost(), environment: (name: string) => variables[name] };
  return connectHost(hostReference.parse({ ssh: { ...usualSsh, ...ssh } }), of.folder, here);
}

async function folderFor(host: SshHost, user?: string) {
  const folder = await mkdtemp(join(tmpdir(), "moorline-rig-ssh-"));
  if (user !== undefined) {
    const [uid, gid] = (await runCommand(["sh", "-c", `id -u ${user}; id -g ${user}`])).trim().split("\n");
    await chown(folder, Number(uid), Number(gid));
  }
  return {
    host,
    folder,
    at: (path: string) => `${folder}${path}`,
    [Symbol.asyncDispose]: async () => {
      await host[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

describeHost("root over sshd", async () => folderFor(await connect(sshd)));

describeHost("a user over sshd and sudo", async () => {
  await sshd.allowSudo(true);
  return folderFor(await connect(sshd, { user: sshd.user, sudo: true }));
});

describe("a machine with busybox only", () => {
  beforeAll(async () => {
    busybox = await busyboxRoot();
    inBusybox = await startSshd(`ChrootDirectory ${busybox.path}`);
  });
  afterAll(async () => {
    await inBusybox?.[Symbol.asyncDispose]();
    await busybox?.[Symbol.asyncDispose]();
  });

  describeHost("root over sshd", async () => {
    const host = await connect(inBusybox);
    const name = await mkdtemp(join(busybox.path, "tmp/t-"));
    const inside = name.slice(busybox.path.length);
    return {
      host,
      folder: name,
      at: (path: string) => `${inside}${path}`,
      inCommands: (path: string) => `${inside}${path}`,
      [Symbol.asyncDispose]: () => host[Symbol.asyncDispose](),
    };
  });
});

test.each([1, 2])(
  "sshd that allows %i session(s) at a time is waited for, and nothing is lost",
  async (most) => {
    await using few = await startSshd(`MaxSessions ${most}`);
    await using scene = await folderFor(await connect(few));
    const texts = Array.from({ length: 12 }, (_, i) => `text ${i}`);
    await Promise.all(texts.map((text, i) => scene.host.writeFile(scene.at(`/${i}`), text, { mode: 0o600 })));
    const read = await Promise.all(texts.map((_, i) => scene.host.readFile(scene.at(`/${i}`), 100)));
    expect(read.map((file) => file?.bytes.toString())).toEqual(texts);
  },
);

describe("a file system", () => {
  const mounted = async (options: string, use: (folder: string, host: SshHost) => Promise<void>) => {
    await using host = await connect(sshd);
    const folder = await mkdtemp(join(tmpdir(), "moorline-rig-mount-"));
    await runCommand(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder]);
    try {
      await use(folder, host);
    } finally {
      await runCommand(["umount", folder]);
      await rm(folder, { recursive: true });
    }
  };

  test("that is full changes nothing, neither by replacing nor in place", async () => {
    await mounted("size=64k", async (folder, host) => {
      await host.writeFile(`${folder}/a`, "old", { mode: 0o600 });
      const { ino } = await stat(join(folder, "a"));
      const big = Buffer.alloc(200_000, "x");
      const full = { code: "HOST_DISK_FULL", subject: `${folder}/a`, parameters: { reason: "ENOSPC" } };
      await expect(host.writeFile(`${folder}/a`, big, { mode: 0o600 })).rejects.toMatchObject(full);
      await expect(host.overwriteInPlace(`${folder}/a`, big)).rejects.toMatchObject(full);
      expect(await readdir(folder)).toEqual(["a"]);
      expect(await readFile(join(folder, "a"), "utf8")).toBe("old");
      expect((await stat(join(folder, "a"))).ino).toBe(ino);
    });
  });

  test("that is read-only says so", async () => {
    await mounted("size=64k", async (folder, host) => {
      await host.writeFile(`${folder}/a`, "old", { mode: 0o600 });
      await runCommand(["mount", "-o", "remount,ro", folder]);
      const readOnly = code("HOST_READ_ONLY");
      await expect(host.writeFile(`${folder}/a`, "x", { mode: 0o600 })).rejects.toEqual(readOnly);
      await expect(host.overwriteInPlace(`${folder}/a`, "x")).rejects.toEqual(readOnly);
      await expect(host.remove(`${folder}/a`)).rejects.toEqual(readOnly);
      await expect(host.makeDirectory(`${folder}/d`, 0o700)).rejects.toEqual(readOnly);
    });
  });
});

describe("a user without rights", () => {
  test("is told so by the path, and sudo gives them", async () => {
    await sshd.allowSudo(true);
    await using plain = await folderFor(await connect(sshd, { user: sshd.user }), sshd.user);
    await using root = await connect(sshd, { user: sshd.user, sudo: true });
    await writeFile(join(plain.folder, "secret"), "x", { mode: 0o600 });
    await mkdir(join(plain.folder, "closed"), { mode: 0o700 });
    const denied = code("HOST_PERMISSION_DENIED");
    await expect(plain.host.readFile(plain.at("/secret"))).rejects.toEqual(denied);
    await expect(plain.host.overwriteInPlace(plain.at("/secret"), "y")).rejects.toEqual(denied);
    await expect(plain.host.writeFile("/etc/moorline-rig", "y", { mode: 0o600 })).rejects.toEqual(denied);
    await expect(plain.host.list(plain.at("/closed"))).rejects.toEqual(denied);
    await expect(plain.host.readFile(plain.at("/closed/a"))).rejects.toEqual(denied);
    const owned = plain.host.writeFile(plain.at("/a"), "y", { mode: 0o600, uid: 0, gid: 0 });
    await expect(owned).rejects.toEqual(denied);
    expect(await readdir(plain.folder)).toEqual(["closed", "secret"]);
    expect((await root.readFile(plain.at("/secret")))?.bytes.toString()).toBe("x");
    await root.writeFile(plain.at("/a"), "y", { mode: 0o640, uid: 12, gid: 34 });
    expect(await root.stat(plain.at("/a"))).toMatchObject({ mode: 0o640, uid: 12, gid: 34 });
  });

  test("whom sudo asks for a password learns how to go on, in both languages", async () => {
    await sshd.allowSudo(false);
    await using host = await connect(sshd, { user: sshd.user, sudo: true });
    const refused = await host.stat("/").catch((thrown: unknown) => fromUnknown(thrown, "?"));
    expect(refused).toMatchObject({ code: "HOST_SUDO_REFUSED" });
    for (const language of ["en", "zh-CN"] as const) {
      const { what, remedy } = describeError(refused as Parameters<typeof describeError>[0], language);
      expect(what).toContain("a password is required");
      expect(remedy).toContain(`${sshd.user} ALL=(root) NOPASSWD: /bin/sh`);
    }
  });
});

describe("who it is", () => {
  test("a hashed known_hosts, as ssh-keygen makes it, knows the machine", async () => {
    const file = join(sshd.folder, "hashed");
    await writeFile(file, `other ${sshd.knownHosts.split(" ").slice(1).join(" ")}${sshd.knownHosts}`);
    await runCommand(["ssh-keygen", "-q", "-H", "-f", file]);
    expect(await readFile(file, "utf8")).toMatch(/^\|1\|/);
    await using host = await connect(sshd, { knownHosts: "hashed" });
    expect(await host.stat("/")).toMatchObject({ type: "directory" });
  });

  test("a wrong host key is told with the fingerprint that ssh-keygen shows, and nothing is sent", async () => {
    const wrong = join(sshd.folder, "wrong");
    await rm(wrong, { force: true });
    await runCommand(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", wrong]);
    const hostKey = (await readFile(`${wrong}.pub`, "utf8")).split(" ").slice(0, 2).join(" ");
    const seen = (await runCommand(["ssh-keygen", "-lf", sshd.hostKeyFile])).split(" ")[1];
    const before = await sshd.log();
    const connecting = connect(sshd, { knownHosts: undefined, hostKey });
    await expect(connecting).rejects.toMatchObject({
      code: "HOST_SSH_HOST_KEY_CHANGED",
      parameters: { seen },
    });
    expect((await sshd.log()).slice(before.length)).not.toContain("Accepted");
  });

  test("a key of the user that sshd does not know is told", async () => {
    const connecting = connect(sshd, { identityFile: "host_key" });
    await expect(connecting).rejects.toMatchObject({
      code: "HOST_SSH_LOGIN_REFUSED",
      parameters: { user: "root" },
    });
  });

  test("an agent's keys log in, and a key with a passphrase does", async () => {
    const socket = join(sshd.folder, "agent.sock");
    const agent = spawn("/usr/bin/ssh-agent", ["-D", "-a", socket], { stdio: ["ignore", "pipe", "ignore"] });
    await once(agent.stdout, "data");
    await runCommand(["ssh-add", "-q", sshd.identityFile], { environment: { SSH_AUTH_SOCK: socket } });
    await using byAgent = await connect(
      sshd,
      { identityFile: undefined, agent: true },
      { SSH_AUTH_SOCK: socket },
    );
    expect((await byAgent.run(["id", "-u"], usual)).stdout).toBe("0\n");
    agent.kill();
    const sealed = join(sshd.folder, "sealed");
    await writeFile(sealed, await readFile(sshd.identityFile), { mode: 0o600 });
    await runCommand(["ssh-keygen", "-q", "-p", "-N", "open sesame", "-f", sealed]);
    const how = { identityFile: "sealed", identityPassphrase: { environment: "PASSPHRASE" } };
    await using bySealed = await connect(sshd, how, { PASSPHRASE: "open sesame" });
    expect((await bySealed.run(["id", "-u"], usual)).stdout).toBe("0\n");
    const wrong = connect(sshd, how, { PASSPHRASE: "open barley" });
    await expect(wrong).rejects.toEqual(code("HOST_SSH_PASSPHRASE_WRONG"));
  });
});

describe("a session that is cut", () => {
  test("in the middle of a large file leaves the old one, whole, and no leftovers of the next", async () => {
    await using on = await folderFor(await connect(sshd));
    await on.host.writeFile(on.at("/a"), "old", { mode: 0o600 });
    const big = Buffer.alloc(64 * 1024 * 1024, "x");
    const writing = on.host.writeFile(on.at("/a"), big, { mode: 0o600 });
    const ended = writing.catch((thrown: unknown) => thrown);
    await expect.poll(() => readdir(on.folder)).toHaveLength(2);
    await sshd.cut();
    expect(await ended).toMatchObject({ code: "HOST_SSH_CONNECTION_LOST" });
    expect(await readFile(join(on.folder, "a"), "utf8")).toBe("old");
    await on.host.writeFile(on.at("/a"), "new", { mode: 0o600 });
    await expect.poll(() => readdir(on.folder)).toEqual(["a"]);
    expect(await readFile(join(on.folder, "a"), "utf8")).toBe("new");
  });
});

test("sshd that forwards nothing is told with the setting that allows it", async () => {
  await using closed = await startSshd("AllowTcpForwarding no");
  await using host = await connect(closed);
  const dial = host.dial("127.0.0.1", closed.port, usual.signal);
  await expect(dial).rejects.toEqual(code("HOST_SSH_FORWARDING_REFUSED"));
  await using open = await connect(sshd);
  await expect(open.dial("nosuch.localtest", 1, usual.signal)).rejects.toMatchObject({
    code: "HOST_DIAL_FAILED",
    parameters: { reason: "ENOTFOUND" },
  });
});
