import { spawnSync } from "node:child_process";
import { chmod, link, mkdir, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MoorlineError } from "../../../model/errors.ts";
import { runOrFail } from "../commands.ts";
import type { Host } from "../host.ts";

/** A host, and a folder of it that the test may look into by itself. */
export interface HostUnderTest extends AsyncDisposable {
  readonly host: Host;
  /** Where the folder lies for the test. */
  readonly folder: string;
  /** The host's path of what lies in the folder: `at("/a")`. */
  at(path: string): string;
  /** What commands of the host call it, where that is not the test's path. */
  inCommands?(path: string): string;
}

const code = (expected: string): unknown => expect.objectContaining({ code: expected });

/** What every {@link Host} must keep. Opens one host for each test. */
export function describeHost(name: string, open: () => Promise<HostUnderTest>): void {
  describe(`${name}: writing a file`, () => {
    test("makes it with exactly the mode asked for and leaves nothing else in the folder", async () => {
      await using on = await open();
      await on.host.writeFile(on.at("/ca.key"), "secret", { mode: 0o600 });
      await on.host.writeFile(on.at("/ca.crt"), "public", { mode: 0o666 });
      const key = await on.host.readFile(on.at("/ca.key"));
      expect(key).toMatchObject({ bytes: Buffer.from("secret"), mode: 0o600 });
      expect((await stat(join(on.folder, "ca.crt"))).mode & 0o777).toBe(0o666);
      expect(await readdir(on.folder)).toEqual(["ca.crt", "ca.key"]);
    });

    test("takes any bytes and any name", async () => {
      await using on = await open();
      const bytes = Buffer.from(Array.from({ length: 70_000 }, (_, n) => (n * 31) % 256));
      for (const name of ["-n", "a b", 'it\'s $HOME `id` \\ "x"', "*", "[a]?", "ünïcode 证书"]) {
        await on.host.writeFile(on.at(`/${name}`), bytes, { mode: 0o644 });
        expect((await readFile(join(on.folder, name))).equals(bytes)).toBe(true);
        expect((await on.host.readFile(on.at(`/${name}`)))?.bytes.equals(bytes)).toBe(true);
        await on.host.overwriteInPlace(on.at(`/${name}`), "x");
        expect(await readFile(join(on.folder, name), "utf8")).toBe("x");
        expect(await on.host.list(on.at("/"))).toEqual([{ name, type: "file" }]);
        await on.host.remove(on.at(`/${name}`));
        expect(await readdir(on.folder)).toEqual([]);
      }
    });

    test("replaces the file, so that who reads the old one goes on reading it", async () => {
      await using on = await open();
      await writeFile(join(on.folder, "a"), "old");
      await link(join(on.folder, "a"), join(on.folder, "witness"));
      await on.host.writeFile(on.at("/a"), "new", { mode: 0o644 });
      expect(await readFile(join(on.folder, "witness"), "utf8")).toBe("old");
      expect(await readFile(join(on.folder, "a"), "utf8")).toBe("new");
    });

    test("keeps the owner of the file that it replaces, where asked", async () => {
      await using on = await open();
      await on.host.writeFile(on.at("/a"), "old", { mode: 0o644 });
      const before = await on.host.stat(on.at("/a"));
      await on.host.writeFile(on.at("/a"), "new", { mode: 0o640, keepOwner: true });
      const kept = { uid: before?.uid, gid: before?.gid, mode: 0o640 };
      expect(await on.host.stat(on.at("/a"))).toMatchObject(kept);
    });

    test("follows a link that stays in its folder and refuses one that leads out", async () => {
      await using on = await open();
      await mkdir(join(on.folder, "in"));
      await writeFile(join(on.folder, "outside"), "untouched");
      await writeFile(join(on.folder, "in/real"), "old");
      await symlink("real", join(on.folder, "in/alias"));
      await symlink("../outside", join(on.folder, "in/out"));
      await on.host.writeFile(on.at("/in/alias"), "new", { mode: 0o644 });
      expect(await readFile(join(on.folder, "in/real"), "utf8")).toBe("new");
      const out = on.at("/in/out");
      await expect(on.host.writeFile(out, "x", { mode: 0o644 })).rejects.toEqual(code("HOST_PATH_ESCAPES"));
      await expect(on.host.overwriteInPlace(out, "x")).rejects.toEqual(code("HOST_PATH_ESCAPES"));
      expect(await readFile(join(on.folder, "outside"), "utf8")).toBe("untouched");
    });

    test("that fails leaves everything as it was", async () => {
      await using on = await open();
      await mkdir(join(on.folder, "taken"));
      await writeFile(join(on.folder, "file"), "old");
      const write = (path: string) => on.host.writeFile(on.at(path), "new", { mode: 0o644 });
      await expect(write("/taken")).rejects.toEqual(code("HOST_NOT_A_FILE"));
      await expect(write("/absent/x")).rejects.toEqual(code("HOST_NOT_FOUND"));
      await expect(write("/file/x")).rejects.toEqual(code("HOST_NOT_A_DIRECTORY"));
      expect(await readdir(on.folder)).toEqual(["file", "taken"]);
    });

    test("many at once leave one of the texts, whole", async () => {
      await using on = await open();
      const texts = Array.from({ length: 12 }, (_, n) => String(n).repeat(50_000));
      await Promise.all(texts.map((text) => on.host.writeFile(on.at("/a"), text, { mode: 0o644 })));
      expect(texts).toContain((await on.host.readFile(on.at("/a")))?.bytes.toString());
      expect(await readdir(on.folder)).toEqual(["a"]);
    });

    test("removes what a killed writer of the same file left, and nothing else", async () => {
      await using on = await open();
      const gone = spawnSync("/bin/true").pid;
      await writeFile(join(on.folder, `.a.moorline-${gone}-0`), "half a key");
      await writeFile(join(on.folder, `.a.moorline-notes`), "not ours");
      await on.host.writeFile(on.at("/a"), "new", { mode: 0o644 });
      expect(await readdir(on.folder)).toEqual([".a.moorline-notes", "a"]);
    });
  });

  describe(`${name}: overwriting in place`, () => {
    test("gives any bytes for any bytes and keeps inode and mode", async () => {
      await using on = await open();
      await on.host.writeFile(on.at("/a"), "", { mode: 0o640 });
      const before = await on.host.stat(on.at("/a"));
      await fc.assert(
        fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
          await on.host.overwriteInPlace(on.at("/a"), bytes);
          expect([...((await on.host.readFile(on.at("/a")))?.bytes ?? [])]).toEqual([...bytes]);
        }),
        { numRuns: 20 },
      );
      expect(await on.host.stat(on.at("/a"))).toMatchObject({ inode: before?.inode, mode: 0o640 });
    });

    test("needs the file to be there, and to be a file", async () => {
      await using on = await open();
      await expect(on.host.overwriteInPlace(on.at("/a"), "x")).rejects.toEqual(code("HOST_NOT_FOUND"));
      expect(await readdir(on.folder)).toEqual([]);
      await mkdir(join(on.folder, "d"));
      await expect(on.host.overwriteInPlace(on.at("/d"), "x")).rejects.toEqual(code("HOST_NOT_A_FILE"));
    });
  });

  describe(`${name}: paths`, () => {
    test.each(["relative", "/a/../../etc/passwd", "/a\0b", ""])("%j is refused", async (path) => {
      await using on = await open();
      const refused = code("HOST_PATH_ESCAPES");
      await expect(on.host.readFile(path)).rejects.toEqual(refused);
      await expect(on.host.stat(path)).rejects.toEqual(refused);
      await expect(on.host.list(path)).rejects.toEqual(refused);
      await expect(on.host.writeFile(path, "x", { mode: 0o600 })).rejects.toEqual(refused);
      await expect(on.host.overwriteInPlace(path, "x")).rejects.toEqual(refused);
      await expect(on.host.makeDirectory(path, 0o700)).rejects.toEqual(refused);
      await expect(on.host.remove(path)).rejects.toEqual(refused);
    });

    test("whose links go round in circles are refused", async () => {
      await using on = await open();
      await symlink("b", join(on.folder, "a"));
      await symlink("a", join(on.folder, "b"));
      const refused = code("HOST_PATH_ESCAPES");
      await expect(on.host.readFile(on.at("/a"))).rejects.toEqual(refused);
      await expect(on.host.writeFile(on.at("/a"), "x", { mode: 0o600 })).rejects.toEqual(refused);
    });
  });

  describe(`${name}: folders`, () => {
    test("are made with those above them, and keep their mode when they are there", async () => {
      await using on = await open();
      await on.host.makeDirectory(on.at("/etc/docker/certs.d"), 0o700);
      await chmod(join(on.folder, "etc"), 0o711);
      await on.host.makeDirectory(on.at("/etc/docker/certs.d"), 0o777);
      await on.host.makeDirectory(on.at("/etc"), 0o777);
      expect((await on.host.stat(on.at("/etc/docker/certs.d")))?.mode).toBe(0o700);
      expect((await on.host.stat(on.at("/etc/docker")))?.mode).toBe(0o755);
      expect((await on.host.stat(on.at("/etc")))?.mode).toBe(0o711);
    });

    test("that cannot be made leave none of those above behind", async () => {
      await using on = await open();
      const long = on.at(`/new/er/${"x".repeat(300)}`);
      await expect(on.host.makeDirectory(long, 0o755)).rejects.toBeInstanceOf(MoorlineError);
      await writeFile(join(on.folder, "file"), "");
      const through = on.host.makeDirectory(on.at("/file/d"), 0o755);
      await expect(through).rejects.toEqual(code("HOST_NOT_A_DIRECTORY"));
      expect(await readdir(on.folder)).toEqual(["file"]);
    });

    test("are listed in order with types, and removed only when empty", async () => {
      await using on = await open();
      await on.host.makeDirectory(on.at("/d/sub"), 0o755);
      await on.host.writeFile(on.at("/d/b"), "", { mode: 0o644 });
      await symlink("nowhere", join(on.folder, "d/a"));
      expect(await on.host.list(on.at("/d"))).toEqual([
        { name: "a", type: "link" },
        { name: "b", type: "file" },
        { name: "sub", type: "directory" },
      ]);
      expect(await on.host.list(on.at("/absent"))).toBeUndefined();
      await expect(on.host.list(on.at("/d/b"))).rejects.toEqual(code("HOST_NOT_A_DIRECTORY"));
      await expect(on.host.remove(on.at("/d"))).rejects.toEqual(code("HOST_DIRECTORY_NOT_EMPTY"));
      await on.host.remove(on.at("/d/a"));
      await on.host.remove(on.at("/d/a"));
      await on.host.remove(on.at("/d/sub"));
      expect(await on.host.list(on.at("/d"))).toEqual([{ name: "b", type: "file" }]);
    });
  });

  describe(`${name}: reading`, () => {
    test("answers undefined for what is not there", async () => {
      await using on = await open();
      await writeFile(join(on.folder, "file"), "x");
      await symlink("nowhere", join(on.folder, "dangling"));
      expect(await on.host.readFile(on.at("/a"))).toBeUndefined();
      expect(await on.host.readFile(on.at("/file/a"))).toBeUndefined();
      expect(await on.host.stat(on.at("/a/b"))).toBeUndefined();
      expect(await on.host.stat(on.at("/dangling"))).toBeUndefined();
    });

    test("takes no more than the limit, and no folders", async () => {
      await using on = await open();
      await writeFile(join(on.folder, "a"), "12345");
      await expect(on.host.readFile(on.at("/a"), 4)).rejects.toEqual(code("HOST_FILE_TOO_LARGE"));
      expect((await on.host.readFile(on.at("/a"), 5))?.bytes.toString()).toBe("12345");
      await expect(on.host.readFile(on.at("/"))).rejects.toEqual(code("HOST_NOT_A_FILE"));
    });

    test("tells attributes as the machine has them", async () => {
      await using on = await open();
      await writeFile(join(on.folder, "a"), "12345", { mode: 0o604 });
      const { ino: inode, uid, gid } = await stat(join(on.folder, "a"));
      const expected = { type: "file", mode: 0o604, size: 5, inode, uid, gid };
      expect(await on.host.stat(on.at("/a"))).toEqual(expected);
    });
  });

  describeCommands(name, open);
  describeDialling(name, open);
}

