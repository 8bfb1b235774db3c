import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { stringify } from "yaml";

// Questions are only asked of a person: `script` gives the command a terminal of its own.
const root = join(import.meta.dirname, "..");
const patience = { timeout: 60_000, interval: 50 };
let folder: string;
let served: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "moorline-rig-terminal-"));
  served = join(folder, "tls.crt");
  const document = {
    apiVersion: "moorline.io/v1alpha1",
    kind: "HarborCertificate",
    metadata: { name: "harbor" },
    spec: {
      issuer: { ownAuthority: { directory: join(folder, "authority") } },
      hosts: ["harbor.example.com"],
      deliver: { files: [{ certificate: served, privateKey: join(folder, "tls.key") }] },
    },
  };
  await writeFile(join(folder, "site.yaml"), stringify(document));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Talk {
  readonly code: number | null;
  readonly seen: string;
}

/** Runs a command in a terminal, and types once it asks. */
async function inTerminal(words: readonly string[], question: RegExp, keys: string): Promise<Talk> {
  const command = [process.execPath, join(root, "src/main.ts"), ...words, "-f", folder]
    .map((word) => `'${word}'`)
    .join(" ");
  const child = spawn("script", ["-qefc", `stty cols 100 rows 40; exec ${command}`, "/dev/null"], {
    env: { ...process.env, LC_ALL: "C.UTF-8", TERM: "xterm" },
  });
  let seen = "";
  child.stdout.on("data", (chunk: Buffer) => (seen += chunk.toString()));
  const ended = once(child, "exit");
  await vi
    .waitUntil(() => question.test(seen) || child.exitCode !== null, patience)
    .catch((thrown: unknown) => {
      child.kill();
      throw new Error(`nothing was asked:\n${seen}`, { cause: thrown });
    });
  child.stdin.write(keys);
  const [code] = (await ended) as [number | null];
  return { code, seen };
}

const enter = "\r";
const controlC = "\u0003";

test("apply asks before it changes anything, and takes no for an answer", async () => {
  const question = /Carry this out/;
  const no = await inTerminal(["apply"], question, "n");
  expect(no).toMatchObject({ code: 1, seen: expect.stringContaining("harbor.example.com") as string });
  await expect(readFile(served)).rejects.toThrow("ENOENT");
  const yes = await inTerminal(["apply"], question, "y");
  expect(yes).toMatchObject({ code: 0 });
  expect(await readFile(served, "utf8")).toContain("BEGIN CERTIFICATE");
});

test.each([
  ["no", "n"],
  ["Enter, which means no", enter],
  ["Ctrl-C", controlC],
])("rotate shows its stages and leaves everything as it is after %s", async (_what, keys) => {
  const before = await readFile(served, "utf8");
  const talk = await inTerminal(["rotate", "server"], /\?/, keys);
  expect(talk.code).not.toBe(0);
  expect(talk.seen).toContain("1.");
  expect(await readFile(served, "utf8")).toBe(before);
});

test("rotate goes on after yes", async () => {
  const before = await readFile(served, "utf8");
  expect(await inTerminal(["rotate", "server"], /\?/, "y")).toMatchObject({ code: 0 });
  expect(await readFile(served, "utf8")).not.toBe(before);
});
