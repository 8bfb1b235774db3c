import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { runCommand, tryCommand } from "../command.ts";

const root = join(import.meta.dirname, "../..");

/** The sources of an earlier commit, ready to run. */
export interface EarlierTree {
  readonly commit: string;
  /** Its `src/main.ts`. */
  readonly main: string;
}

/**
 * Unpacks the commit before this one, or the one that MOORLINE_RIG_UPGRADE_FROM names ("none" for what a shallow clone has), with
 * the modules of this checkout.
 * @param folder a new folder is made in it
 * @returns undefined where the clone is too shallow to hold an earlier commit
 */
export async function earlierTree(folder: string): Promise<EarlierTree | undefined> {
  const asked = process.env["MOORLINE_RIG_UPGRADE_FROM"];
  if (asked === "none") return undefined;
  const git = ["git", "-C", root];
  const found = await tryCommand([
    ...git,
    "rev-parse",
    "--verify",
    "--quiet",
    `${asked ?? "HEAD~1"}^{commit}`,
  ]);
  const commit = found.stdout.trim();
  if (found.status !== 0 || commit === "") {
    if (asked !== undefined) throw new Error(`no commit ${asked} is here (MOORLINE_RIG_UPGRADE_FROM)`);
    return undefined;
  }
  const tree = join(folder, "earlier");
  await mkdir(tree);
  const archive = join(folder, "earlier.tar");
  await runCommand([...git, "archive", `--output=${archive}`, commit]);
  await runCommand(["tar", "-x", `--file=${archive}`, `--directory=${tree}`]);
  await symlink(join(root, "node_modules"), join(tree, "node_modules"));
  return { commit, main: join(tree, "src/main.ts") };
}
