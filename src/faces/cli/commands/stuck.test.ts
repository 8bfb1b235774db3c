import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { exitCodes } from "../exit-codes.ts";
import { moorline, type Answer } from "../testing/test-io.ts";

const folder = mkdtempSync(join(tmpdir(), "moorline-stuck-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const random = { bytes: (length: number) => randomBytes(length), fraction: () => 0.5 };
const run = (...words: string[]): Promise<Answer> => moorline(words, { workingDirectory: folder, random });

test("what waits for somebody is stuck, in words and by an exit code of its own, and not 'nothing to do'", async () => {
  writeFileSync(
    join(folder, "harbor.yaml"),
    "apiVersion: moorline.io/v1alpha1\nkind: HarborCertificate\nmetadata: { name: harbor }\nspec:\n  issuer: { ownAuthority: { directory: kept, intermediate: true } }\n  hosts: [harbor.example.com]\n",
  );
  // The request is made; from then on only the root's machine can go on.
  await run("apply", "-f", "harbor.yaml", "--yes");
  const plan = await run("plan", "-f", "harbor.yaml");
  expect(plan.code).toBe(exitCodes.stuck);
  expect(plan.out).toContain("stuck");
  expect(plan.out.toLowerCase()).not.toContain("nothing to do");
  expect((await run("plan", "-f", "harbor.yaml", "--output", "json")).out).toContain('"isStuck": true');
  const apply = await run("apply", "-f", "harbor.yaml", "--yes");
  expect(apply.code).toBe(exitCodes.stuck);
  expect((await run("plan", "-f", "harbor.yaml", "--lang", "zh-CN")).out).not.toContain("无需操作");
});
