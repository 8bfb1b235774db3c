import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { moorline, type Answer } from "../testing/test-io.ts";

const folder = mkdtempSync(join(tmpdir(), "moorline-init-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const init = (...words: readonly string[]): Promise<Answer> =>
  moorline(["init", "--workspace", "shop", "--project", "shop", ...words], { workingDirectory: folder });

test.each([
  [
    "a name",
    "https://harbor.example.com",
    [],
    ["10-certificate.yaml", "20-registry.yaml", "30-binding.yaml", "40-nodes.yaml"],
  ],
  [
    "an address",
    "https://10.0.0.5:8443",
    [],
    ["10-certificate.yaml", "20-registry.yaml", "30-binding.yaml", "40-nodes.yaml"],
  ],
  [
    "a CA that is there",
    "https://harbor.example.com",
    ["--ca", "./ca.crt"],
    ["20-registry.yaml", "30-binding.yaml", "40-nodes.yaml"],
  ],
])("for a Harbor by %s it writes documents that plan reads", async (what, harbor, more, files) => {
  const directory = what.replaceAll(" ", "-");
  const { code, err } = await init("--harbor", harbor, "-d", directory, ...more);
  expect([code, err]).toEqual([0, ""]);
  expect(readdirSync(join(folder, directory)).sort()).toEqual(files);
  // plan gets past reading them, to a cluster that is not there.
  const plan = await moorline(["plan", "-f", directory], {
    workingDirectory: folder,
    environment: { HOME: folder },
  });
  expect(plan.err + plan.out).not.toContain("DOCUMENT_");
  expect(plan.out).toContain("HarborRegistry/harbor");
});

test("it overwrites nothing", async () => {
  await init("--harbor", "https://a.example.com", "-d", "twice");
  const before = readFileSync(join(folder, "twice/20-registry.yaml"), "utf8");
  const { code, err } = await init("--harbor", "https://b.example.com", "-d", "twice");
  expect([code, err]).toEqual([1, expect.stringContaining("[CLI_FILE_EXISTS]")]);
  expect(readFileSync(join(folder, "twice/20-registry.yaml"), "utf8")).toBe(before);
});

test.each([
  [["--harbor", "http://harbor.example.com"], "DOCUMENT_FIELD"],
  [["--harbor", "https://harbor.example.com", "--workspace", "../shop"], "DOCUMENT_FIELD"],
  [["--harbor", "https://harbor.example.com", "--project", "Shop"], "DOCUMENT_FIELD"],
  [[], "CLI_NOT_A_TERMINAL"],
])("%j is refused and writes nothing", async (words, code) => {
  const answer = await init(...words, "-d", "refused");
  expect([answer.code, answer.err]).toEqual([1, expect.stringContaining(`[${code}]`)]);
  expect(readdirSync(folder)).not.toContain("refused");
});
