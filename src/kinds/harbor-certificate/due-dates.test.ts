import { expect, test } from "vitest";
import { documentOf } from "./testing/world.ts";
import { dueDates } from "./due-dates.ts";
import { switchUntil } from "./switch-until.ts";
import type { ObservedCertificate } from "./observed.ts";
import { harborCertificateSchema } from "./schema.ts";
import { judged } from "../../engine/status.ts";

const now = new Date("2026-06-01T00:00:00Z");
const document = documentOf(harborCertificateSchema, "harbor", {
  issuer: { ownAuthority: { directory: "/store" } },
  hosts: ["harbor.example.com"],
  clients: [{ name: "nodes" }],
  crl: {},
});
const life = { notBefore: "2026-05-01T00:00:00Z", notAfter: "2026-07-30T00:00:00Z" };
const pair = {
  ...life,
  digest: "d",
  commonName: "c",
  dnsNames: [],
  ipAddresses: [],
  verifies: true,
};
const observed = (over: Partial<ObservedCertificate> = {}): ObservedCertificate => ({
  authority: { name: "CN=A", digest: "a", notAfter: "2030-06-01T00:00:00Z" },
  pairs: { server: pair, nodes: pair },
  crl: {
    thisUpdate: "2026-05-25T00:00:00Z",
    nextUpdate: "2026-06-24T00:00:00Z",
    number: "3",
    serials: [],
    signed: true,
    ends: [{ issuer: "CN=A", nextUpdate: "2026-06-24T00:00:00Z" }],
  },
  files: [],
  secrets: [],
  exposed: [],
  store: "/store",
  ...over,
});
const shown = (of: ObservedCertificate, at = now): readonly string[] =>
  judged(
    dueDates(document, of, at).map((d) => ({ ...d, document: "HarborCertificate/harbor" })),
    at,
  ).map((i) => `${i.what.key.slice(7)} ${i.state} ${i.daysLeft ?? "-"} ${i.renewedBy.key.slice(7)}`);

test("certificates, CA and list are listed with what renews each, the soonest first", () => {
  expect(shown(observed())).toEqual([
    "list ok 23 byApplyFrom",
    "server ok 59 byApplyFrom",
    "client ok 59 byApplyFrom",
    "authority ok 1461 byRollover",
  ]);
});

test("in a rollover the next CA and the previous one are there with their ends", () => {
  const around = { current: "a", request: {}, stale: [] };
  const next = { name: "CN=B", notBefore: "2026-05-31T00:00:00Z", notAfter: "2031-05-30T00:00:00Z" };
  const ending = { name: "CN=A", digest: "a", notAfter: "2026-07-01T00:00:00Z" };
  const waiting = observed({
    authority: ending,
    rollover: { ...around, next: "b", nextAuthority: next },
  });
  // A CA that can not certify a whole life any more is due, and says by when its successor must take over.
  expect(shown(waiting)).toEqual(
    expect.arrayContaining(["authority overdue 30 byRolloverUntil", "nextAuthority ok 1824 byRollover"]),
  );
  expect(switchUntil(document.spec, ending.notAfter).slice(0, 10)).toBe("2026-06-01");
  const retiring = observed({ rollover: { ...around, previous: "z", previousAuthority: next } });
  expect(shown(retiring)).toContain("previousAuthority ok 1824 byRetirement");
});

test("a certificate that was revoked is due now: the next apply issues its successor", () => {
  const revocations = [{ serialNumber: "0a", waits: true, of: "nodes", isOf: "nodes" }];
  const client = dueDates(document, observed({ revocations }), now).find((d) => d.type === "client");
  expect(client).toMatchObject({
    dueAt: now.toISOString(),
    what: { key: "status.clientRevoked" },
    renewedBy: { key: "status.byApply" },
  });
  expect(dueDates(document, observed(), now).find((d) => d.type === "client")?.what.key).toBe(
    "status.client",
  );
});
