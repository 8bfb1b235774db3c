import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { apply } from "../../../../../engine/apply.ts";
import type { Step } from "../../../../../engine/kind.ts";
import { makePlan, type Plan } from "../../../../../engine/plan.ts";
import type { MoorlineError } from "../../../../../model/errors.ts";
import { verifyChain } from "../../../../../pki/verify.ts";
import type { CertificateDocument } from "../../../gathered.ts";
import { harborCertificate } from "../../../index.ts";
import type { ComposeMachine } from "./machine.ts";

const signal = new AbortController().signal;
export const kinds = [harborCertificate];

export const planOf = (of: CertificateDocument, { world }: ComposeMachine): Promise<Plan> =>
  makePlan([of], kinds, world, { signal });

const stepsOf = (plan: Plan): readonly Step[] => plan.documents.flatMap((d) => d.steps);

export const idsOf = (steps: readonly { id: string }[]): string[] => steps.map((s) => s.id);

/** Applies, and tells what failed. */
export async function failuresOf(
  of: CertificateDocument,
  machine: ComposeMachine,
): Promise<readonly MoorlineError[]> {
  const result = await apply(await planOf(of, machine), kinds, machine.world);
  return result.documents.flatMap((d) => d.failures.map((f) => f.error));
}

/** Applies; everything must work, be proved and leave nothing to do. @returns the steps that were planned */
export async function applied(of: CertificateDocument, machine: ComposeMachine): Promise<readonly Step[]> {
  const plan = await planOf(of, machine);
  const result = await apply(plan, kinds, machine.world);
  expect(result.documents.flatMap((d) => d.failures.map((f) => f.error.message))).toEqual([]);
  expect(result.documents.flatMap((d) => d.proofs.filter((p) => !p.ok))).toEqual([]);
  expect(stepsOf(await planOf(of, machine))).toEqual([]);
  return stepsOf(plan);
}

/** What clients are shown is from the document's own CA. */
export async function expectOurs(machine: ComposeMachine): Promise<void> {
  const packed = await readFile(join(machine.root, "docs/ca/ca.pem"), "utf8");
  const { chain } = await machine.shown();
  const verdict = verifyChain({
    chainPem: chain,
    trustedPem: packed.slice(packed.indexOf("-----BEGIN CERTIFICATE")),
    hostname: "harbor.example.com",
    purpose: "server",
    now: machine.world.clock.now(),
  });
  expect(verdict.findings.filter((f) => f.severity === "error")).toEqual([]);
}

/** Everything in Harbor's folders but what is ours, with mode and inode where that matters. */
export async function snapshot({ directory, data, root }: ComposeMachine): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const folder of [directory, data, join(root, "certificates")]) {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      const path = join(entry.parentPath, entry.name);
      if (!entry.isFile() || path.includes("moorline-backups")) continue;
      files[path] = `${(await stat(path)).mode & 0o777} ${await readFile(path, "utf8")}`;
    }
  }
  return files;
}
