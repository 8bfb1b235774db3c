import { expect, test } from "vitest";
import { readCertificates, isSignedBy } from "../../pki/certificate.ts";
import { nextCertificates, type KeptCertificates } from "./certificates.ts";

const day = 24 * 3_600_000;
const begin = Date.UTC(2026, 0, 1);
const settleMs = 600_000;
const at = (milliseconds: number, kept?: KeptCertificates) => ({
  now: new Date(begin + milliseconds),
  settleMs,
  published: kept?.authorities,
  dnsNames: ["moorline-webhook.moorline-system.svc"],
  ipAddresses: [],
});

/** Whether an API server that trusts what one says accepts what the other serves. */
function trusts(trusting: KeptCertificates, serving: KeptCertificates): boolean {
  const [served] = readCertificates(serving.certificate);
  return (
    served !== undefined && readCertificates(trusting.authorities).some((each) => isSignedBy(served, each))
  );
}

test("what is well is left alone; a certificate is renewed at two thirds of its life by the same authority", async () => {
  const first = await nextCertificates(undefined, at(0));
  expect(await nextCertificates(first, at(59 * day))).toBe(first);
  const second = await nextCertificates(first, at(60 * day));
  expect(second.certificate).not.toBe(first.certificate);
  expect(second.authorities).toBe(first.authorities);
});

test("a certificate without a name that it needs is renewed at once", async () => {
  const first = await nextCertificates(undefined, at(0));
  const second = await nextCertificates(first, { ...at(1000), ipAddresses: ["127.0.0.1"] });
  expect(second.certificate).not.toBe(first.certificate);
});

test("over three years of checks every step is trusted by those one step behind, and those one step ahead", async () => {
  let kept = await nextCertificates(undefined, at(0));
  let steps = 0;
  let authorities = 1;
  for (let time = 0; time < 3 * 365 * day; time += 2 * day) {
    const next = await nextCertificates(kept, at(time, kept));
    if (next === kept) continue;
    steps += 1;
    expect(trusts(kept, next)).toBe(true);
    expect(trusts(next, kept)).toBe(true);
    if (next.authoritySince > kept.authoritySince) authorities += 1;
    expect(readCertificates(next.authorities).length).toBeLessThanOrEqual(2);
    kept = next;
  }
  expect(authorities).toBeGreaterThan(3);
  expect(steps).toBeGreaterThan(15);
});

test("a new authority signs nothing before all had time to learn of it, and the old one stays as long afterwards", async () => {
  const first = await nextCertificates(undefined, at(0));
  const asked = { ...first, renew: "authority" } as const;
  const both = await nextCertificates(asked, at(day));
  expect(readCertificates(both.authorities)).toHaveLength(2);
  expect(both.certificate).toBe(first.certificate);
  expect(both.renew).toBeUndefined();
  expect(await nextCertificates(both, at(day + settleMs - 1, both))).toBe(both);
  expect(await nextCertificates(both, at(day + settleMs, first))).toBe(both);
  const switched = await nextCertificates(both, at(day + settleMs, both));
  expect(switched.certificate).not.toBe(first.certificate);
  expect(await nextCertificates(switched, at(day + 2 * settleMs - 1))).toBe(switched);
  const last = await nextCertificates(switched, at(day + 2 * settleMs));
  expect(readCertificates(last.authorities)).toHaveLength(1);
  expect(trusts(last, switched)).toBe(true);
});

test("what can not be read, or ended while nobody looked, is made anew", async () => {
  const first = await nextCertificates(undefined, at(0));
  const broken = await nextCertificates({ ...first, certificate: "garbage" }, at(day));
  expect(trusts(broken, broken)).toBe(true);
  const late = await nextCertificates(first, at(400 * day));
  expect(trusts(late, late)).toBe(true);
  expect(late.authorities).not.toContain(first.authorities.trim());
});