function describeCommands(name: string, open: () => Promise<HostUnderTest>): void {
  const signal = new AbortController().signal;
  const usual = { timeoutMs: 20_000, signal };

  describe(`${name}: a command`, () => {
    test("gets its words as they are, its input and its environment", async () => {
      await using on = await open();
      expect((await on.host.run(["/bin/echo", "$HOME; `id` *"], usual)).stdout).toBe("$HOME; `id` *\n");
      expect((await on.host.run(["cat"], { ...usual, input: "secret" })).stdout).toBe("secret");
      expect((await on.host.run(["cat"], usual)).stdout).toBe("");
      const shown = await on.host.run(["env"], { ...usual, environment: { ONE: "it's 1\n2" } });
      expect(shown.stdout).toContain("ONE=it's 1\n2\n");
    });

    test("gets any word and any input whole", async () => {
      await using on = await open();
      const word = fc.string({ unit: "binary", maxLength: 30 }).filter((w) => !w.includes("\0"));
      const words = fc.array(fc.oneof(word, fc.constantFrom("", "-e", "'", "\n", "\\'", "$(id)", "!x")), {
        maxLength: 5,
      });
      await fc.assert(
        fc.asyncProperty(words, fc.uint8Array({ maxLength: 50 }), async (given, input) => {
          const argv = ["/usr/bin/printf", "%s\\0", ...given, ""] as const;
          const { stdout } = await on.host.run(argv, { ...usual, input: Buffer.from(input) });
          expect(stdout).toBe([...given, ""].map((w) => `${Buffer.from(w).toString()}\0`).join(""));
          const od = await on.host.run(["od", "-An", "-v", "-tu1"], { ...usual, input: Buffer.from(input) });
          expect(od.stdout.split(/\s+/).filter(Boolean).map(Number)).toEqual([...input]);
        }),
        { numRuns: 15 },
      );
    });

    test("may end with any exit code, and fails only where success was demanded", async () => {
      await using on = await open();
      const argv = ["/bin/sh", "-c", "echo broken >&2; exit 3"] as const;
      const answer = { exitCode: 3, stdout: "", stderr: "broken\n", truncated: false };
      expect(await on.host.run(argv, usual)).toEqual(answer);
      await expect(runOrFail(on.host, argv, usual)).rejects.toMatchObject({
        code: "HOST_COMMAND_FAILED",
        parameters: { exitCode: 3, reason: "broken" },
      });
      expect((await on.host.run(["/bin/sh", "-c", "exit 127"], usual)).exitCode).toBe(127);
      expect((await on.host.run(["/bin/sh", "-c", "kill -9 $$"], usual)).exitCode).toBe(137);
    });

    test("whose output is too long loses the rest, and that is said", async () => {
      await using on = await open();
      const argv = ["head", "-c", "3000000", "/dev/zero"] as const;
      const result = await on.host.run(argv, { ...usual, maxOutputBytes: 1000 });
      expect(result).toMatchObject({ exitCode: 0, truncated: true });
      expect(result.stdout).toHaveLength(1000);
    });

    test("that is not there is named", async () => {
      await using on = await open();
      await expect(on.host.run(["moorline-no-such-command"], usual)).rejects.toMatchObject({
        code: "HOST_COMMAND_NOT_FOUND",
        subject: "moorline-no-such-command",
        parameters: { reason: "ENOENT" },
      });
      await expect(on.host.run(["/dev/null"], usual)).rejects.toEqual(code("HOST_COMMAND_NOT_FOUND"));
    });

    test("that takes too long is ended with its children", async () => {
      await using on = await open();
      const file = join(on.folder, "child");
      const inCommands = on.inCommands?.("/child") ?? file;
      const argv = ["/bin/sh", "-c", `sleep 600 & echo $! >'${inCommands}'; wait`] as const;
      const hanging = on.host.run(argv, { timeoutMs: 500, signal });
      await expect(hanging).rejects.toEqual(code("HOST_COMMAND_TIMEOUT"));
      const child = Number(await readFile(file, "utf8"));
      await expect.poll(() => isRunning(child), { timeout: 5000 }).toBe(false);
    });

    test("that is not wanted any more is ended", async () => {
      await using on = await open();
      const cancel = new AbortController();
      const hanging = on.host.run(["sleep", "600"], { timeoutMs: 10_000, signal: cancel.signal });
      setTimeout(() => cancel.abort(), 100);
      await expect(hanging).rejects.toEqual(code("CANCELLED"));
      const late = on.host.run(["true"], { timeoutMs: 1000, signal: cancel.signal });
      await expect(late).rejects.toEqual(code("CANCELLED"));
    });
  });
}

