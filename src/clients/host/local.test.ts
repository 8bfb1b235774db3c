import { spawnSync } from "node:child_process";
import { mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { fileFailure } from "./failures.ts";
import { localHost } from "./local.ts";
import { temporaryFolder } from "./testing/folder.ts";

async function host() {
  const folder = await temporaryFolder();
  return {
    folder: folder.path,
    local: localHost({ root: folder.path }),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

test("a disk that is full changes nothing, neither by replacing nor in place", async () => {
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

test("paths through links stay below the root, as they would on the machine itself", async () => {
  await using at = await host();
  await mkdir(join(at.folder, "run"));
  await mkdir(join(at.folder, "var"));
  await symlink("/run", join(at.folder, "var/run"));
  await symlink("../../../../../run", join(at.folder, "var/up"));
  await at.local.writeFile("/var/run/a", "here", { mode: 0o644 });
  expect(await readFile(join(at.folder, "run/a"), "utf8")).toBe("here");
  expect((await at.local.readFile("/var/up/a"))?.bytes.toString()).toBe("here");
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
