import { spawnSync } from "node:child_process";
import { chmod, link, mkdir, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MoorlineError } from "../../model/errors.ts";
import { fileFailure } from "./failures.ts";
import { localHost } from "./local.ts";
import { temporaryFolder } from "./testing/folder.ts";

const code = (expected: string): unknown => expect.objectContaining({ code: expected });

async function host() {
  const folder = await temporaryFolder();
  return {
    folder: folder.path,
    local: localHost({ root: folder.path }),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

describe("writing a file", () => {
  test("makes it with exactly the mode asked for and leaves nothing else in the folder", async () => {
    await using at = await host();
    await at.local.writeFile("/ca.key", "secret", { mode: 0o600 });
    await at.local.writeFile("/ca.crt", "public", { mode: 0o666 });
    expect(await at.local.readFile("/ca.key")).toMatchObject({ bytes: Buffer.from("secret"), mode: 0o600 });
    expect((await stat(join(at.folder, "ca.crt"))).mode & 0o777).toBe(0o666);
    expect(await readdir(at.folder)).toEqual(["ca.crt", "ca.key"]);
  });

  test("replaces the file, so that who reads the old one goes on reading it", async () => {
    await using at = await host();
    await writeFile(join(at.folder, "a"), "old");
    await link(join(at.folder, "a"), join(at.folder, "witness"));
    await at.local.writeFile("/a", "new", { mode: 0o644 });
    expect(await readFile(join(at.folder, "witness"), "utf8")).toBe("old");
    expect(await readFile(join(at.folder, "a"), "utf8")).toBe("new");
  });

  test("keeps the owner of the file that it replaces, where asked", async () => {
    await using at = await host();
    await at.local.writeFile("/a", "old", { mode: 0o644 });
    const before = await at.local.stat("/a");
    await at.local.writeFile("/a", "new", { mode: 0o640, keepOwner: true });
    expect(await at.local.stat("/a")).toMatchObject({ uid: before?.uid, gid: before?.gid, mode: 0o640 });
  });

  test("follows a link that stays in its folder and refuses one that leads out", async () => {
    await using at = await host();
    await mkdir(join(at.folder, "in"));
    await writeFile(join(at.folder, "outside"), "untouched");
    await writeFile(join(at.folder, "in/real"), "old");
    await symlink("real", join(at.folder, "in/alias"));
    await symlink("../outside", join(at.folder, "in/out"));
    await at.local.writeFile("/in/alias", "new", { mode: 0o644 });
    expect(await readFile(join(at.folder, "in/real"), "utf8")).toBe("new");
    await expect(at.local.writeFile("/in/out", "x", { mode: 0o644 })).rejects.toEqual(
      code("HOST_PATH_ESCAPES"),
    );
    await expect(at.local.overwriteInPlace("/in/out", "x")).rejects.toEqual(code("HOST_PATH_ESCAPES"));
    expect(await readFile(join(at.folder, "outside"), "utf8")).toBe("untouched");
  });

  test("that fails leaves everything as it was", async () => {
    await using at = await host();
    await mkdir(join(at.folder, "taken"));
    await writeFile(join(at.folder, "file"), "old");
    const write = (path: string) => at.local.writeFile(path, "new", { mode: 0o644 });
    await expect(write("/taken")).rejects.toEqual(code("HOST_NOT_A_FILE"));
    await expect(write("/absent/x")).rejects.toEqual(code("HOST_NOT_FOUND"));
    await expect(write("/file/x")).rejects.toEqual(code("HOST_NOT_A_DIRECTORY"));
    expect(await readdir(at.folder)).toEqual(["file", "taken"]);
  });

  test("on a disk that is full changes nothing, neither by replacing nor in place", async () => {
    await using at = await host();
    await writeFile(join(at.folder, "a"), "old");
    const script = `
      import { localHost } from ${JSON.stringify(new URL("local.ts", import.meta.url).href)};
      const host = localHost({ root: ${JSON.stringify(at.folder)} });
      const big = Buffer.alloc(100_000, "x");
      const codes = [];
      await host.writeFile("/a", big, { mode: 0o644 }).catch((e) => codes.push(e.code));
      await host.overwriteInPlace("/a", big).catch((e) => codes.push(e.code));
      process.stdout.write(codes.join(" "));`;
    // A limit of file sizes is the way to run out of room that needs no rights (setrlimit(2), RLIMIT_FSIZE).
    const child = spawnSync(
      "/bin/bash",
      ["-c", 'ulimit -f 8; exec "$0" --input-type=module -e "$1"', process.execPath, script],
      { encoding: "utf8" },
    );
    expect(child.stdout).toBe("HOST_DISK_FULL HOST_DISK_FULL");
    expect(await readdir(at.folder)).toEqual(["a"]);
    expect(await readFile(join(at.folder, "a"), "utf8")).toBe("old");
  });

  test("many at once leave one of the texts, whole", async () => {
    await using at = await host();
    const texts = Array.from({ length: 20 }, (_, n) => String(n).repeat(50_000));
    await Promise.all(texts.map((text) => at.local.writeFile("/a", text, { mode: 0o644 })));
    expect(texts).toContain((await at.local.readFile("/a"))?.bytes.toString());
    expect(await readdir(at.folder)).toEqual(["a"]);
  });

  test("removes what a killed writer of the same file left, and nothing else", async () => {
    await using at = await host();
    const gone = spawnSync("/bin/true").pid;
    await writeFile(join(at.folder, `.a.moorline-${gone}-0`), "half a key");
    await writeFile(join(at.folder, `.a.moorline-notes`), "not ours");
    await at.local.writeFile("/a", "new", { mode: 0o644 });
    expect(await readdir(at.folder)).toEqual([".a.moorline-notes", "a"]);
  });
});

describe("overwriting in place", () => {
  test("gives any bytes for any bytes and keeps inode and mode", async () => {
    await using at = await host();
    await at.local.writeFile("/a", "", { mode: 0o640 });
    const before = await at.local.stat("/a");
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        await at.local.overwriteInPlace("/a", bytes);
        expect([...((await at.local.readFile("/a"))?.bytes ?? [])]).toEqual([...bytes]);
      }),
      { numRuns: 30 },
    );
    expect(await at.local.stat("/a")).toMatchObject({ inode: before?.inode, mode: 0o640 });
  });

  test("needs the file to be there", async () => {
    await using at = await host();
    await expect(at.local.overwriteInPlace("/a", "x")).rejects.toEqual(code("HOST_NOT_FOUND"));
    expect(await readdir(at.folder)).toEqual([]);
  });
});

