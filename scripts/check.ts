// Every check that needs no server, one after the other; fails if any fails, and tells what each looked at.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");

interface Check {
  readonly name: string;
  /** Says what was looked at; throws, or ends with a non-zero code, where something is wrong. */
  run(): string;
}

function command(words: readonly string[]): string {
  const [program = "", ...rest] = words;
  const done = spawnSync(join(root, "node_modules/.bin", program), rest, {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 1 << 26,
  });
  if (done.status !== 0) throw new Error(`${words.join(" ")}\n${done.stdout}${done.stderr}`);
  return done.stdout;
}

function trackedFiles(): string[] {
  const done = spawnSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: root,
    encoding: "utf8",
  });
  if (done.status !== 0) throw new Error(`git ls-files: ${done.stderr}`);
  return done.stdout.split("\0").filter((f) => f !== "" && existsSync(join(root, f)));
}

/** What must not stand in the tree: private keys, tokens, places of one machine. */
const forbidden: readonly { readonly what: string; readonly pattern: RegExp }[] = [
  { what: "a private key", pattern: /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\r?\n[A-Za-z0-9+/=]{40}/ },
  { what: "a cloud access key", pattern: /\bAKIA[0-9A-Z]{16}\b/ },
  { what: "a forge's token", pattern: /\bgh[pousr]_[A-Za-z0-9]{36}\b/ },
  { what: "a signed token", pattern: /\beyJ[A-Za-z0-9_-]{20,}\.eyJ[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{20,}/ },
  { what: "a path of one machine", pattern: /(?:^|[\s"'`(=:])\/(?:work|farm)\// },
];

const checks: readonly Check[] = [
  { name: "types", run: () => (command(["tsc", "-p", "."]), "no error") },
  {
    name: "lint",
    run: () => {
      const out = command(["oxlint", "--type-aware", "--deny-warnings", "src", "rig", "bench", "scripts"]);
      const files = Number(/on (\d+) files/.exec(out)?.[1] ?? 0);
      if (files < 50) throw new Error(`the linter read only ${files} files:\n${out}`);
      return `${files} files`;
    },
  },
  {
    name: "format",
    run: () => (command(["prettier", "--check", "--log-level", "warn", "."]), "as prettier has it"),
  },
  {
    name: "layers",
    run: () => {
      const out: unknown = JSON.parse(
        command(["depcruise", "src", "--config", ".dependency-cruiser.cjs", "--output-type", "json"]),
      );
      const { summary } = out as { summary: { totalCruised: number; violations: unknown[] } };
      // With the wrong TypeScript installed it reads nothing and finds nothing.
      if (summary.totalCruised < 50) throw new Error(`only ${summary.totalCruised} modules were read`);
      if (summary.violations.length > 0)
        throw new Error(JSON.stringify(summary.violations.slice(0, 20), null, 1));
      return `${summary.totalCruised} modules`;
    },
  },
  { name: "dead code", run: () => (command(["knip"]), "nothing unused") },
  { name: "generated files", run: () => command(["node", "scripts/generate.ts", "--check"]).trim() },
  {
    name: "secrets",
    run: () => {
      const files = trackedFiles().filter((f) => f !== "package-lock.json");
      const found = files.flatMap((file) => {
        const text = readFileSync(join(root, file), "latin1");
        return forbidden.filter((f) => f.pattern.test(text)).map((f) => `${file}: ${f.what}`);
      });
      if (found.length > 0) throw new Error(found.join("\n"));
      if (files.length < 50) throw new Error(`only ${files.length} files were read`);
      return `${files.length} files`;
    },
  },
];

let failed = 0;
for (const check of checks) {
  const start = performance.now();
  const seconds = (): string => `${((performance.now() - start) / 1000).toFixed(1)} s`;
  try {
    console.log(`✓ ${check.name}: ${check.run()} (${seconds()})`);
  } catch (thrown) {
    failed++;
    console.log(
      `✗ ${check.name} (${seconds()})\n${thrown instanceof Error ? thrown.message : String(thrown)}`,
    );
  }
}
process.exitCode = failed > 0 ? 1 : 0;
