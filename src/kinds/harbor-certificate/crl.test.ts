import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { apply } from "../../engine/apply.ts";
import { makePlan, type Plan } from "../../engine/plan.ts";
import { readCrl } from "../../pki/crl.ts";
import { readCertificates } from "../../pki/certificate.ts";
import { serialOf } from "../../pki/revocation-record.ts";
import { harborCertificate } from "./index.ts";
import { recordRevocation, releaseRevocations } from "./revoke.ts";
import { harborCertificateSchema } from "./schema.ts";
import { openStore, type Store } from "./store.ts";
import { documentOf, folderWorld, type FolderWorld } from "./testing/world.ts";

const signal = new AbortController().signal;
const kinds = [harborCertificate];
const day = 86_400_000;
const begin = Date.parse("2026-06-01T00:00:00Z");

const document = (name = "main", crl: object = {}) =>
  documentOf(harborCertificateSchema, name, {
    issuer: { ownAuthority: { directory: "ca" } },
    hosts: ["harbor.example.com"],
    clients: [{ name: "nodes" }],
    crl,
    deliver: { files: [{ crl: "/data/ca.crl" }] },
  });
type Given = ReturnType<typeof document>;

const planOf = (of: Given, { world }: FolderWorld): Promise<Plan> => makePlan([of], kinds, world, { signal });
const applied = async (of: Given, machine: FolderWorld): Promise<Plan> => {
  const plan = await planOf(of, machine);
  const result = await apply(plan, kinds, machine.world);
  expect(result.documents.flatMap((d) => d.failures.map((f) => f.error.message))).toEqual([]);
  return plan;
};
const stepsOf = (plan: Plan) => plan.documents.flatMap((d) => d.steps);
const idsOf = (plan: Plan): string[] => stepsOf(plan).map((s) => s.id);
const findingsOf = (plan: Plan) => plan.documents.flatMap((d) => d.findings);
const storeOf = ({ world }: FolderWorld): Promise<Store> =>
  openStore({ directory: "ca" }, "/docs", world, signal);
const listIn = async ({ root }: FolderWorld, path = "data/ca.crl") =>
  readCrl(await readFile(join(root, path), "utf8"));
const clientSerial = async (machine: FolderWorld): Promise<string> => {
  const pem = (await (await storeOf(machine)).read("main.client-nodes.pem"))?.reveal() ?? "";
  return serialOf(readCertificates(pem)[0]?.serialNumber ?? "");
};
const revocation = (serialNumber: string, more: object = {}) => ({
  serialNumber,
  at: "2026-06-01T00:00:00Z",
  reason: "superseded" as const,
  of: "nodes",
  ...more,
});

