import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import type { ImageRecipe } from "../../rig/images/oci.ts";
import type { TarEntry } from "../../rig/images/tar.ts";

const root = join(import.meta.dirname, "../..");

/** Programs besides node: `chroot` by which the node agent starts the host's, and `sleep` that stays in its pod. */
const programs: Readonly<Record<string, string>> = {
  "usr/bin/node": join(root, "node_modules/node/bin/node"),
  "usr/sbin/chroot": "/usr/sbin/chroot",
  "bin/sleep": "/bin/sleep",
};

/** No user of the host's. */
const user = "65532:65532";

/**
 * Moorline's image from files alone: the bundle, the node binary of the npm package, and the libraries of this machine that it names.
 * Needs no network.
 * @param dist the bundle (npm run build)
 */
export function moorlineImage(dist = join(root, "dist")): ImageRecipe {
  const files = new Map<string, TarEntry>();
  const put = (path: string, source: string, mode: number): void => {
    files.set(path, { path, type: "file", mode, content: readFileSync(source) });
  };
  for (const [path, source] of Object.entries(programs)) {
    put(path, source, 0o755);
    for (const library of librariesOf(source)) put(library.slice(1), realpathSync(library), 0o755);
  }
  for (const name of readdirSync(dist, { withFileTypes: true }))
    if (name.isFile() && !name.name.endsWith(".map"))
      put(`opt/moorline/${name.name}`, join(dist, name.name), 0o644);
  const text = (path: string, content: string): void => {
    files.set(path, { path, type: "file", mode: 0o644, content: Buffer.from(content) });
  };
  text("opt/moorline/package.json", `${JSON.stringify({ type: "module", private: true })}\n`);
  text("etc/passwd", "root:x:0:0::/:/none\nmoorline:x:65532:65532::/:/none\n");
  text("etc/group", "root:x:0:\nmoorline:x:65532:\n");
  // Without it glibc asks DNS first, and a name of /etc/hosts would be asked for in vain.
  text("etc/nsswitch.conf", "hosts: files dns\n");
  const sorted = [...files.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  return {
    entrypoint: ["/usr/bin/node", "/opt/moorline/main.js"],
    user,
    files: [...foldersOf(sorted), { path: "tmp", type: "folder", mode: 0o1777 }, ...sorted],
  };
}

/** The shared libraries of a program with its loader, at the paths where it looks for them. */
function librariesOf(program: string): readonly string[] {
  const said = execFileSync("ldd", [program], { encoding: "utf8" });
  return [...said.matchAll(/(?:=>\s+|^\s+)(\/\S+)\s+\(/gm)].map(([, path]) => path ?? "");
}

function foldersOf(files: readonly TarEntry[]): readonly TarEntry[] {
  const found = new Set<string>();
  for (const { path } of files) for (let at = dirname(path); at !== "."; at = dirname(at)) found.add(at);
  for (const empty of ["dev", "proc", "sys", "host"]) found.add(empty);
  return [...found].sort().map((path) => ({ path, type: "folder" }));
}