describe("paths", () => {
  test.each(["relative", "/a/../../etc/passwd", "/a\0b", ""])("%j is refused", async (path) => {
    await using at = await host();
    await expect(at.local.readFile(path)).rejects.toEqual(code("HOST_PATH_ESCAPES"));
    await expect(at.local.writeFile(path, "x", { mode: 0o600 })).rejects.toEqual(code("HOST_PATH_ESCAPES"));
    await expect(at.local.remove(path)).rejects.toEqual(code("HOST_PATH_ESCAPES"));
  });

  test("through links stay below the root, as they would on the machine itself", async () => {
    await using at = await host();
    await mkdir(join(at.folder, "run"));
    await mkdir(join(at.folder, "var"));
    await symlink("/run", join(at.folder, "var/run"));
    await symlink("../../../../../run", join(at.folder, "var/up"));
    await at.local.writeFile("/var/run/a", "here", { mode: 0o644 });
    expect(await readFile(join(at.folder, "run/a"), "utf8")).toBe("here");
    expect((await at.local.readFile("/var/up/a"))?.bytes.toString()).toBe("here");
  });

  test("whose links go round in circles are refused", async () => {
    await using at = await host();
    await symlink("b", join(at.folder, "a"));
    await symlink("a", join(at.folder, "b"));
    await expect(at.local.readFile("/a")).rejects.toEqual(code("HOST_PATH_ESCAPES"));
  });
});

describe("folders", () => {
  test("are made with those above them, and keep their mode when they are there", async () => {
    await using at = await host();
    await at.local.makeDirectory("/etc/docker/certs.d", 0o700);
    await chmod(join(at.folder, "etc"), 0o711);
    await at.local.makeDirectory("/etc/docker/certs.d", 0o777);
    await at.local.makeDirectory("/etc", 0o777);
    expect((await at.local.stat("/etc/docker/certs.d"))?.mode).toBe(0o700);
    expect((await at.local.stat("/etc/docker"))?.mode).toBe(0o755);
    expect((await at.local.stat("/etc"))?.mode).toBe(0o711);
  });

  test("that cannot be made leave none of those above behind", async () => {
    await using at = await host();
    const long = `/new/${"x".repeat(300)}`;
    await expect(at.local.makeDirectory(long, 0o755)).rejects.toBeInstanceOf(MoorlineError);
    expect(await readdir(at.folder)).toEqual([]);
  });

  test("are listed in order with types, and removed only when empty", async () => {
    await using at = await host();
    await at.local.makeDirectory("/d/sub", 0o755);
    await at.local.writeFile("/d/b", "", { mode: 0o644 });
    await symlink("nowhere", join(at.folder, "d/a"));
    expect(await at.local.list("/d")).toEqual([
      { name: "a", type: "link" },
      { name: "b", type: "file" },
      { name: "sub", type: "directory" },
    ]);
    expect(await at.local.list("/absent")).toBeUndefined();
    await expect(at.local.list("/d/b")).rejects.toEqual(code("HOST_NOT_A_DIRECTORY"));
    await expect(at.local.remove("/d")).rejects.toEqual(code("HOST_DIRECTORY_NOT_EMPTY"));
    await at.local.remove("/d/a");
    await at.local.remove("/d/a");
    await at.local.remove("/d/sub");
    expect(await at.local.list("/d")).toEqual([{ name: "b", type: "file" }]);
  });
});

describe("reading", () => {
  test("answers undefined for what is not there", async () => {
    await using at = await host();
    await writeFile(join(at.folder, "file"), "x");
    expect(await at.local.readFile("/a")).toBeUndefined();
    expect(await at.local.readFile("/file/a")).toBeUndefined();
    expect(await at.local.stat("/a/b")).toBeUndefined();
  });

  test("takes no more than the limit, and no folders", async () => {
    await using at = await host();
    await writeFile(join(at.folder, "a"), "12345");
    await expect(at.local.readFile("/a", 4)).rejects.toEqual(code("HOST_FILE_TOO_LARGE"));
    await expect(at.local.readFile("/")).rejects.toEqual(code("HOST_NOT_A_FILE"));
  });
});

test.each([
  ["EROFS", "HOST_READ_ONLY"],
  ["ENOSPC", "HOST_DISK_FULL"],
  ["EDQUOT", "HOST_DISK_FULL"],
  ["EACCES", "HOST_PERMISSION_DENIED"],
  ["EIO", "HOST_FILE_FAILED"],
])("the system's %s is told as %s with the path", (system, expected) => {
  const thrown = Object.assign(new Error(`${system}: failed`), { code: system });
  expect(fileFailure(thrown, "/etc/x")).toMatchObject({ code: expected, subject: "/etc/x" });
});
