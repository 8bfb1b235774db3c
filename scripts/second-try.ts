import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { z } from "zod";

/**
 * Runs those test files again, alone, in which something failed: `second-try.ts REPORT [vitest arguments]`.
 *
 * Tests of real servers depend on the machine's load, and a file that fails once and holds alone says so here, by
 * name: it passed on the second try, and is to be mended. Nothing is tried a third time, and where many files failed,
 * or something failed outside the files, nothing is tried at all.
 */
const most = 3;

const report = z.object({
  success: z.boolean(),
  testResults: z.array(z.object({ name: z.string(), status: z.string() })),
});

const [path, ...args] = process.argv.slice(2);
if (path === undefined) throw new Error("which report of vitest's json reporter?");

const { success, testResults } = report.parse(JSON.parse(readFileSync(path, "utf8")));
const failed = testResults.filter((r) => r.status !== "passed").map((r) => relative(process.cwd(), r.name));
if (success || failed.length === 0)
  throw new Error("something failed, but in no test file: there is nothing to try again");
if (failed.length > most) {
  console.error(`${failed.length} test files failed: too many for chance, so none is tried again`);
  process.exit(1);
}
console.log(`\nsecond try, alone: ${failed.join(", ")}`);
// By this very Node: the one that a script's first line finds may be too old.
const vitest = ["node_modules/vitest/vitest.mjs", "run", ...args, ...failed];
const { status } = spawnSync(process.execPath, vitest, { stdio: "inherit" });
if (status === 0) console.log(`\npassed only on the second try, to be mended: ${failed.join(", ")}`);
process.exit(status ?? 1);
