import { lstat, readlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path/posix";
import { MoorlineError } from "../../model/errors.ts";
import { fileFailure, systemCode } from "./failures.ts";

/** As many links as Linux follows in one path (path_resolution(7)). */
const mostLinks = 40;

function escapes(path: string, reason: { en: string; zh: string }): MoorlineError {
  return new MoorlineError("HOST_PATH_ESCAPES", { subject: path, parameters: { reason } });
}

/** @throws HOST_PATH_ESCAPES for anything but a plain absolute path */
export function checkPath(path: string): void {
  if (!path.startsWith("/")) throw escapes(path, { en: "it is not absolute", zh: "不是绝对路径" });
  if (path.includes("\0")) throw escapes(path, { en: "it holds a NUL byte", zh: "包含 NUL 字节" });
  if (path.split("/").includes("..")) throw escapes(path, { en: "it holds “..”", zh: "包含“..”" });
}

/**
 * Where a path of the host lies on this machine. Links are followed as they would be with `root` as the root of the
 * file system, so that none leads out of it.
 * @param last whether a link at the path's end is followed too
 * @returns a path without links, but for its last part where that is not followed
 */
export async function resolvePath(root: string, path: string, last: "follow" | "keep"): Promise<string> {
  checkPath(path);
  const wanted = path.split("/").filter((part) => part !== "" && part !== ".");
  let links = 0;
  let real: string[] = [];
  while (wanted.length > 0) {
    const part = wanted.shift() as string;
    if (part === "..") {
      real.pop();
      continue;
    }
    const here = join(root, ...real, part);
    const target = wanted.length === 0 && last === "keep" ? undefined : await linkTarget(here, path);
    if (target === undefined) {
      real.push(part);
      continue;
    }
    if (++links > mostLinks) throw escapes(path, { en: "its links go round in circles", zh: "符号链接成环" });
    if (target.startsWith("/")) real = [];
    wanted.unshift(...target.split("/").filter((each) => each !== "" && each !== "."));
  }
  return join(root, ...real);
}

async function linkTarget(here: string, path: string): Promise<string | undefined> {
  try {
    return (await lstat(here)).isSymbolicLink() ? await readlink(here) : undefined;
  } catch (thrown) {
    if (["ENOENT", "ENOTDIR"].includes(systemCode(thrown))) return undefined;
    throw fileFailure(thrown, path);
  }
}

/**
 * Where a file is to be written: the path itself, or what a link there leads to within the same folder.
 * @throws HOST_PATH_ESCAPES where the link leads out of its folder
 */
export async function resolveForWriting(root: string, path: string): Promise<string> {
  const at = await resolvePath(root, path, "keep");
  const target = await linkTarget(at, path);
  if (target === undefined) return at;
  const real = await resolvePath(root, path, "follow");
  if (dirname(real) === dirname(at) && basename(real) !== "") return real;
  throw leavesItsFolder(path, target);
}

/** A link that is not followed for writing. */
export function leavesItsFolder(path: string, target: string): MoorlineError {
  return escapes(path, {
    en: `it is a link to ${target}, outside its folder`,
    zh: `它是指向文件夹之外 ${target} 的链接`,
  });
}
