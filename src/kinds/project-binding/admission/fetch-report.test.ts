import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createHarborClient, type HarborClient } from "../../../clients/harbor/client.ts";
import { openEndpoint, type HttpEndpoint } from "../../../clients/http/endpoint.ts";
import { Sensitive } from "../../../model/sensitive.ts";
import { adminPassword, client, testHarbor, type TestHarbor } from "../../../sandbox/harbor/testing/start.ts";
import { fetchReport } from "./fetch-report.ts";
import { plantImage, plantScan } from "./testing/images.ts";

const now = Date.UTC(2026, 10, 22);
const never = new AbortController().signal;
const digest = `sha256:${"1".repeat(64)}`;
let running: TestHarbor;
let endpoint: HttpEndpoint;
let harbor: HarborClient;

beforeAll(async () => {
  running = await testHarbor();
  endpoint = openEndpoint(running.harbor.url);
  harbor = createHarborClient(endpoint, { username: "admin", password: new Sensitive(adminPassword) });
  plantImage(running.harbor.site.store, "library/app", digest);
});
afterAll(async () => {
  await endpoint[Symbol.asyncDispose]();
  await running[Symbol.asyncDispose]();
});
beforeEach(async () => {
  running.harbor.site.store.removeWhere("scans", () => true);
  await put("/projects/library", {
    metadata: { reuse_sys_cve_allowlist: "true" },
    cve_allowlist: { items: [] },
  });
  await put("/system/CVEAllowlist", { items: [] });
});

const put = (path: string, json: object) =>
  client(running.harbor)(`/api/v2.0${path}`, { method: "PUT", json });

const ask = (reference = digest, honourAllowlist = true) => {
  const question = {
    registry: "main",
    harborProject: "library",
    repository: "app",
    reference,
    honourAllowlist,
  };
  return fetchReport(harbor, question, now, never);
};

test("what Harbor does not hold, has not scanned, scans now or failed to scan is told apart", async () => {
  const { store } = running.harbor.site;
  expect((await ask("none")).answer).toEqual({ kind: "unscanned", status: "absent" });
  expect((await ask()).answer).toEqual({ kind: "unscanned", status: "never" });
  const scan = plantScan(store, digest, [], "Running");
  expect((await ask()).answer).toEqual({ kind: "unscanned", status: "underWay" });
  store.update("scans", scan.id, { status: "Error" });
  expect((await ask()).answer).toEqual({ kind: "unscanned", status: "failed" });
});

test("counts come from the summary where no allowlist is in force", async () => {
  plantScan(running.harbor.site.store, digest, ["Critical", "Critical", "Low"]);
  expect((await ask()).answer).toEqual({ kind: "scanned", counts: { critical: 2, low: 1 }, examples: {} });
});

test("the system's allowlist exempts, the project's own only where the project says so, and neither beyond its end", async () => {
  plantScan(running.harbor.site.store, digest, ["Critical", "Critical", "Low"]);
  const seconds = now / 1000 + 60;
  await put("/system/CVEAllowlist", { items: [{ cve_id: "CVE-1" }], expires_at: seconds });
  await put("/projects/library", { cve_allowlist: { items: [{ cve_id: "CVE-2" }] } });
  expect(await ask()).toEqual({
    answer: {
      kind: "scanned",
      counts: { critical: 1, low: 1 },
      examples: { critical: ["CVE-2"], low: ["CVE-3"] },
    },
    until: seconds * 1000,
  });
  expect((await ask(digest, false)).answer).toMatchObject({ counts: { critical: 2 } });
  await put("/projects/library", { metadata: { reuse_sys_cve_allowlist: "false" } });
  expect(await ask()).toEqual({
    answer: {
      kind: "scanned",
      counts: { critical: 1, low: 1 },
      examples: { critical: ["CVE-1"], low: ["CVE-3"] },
    },
  });
  await put("/projects/library", {
    cve_allowlist: { items: [{ cve_id: "CVE-2" }], expires_at: now / 1000 - 1 },
  });
  expect((await ask()).answer).toMatchObject({ counts: { critical: 2 } });
});

test("a Harbor that is not there is an answer too", async () => {
  await using nobody = openEndpoint("http://127.0.0.1:1");
  const away = createHarborClient(nobody, { username: "admin", password: new Sensitive("x") });
  const question = {
    registry: "main",
    harborProject: "library",
    repository: "app",
    reference: "v1",
    honourAllowlist: true,
  };
  expect((await fetchReport(away, question, now, never)).answer).toMatchObject({
    kind: "unknown",
    reason: "failed",
  });
});
