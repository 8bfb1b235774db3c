import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { runCommand } from "../command.ts";
import type { TarEntry } from "./tar.ts";

const nginxPath = "/usr/sbin/nginx";

/**
 * The root file system of a container with Debian's nginx, the libraries it is linked with, and a busybox for whoever looks
 * inside. As in Harbor's own image, whoever runs it may write to /tmp and nowhere else.
 */
export async function nginxRootFiles(): Promise<readonly TarEntry[]> {
  const libraries = await librariesOf(nginxPath);
  const contents = new Map<string, TarEntry>();
  const addFolders = (path: string): void => {
    if (path === "." || contents.has(path)) return;
    addFolders(dirname(path));
    contents.set(path, { path, type: "folder" });
  };
  const add = (entry: TarEntry): void => {
    addFolders(dirname(entry.path));
    contents.set(entry.path, entry);
  };
  for (const path of [nginxPath, ...libraries])
    add({ path: path.slice(1), type: "file", mode: 0o755, content: await readFile(path) });
  add({ path: "bin/busybox", type: "file", mode: 0o755, content: await readFile("/bin/busybox") });
  for (const name of ["sh", "cat", "ls", "id", "sleep"])
    add({ path: `bin/${name}`, type: "link", target: "busybox" });
  for (const path of ["dev", "proc", "sys", "etc/nginx", "etc/cert"]) add({ path, type: "folder" });
  add({ path: "tmp", type: "folder", mode: 0o1777 });
  const accounts = "root:x:0:0::/:/bin/sh\nnginx:x:10000:10000::/:/bin/sh\n";
  add({ path: "etc/passwd", type: "file", content: Buffer.from(accounts) });
  add({ path: "etc/group", type: "file", content: Buffer.from("root:x:0:\nnginx:x:10000:\n") });
  return [...contents.values()];
}

/** Every file that the dynamic linker would load, itself included (ldd(1)). */
async function librariesOf(program: string): Promise<readonly string[]> {
  const lines = (await runCommand(["ldd", program])).split("\n");
  return lines.flatMap((line) => /(\/\S+) \(0x/.exec(line)?.[1] ?? []);
}
