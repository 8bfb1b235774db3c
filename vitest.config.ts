import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { configDefaults, defineConfig } from "vitest/config";

/** What real servers answered lies beside the repository, not in it. */
const recordings = join(resolve(process.env.MOORLINE_SHARED ?? "../shared"), "contracts");

/** Tests that hold our servers and clients against those recordings. */
const againstRecordings = [
  "src/sandbox/harbor/contract.test.ts",
  "src/sandbox/kubesphere/contract.test.ts",
  "src/clients/kubesphere/verify-secret.test.ts",
  "src/clients/harbor/client.test.ts",
  "src/clients/registry/recorded.test.ts",
  "src/diagnosis/logs/samples.test.ts",
];

// On a machine that has only the repository they are left out, loudly, and are not counted as passed.
const leftOut = existsSync(recordings) ? [] : againstRecordings;
if (leftOut.length > 0)
  console.warn(
    `\n${leftOut.length} test files are left out: the recorded answers of real servers are not at ${recordings}` +
      ` (MOORLINE_SHARED names another place):\n  ${leftOut.join("\n  ")}\n`,
  );

// Fast tests live beside their sources; rig tests need real servers and have their own configuration.
export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "scripts/**/*.test.ts"],
    exclude: [...configDefaults.exclude, "**/*.slow.test.ts", ...leftOut],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // What is waited for comes by itself, however busy the machine is; a second is too little.
    expect: { poll: { timeout: 25_000 } },
    restoreMocks: true,
    maxWorkers: 2,
  },
});
