import { afterAll, beforeAll, expect, test } from "vitest";
import { openEndpoint, type HttpEndpoint } from "../http/endpoint.ts";
import { Sensitive } from "../../model/sensitive.ts";
import {
  adminPassword,
  client as asking,
  testHarbor,
  type TestHarbor,
} from "../../sandbox/harbor/testing/start.ts";
import { createHarborClient, type HarborClient } from "./client.ts";

let running: TestHarbor;
let endpoint: HttpEndpoint;
let admin: HarborClient;
const digest = `sha256:${"1".repeat(64)}`;

beforeAll(async () => {
  running = await testHarbor();
  endpoint = openEndpoint(running.harbor.url);
  admin = createHarborClient(endpoint, { username: "admin", password: new Sensitive(adminPassword) });
  const { store } = running.harbor.site;
  const project = store.find("projects", (p) => p.name === "library")?.id ?? 0;
  const time = "2026-11-01T00:00:00.000Z";
  const repository = store.insert("repositories", {
    projectId: project,
    name: "library/deep/app",
    pulls: 0,
    description: "",
    created: time,
    updated: time,
  });
  store.insert("artifacts", {
    repositoryId: repository.id,
    projectId: project,
    digest,
    manifestMediaType: "application/vnd.oci.image.manifest.v1+json",
    mediaType: "application/vnd.oci.image.config.v1+json",
    artifactType: "",
    subject: "",
    annotations: {},
    size: 1,
    manifestSize: 1,
    type: "IMAGE",
    extra: {},
    blobs: [],
    children: [],
    pushed: time,
    pulled: time,
  });
});
afterAll(async () => {
  await endpoint[Symbol.asyncDispose]();
  await running[Symbol.asyncDispose]();
});

test("an image that nobody scanned has no status, and one that is not there is not", async () => {
  expect(await admin.scans.summary("library", "deep/app", digest)).toEqual({
    digest,
    status: undefined,
    counts: {},
  });
  expect(await admin.scans.summary("library", "deep/app", "none")).toBeUndefined();
  expect(await admin.scans.vulnerabilities("library", "deep/app", digest)).toBeUndefined();
});

test("a report is read in sum and in full", async () => {
  const { store } = running.harbor.site;
  const flaw = { package: "zlib", version: "1", fix_version: "2" };
  const row = store.insert("scans", {
    artifactId: store.find("artifacts", (a) => a.digest === digest)?.id ?? 0,
    status: "Running",
    vulnerabilities: [
      { id: "CVE-2026-1", severity: "Critical", ...flaw },
      { id: "CVE-2026-2", severity: "Low", ...flaw },
    ],
    scanned: "2026-11-01T00:00:00.000Z",
  });
  expect(await admin.scans.summary("library", "deep/app", digest)).toMatchObject({
    status: "Running",
    counts: {},
  });
  store.update("scans", row.id, { status: "Success" });
  expect(await admin.scans.summary("library", "deep/app", digest)).toEqual({
    digest,
    status: "Success",
    counts: { Critical: 1, Low: 1 },
  });
  expect(await admin.scans.vulnerabilities("library", "deep/app", digest)).toEqual([
    { id: "CVE-2026-1", severity: "Critical" },
    { id: "CVE-2026-2", severity: "Low" },
  ]);
});

test("the allowlist of the whole Harbor is read, empty and filled", async () => {
  expect((await admin.scans.systemAllowlist()).items).toEqual([]);
  const json = { items: [{ cve_id: "CVE-2026-1" }], expires_at: 1_900_000_000 };
  await asking(running.harbor)("/api/v2.0/system/CVEAllowlist", { method: "PUT", json });
  expect(await admin.scans.systemAllowlist()).toMatchObject(json);
});
