import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { message } from "../../../text/message.ts";
import { moorline, type Answer } from "../testing/test-io.ts";
import { displayWidth } from "../text-width.ts";
import { showStatus } from "./status.ts";

const folder = mkdtempSync(join(tmpdir(), "moorline-status-"));
const begin = Date.parse("2026-06-01T00:00:00Z");
const random = { bytes: (length: number) => randomBytes(length), fraction: () => 0.5 };
const run = (days: number, words: readonly string[]): Promise<Answer> =>
  moorline(words, {
    workingDirectory: folder,
    random,
    clock: { now: () => new Date(begin + days * 86_400_000), sleep: async () => {} },
  });

beforeAll(async () => {
  writeFileSync(
    join(folder, "harbor.yaml"),
    `apiVersion: moorline.io/v1alpha1
kind: HarborCertificate
metadata: { name: harbor }
spec:
  issuer: { ownAuthority: { directory: kept } }
  hosts: [harbor.example.com]
  clients: [{ name: nodes }]
  crl: {}
`,
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const answer = z.object({
  items: z.array(
    z.object({ type: z.string(), state: z.string(), daysLeft: z.number().optional(), renewedBy: z.string() }),
  ),
});
const statusOn = async (days: number) => {
  const { code, out } = await run(days, ["status", "-f", "harbor.yaml", "--output", "json"]);
  const { items } = answer.parse(JSON.parse(out));
  return { code, items: items.map((i) => `${i.type} ${i.state} ${i.daysLeft ?? "-"}`), all: items };
};

test("lists certificates, CA and list with days left; the exit code tells of what is due and overdue", async () => {
  const applied = await run(0, ["apply", "-f", "harbor.yaml", "--yes"]);
  expect(applied).toMatchObject({ code: 0 });
  const first = await statusOn(0);
  expect(first.code).toBe(0);
  expect(first.items).toEqual(expect.arrayContaining(["list ok 30", "server ok 90", "client ok 90"]));
  expect(first.all.find((i) => i.type === "server")?.renewedBy).toBe("moorline apply, due from 2026-07-30");

  const due = await statusOn(16);
  expect([due.code, due.items[0]]).toEqual([2, "list due 14"]);
  const over = await statusOn(31);
  expect([over.code, over.items[0]]).toEqual([1, "list overdue -1"]);
});

test("keeps to the terminal's width, in Chinese too", () => {
  const item = {
    document: "HarborCertificate/main",
    type: "client" as const,
    what: message("status.client", { name: "很长的客户端名称" }),
    where: "/etc/moorline/authorities/harbor.example.com",
    renewedBy: message("status.byRoot"),
    expiresAt: "2026-09-01T00:00:00.000Z",
    daysLeft: 92,
    state: "ok" as const,
  };
  const status = { at: new Date(begin), items: [item], failures: [] };
  const lines = showStatus(status, { colours: false, width: 40 }, "zh-CN").split("\n").slice(0, 2);
  for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(40);
  expect(lines[0]).toContain("92 天");
});

test("cuts nothing off, however narrow the terminal: what does not fit goes on below", () => {
  const item = {
    document: "ProjectBinding/bank",
    type: "client" as const,
    what: message("status.client", { name: "robot$bank+bank.bank-ledger" }),
    where: "Secret/bank-ledger/harbor-of-the-whole-company",
    renewedBy: message("status.byRollover"),
    unknown: message("status.unknownUnlisted"),
    state: "unknown" as const,
  };
  const status = { at: new Date(begin), items: [item], failures: [] };
  const shown = (width: number): string => showStatus(status, { colours: false, width }, "en");
  const words = (text: string): string => text.replaceAll(/\s+/g, "");
  for (const width of [30, 40, 80, 200, 0]) {
    expect(words(shown(width))).toBe(words(shown(0)));
    for (const line of width === 0 ? [] : shown(width).split("\n").slice(0, -2))
      expect(displayWidth(line)).toBeLessThanOrEqual(width);
  }
  expect(shown(0)).toContain(item.where);
});
