import { describe, expect, test } from "vitest";
import { MoorlineError } from "../../model/errors.ts";
import type { Failing } from "./failing.ts";
import { isNews, statusOf, type DocumentStatus, type Learned } from "./status.ts";

const now = new Date("2026-01-01T00:00:00.500Z");
const later = new Date("2026-01-01T00:05:00Z");
const good: Learned = { generation: 3, now, language: "en", failing: [], retry: undefined, proved: true };
const failing = (count: number): Failing[] =>
  Array.from({ length: count }, (_, i) => ({
    subject: `Secret/p${i}/harbor`,
    reason: "ProofFailed",
    message: "x".repeat(2000),
  }));
const brief = ({ conditions }: DocumentStatus): string =>
  (conditions ?? []).map((c) => `${c.type}=${c.status}`).join(" ");

describe("a status", () => {
  test("is ready where all proofs held, and says of which generation", () => {
    const status = statusOf({}, good);
    expect(brief(status)).toBe("Ready=True Progressing=False Proved=True Stalled=False");
    expect(status).toMatchObject({ observedGeneration: 3, lastProof: "2026-01-01T00:00:00Z", failing: 0 });
  });

  test("is stalled where only a person can help, and progressing where it is tried again", () => {
    const error = new MoorlineError("CONTROLLER_NO_FILES", { subject: "a.pem" });
    const stalled = statusOf({}, { ...good, error, retry: "never", proved: false });
    expect(brief(stalled)).toBe("Ready=False Progressing=False Proved=False Stalled=True");
    expect(stalled.conditions?.[0]).toMatchObject({ reason: "CONTROLLER_NO_FILES" });
    expect(stalled.conditions?.[0]?.message).toContain("secretRef");
    const trying = statusOf({}, { ...good, failing: failing(1), retry: "later", proved: false });
    expect(brief(trying)).toBe("Ready=False Progressing=True Proved=False Stalled=False");
  });

  test("keeps the time of a transition until there is one, and the last proof until there is a newer one", () => {
    const first = statusOf({}, good);
    const second = statusOf(first, { ...good, now: later });
    expect(second.conditions?.[0]?.lastTransitionTime).toBe("2026-01-01T00:00:00Z");
    const broken = statusOf(second, {
      ...good,
      now: later,
      failing: failing(1),
      retry: "later",
      proved: false,
    });
    expect(broken.conditions?.[0]?.lastTransitionTime).toBe("2026-01-01T00:05:00Z");
    expect(broken.lastProof).toBe("2026-01-01T00:05:00Z");
  });

  test("stays small, however much fails", () => {
    const status = statusOf({}, { ...good, failing: failing(10_000), retry: "later", proved: false });
    expect(status.failing).toBe(10_000);
    expect(status.failures).toHaveLength(20);
    expect(JSON.stringify(status).length).toBeLessThan(20_000);
  });

  test("is news where anything but the time of the proof changed, whatever the order of its members", () => {
    const first = statusOf({}, good);
    const shuffled = Object.fromEntries(Object.entries(first).toReversed()) as DocumentStatus;
    expect(isNews(shuffled, statusOf(first, { ...good, now: later }))).toBe(false);
    expect(isNews(first, statusOf(first, { ...good, now: new Date("2026-01-01T00:11:00Z") }))).toBe(true);
    expect(isNews(first, statusOf(first, { ...good, generation: 4 }))).toBe(true);
  });
});
