import { readFile } from "node:fs/promises";
import type { ImageRecipe } from "./oci.ts";

// Debian's busybox-static needs no library, so it alone makes a whole root file system.
const busyboxPath = "/bin/busybox";
const applets = ["cat", "echo", "env", "false", "ls", "nc", "nslookup", "sh", "sleep", "true", "wget"];

/**
 * An image of a static busybox.
 * @param entrypoint what runs; `sleep` for ever unless told
 * @param text goes to /etc/moorline, so that two images of different text have different layers
 */
export async function busyboxImage(
  entrypoint: readonly string[] = ["/bin/sleep", "2147483647"],
  text = "",
): Promise<ImageRecipe> {
  const folders = ["bin", "dev", "etc", "proc", "sys", "tmp"];
  return {
    entrypoint,
    files: [
      ...folders.map((path) => ({ path, type: "folder" }) as const),
      { path: "bin/busybox", type: "file", mode: 0o755, content: await readFile(busyboxPath) },
      ...applets.map((name) => ({ path: `bin/${name}`, type: "link", target: "busybox" }) as const),
      { path: "etc/passwd", type: "file", content: Buffer.from("root:x:0:0:root:/:/bin/sh\n") },
      { path: "etc/moorline", type: "file", content: Buffer.from(text) },
    ],
  };
}
