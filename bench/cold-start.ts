// Cold start of `moorline version` from the bundle, as a ratio to `node -e 0` in the same run. Needs `npm run build`.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const program = join(root, "bin/moorline.js");
if (!existsSync(join(root, "dist/main.js"))) throw new Error("dist/ is not there: run `npm run build` first");

const rounds = 41;

function milliseconds(words: readonly string[]): number {
  const start = performance.now();
  const { status } = spawnSync(process.execPath, words, { stdio: ["ignore", "pipe", "inherit"] });
  if (status !== 0) throw new Error(`${words.join(" ")} ended with ${status}`);
  return performance.now() - start;
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;

// Alternating, so that whatever else the machine does hits both alike.
const floor: number[] = [];
const version: number[] = [];
for (let i = 0; i < rounds; i++) {
  floor.push(milliseconds(["-e", "0"]));
  version.push(milliseconds([program, "version"]));
}
const [a, b] = [median(floor), median(version)];
console.log(
  `cold start, median of ${rounds}: node -e 0 ${a.toFixed(0)} ms, moorline version ${b.toFixed(0)} ms, ratio ${(b / a).toFixed(2)}`,
);