describe("a revocation list", () => {
  test("is renewed at half its life and not before, with alarms that grow until its end", async () => {
    await using machine = await folderWorld([]);
    await applied(document(), machine);
    const at = async (days: number) => {
      machine.at(new Date(begin + days * day));
      return planOf(document(), machine);
    };
    expect(idsOf(await at(14.9))).toEqual([]);
    expect(findingsOf(await at(14.9))).toEqual([]);
    expect(idsOf(await at(15))).toContain("crl");
    const severities: string[] = [];
    for (const days of [16, 23, 28, 31])
      severities.push(...findingsOf(await at(days)).map((f) => `${f.code} ${f.severity}`));
    expect(severities).toEqual([
      "CERTIFICATE_LIST_ENDS_SOON note",
      "CERTIFICATE_LIST_ENDS_SOON warning",
      "CERTIFICATE_LIST_ENDS_SOON error",
      "CERTIFICATE_LIST_OVER error",
    ]);
    await applied(document(), machine);
    expect(findingsOf(await planOf(document(), machine))).toEqual([]);
    expect((await listIn(machine)).number).toBe(2n);
  });

  test("keeps what it said when the document says it no more, and says reasons", async () => {
    await using machine = await folderWorld([]);
    const at = "2026-05-01T00:00:00Z";
    await applied(
      document("main", { revoked: [{ serialNumber: "0A:1B", at, reason: "keyCompromise" }] }),
      machine,
    );
    await applied(document("main", { revoked: [{ serialNumber: "2c", at }] }), machine);
    const { revoked } = await listIn(machine);
    expect(revoked.map((r) => [serialOf(r.serialNumber), r.reason])).toEqual([
      ["a1b", "keyCompromise"],
      ["2c", "unspecified"],
    ]);
  });

  test("two documents that share a CA agree on one list", async () => {
    await using machine = await folderWorld([]);
    const at = "2026-05-01T00:00:00Z";
    const one = document("main", { revoked: [{ serialNumber: "11", at }] });
    const two = document("other", { revoked: [{ serialNumber: "22", at }] });
    await applied(one, machine);
    await applied(two, machine);
    await applied(one, machine);
    expect(idsOf(await planOf(two, machine))).toEqual([]);
    const { revoked, number } = await listIn(machine);
    expect([revoked.length, number]).toEqual([2, 2n]);
  });

  test("is numbered higher than any before, whatever was lost or revoked in between", async () => {
    const happening = fc.constantFrom("revoke", "lose the list", "time", "other document");
    await fc.assert(
      fc.asyncProperty(fc.array(happening, { minLength: 1, maxLength: 5 }), async (happenings) => {
        await using machine = await folderWorld([]);
        await applied(document(), machine);
        let number = (await listIn(machine)).number ?? 0n;
        for (const [i, what] of happenings.entries()) {
          if (what === "revoke") await recordRevocation(await storeOf(machine), revocation(`${i + 1}0`));
          if (what === "lose the list") await rm(join(machine.root, "docs/ca/ca.crl"));
          if (what === "time") machine.at(new Date(begin + (i + 1) * 16 * day));
          const of =
            what === "other document"
              ? document("other", { revoked: [{ serialNumber: "ff", at: "2026-05-01T00:00:00Z" }] })
              : document();
          const issues = idsOf(await applied(of, machine)).includes("crl");
          const next = (await listIn(machine)).number ?? 0n;
          expect(issues ? next > number : next === number).toBe(true);
          number = next;
        }
      }),
      { numRuns: 6 },
    );
  });
});

describe("a client that is revoked while it is in use", () => {
  test("gets a successor first; the old one is refused once that is said to be in use", async () => {
    await using machine = await folderWorld([]);
    await applied(document(), machine);
    const old = await clientSerial(machine);
    const store = await storeOf(machine);
    expect(await recordRevocation(store, revocation(old, { waits: true }))).toBe(true);
    expect(await recordRevocation(store, revocation(old, { waits: true }))).toBe(false);

    const first = await applied(document(), machine);
    expect(idsOf(first)).toEqual(["certificate/nodes"]);
    expect(await clientSerial(machine)).not.toBe(old);
    expect((await listIn(machine)).revoked).toEqual([]);
    expect(findingsOf(await planOf(document(), machine)).map((f) => f.code)).toEqual([
      "CERTIFICATE_REVOCATION_WAITS",
    ]);

    expect(await releaseRevocations(store, "nodes")).toEqual([old]);
    await applied(document(), machine);
    expect((await listIn(machine)).revoked.map((r) => serialOf(r.serialNumber))).toEqual([old]);
    expect(idsOf(await planOf(document(), machine))).toEqual([]);
  });

  test("with its key compromised is refused at once, after the successor is issued, and the plan says whom it interrupts", async () => {
    await using machine = await folderWorld([]);
    await applied(document(), machine);
    const old = await clientSerial(machine);
    await recordRevocation(await storeOf(machine), revocation(old, { reason: "keyCompromise" }));
    const plan = await applied(document(), machine);
    const list = stepsOf(plan).find((s) => s.id === "crl");
    expect(list?.after).toContain("certificate/nodes");
    expect(list?.interrupts?.key).toBe("harborCertificate.interruptsRevoked");
    expect((await listIn(machine)).revoked[0]).toMatchObject({ reason: "keyCompromise" });
    expect(await clientSerial(machine)).not.toBe(old);
  });

  test("leaves the list only after a list that was issued past its end", async () => {
    await using machine = await folderWorld([]);
    await applied(document(), machine);
    const notAfter = new Date(begin + 20 * day).toISOString();
    await recordRevocation(await storeOf(machine), revocation("abc1", { notAfter }));
    const counts: number[] = [];
    for (const days of [0, 16, 32, 48]) {
      machine.at(new Date(begin + days * day));
      await applied(document(), machine);
      counts.push((await listIn(machine)).revoked.length);
    }
    expect(counts).toEqual([1, 1, 1, 0]);
    expect(idsOf(await planOf(document(), machine))).toEqual([]);
  });
});