/** Not there, or dead and only waiting to be asked for (proc(5), state Z). */
async function isRunning(pid: number): Promise<boolean> {
  const said = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  return said !== "" && !/\) [ZX] /.test(said);
}

function describeDialling(name: string, open: () => Promise<HostUnderTest>): void {
  const signal = new AbortController().signal;

  describe(`${name}: a connection from the machine`, () => {
    test("carries bytes both ways", async () => {
      await using on = await open();
      const server = createServer((socket) => socket.pipe(socket)).listen(0, "127.0.0.1");
      await once(server, "listening");
      const connection = await on.host.dial("127.0.0.1", (server.address() as AddressInfo).port, signal);
      connection.write("there and back");
      expect(String((await once(connection, "data"))[0])).toBe("there and back");
      connection.destroy();
      server.close();
    });

    test("that is refused says so, and one that is not wanted is not made", async () => {
      await using on = await open();
      const closed = createServer().listen(0, "127.0.0.1");
      await once(closed, "listening");
      const { port } = closed.address() as AddressInfo;
      closed.close();
      await once(closed, "close");
      await expect(on.host.dial("127.0.0.1", port, signal)).rejects.toMatchObject({
        code: "HOST_DIAL_FAILED",
        subject: `127.0.0.1:${port}`,
      });
      await expect(on.host.dial("127.0.0.1", port, AbortSignal.abort())).rejects.toEqual(code("CANCELLED"));
    });
  });
}
