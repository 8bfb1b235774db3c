import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { request } from "undici";
import { count, noCounts, sumOf } from "./counts.ts";
import { metricsText, startStatusServer } from "./status-server.ts";

test("health, readiness and metrics are told apart", async () => {
  let ready = false;
  const server = await startStatusServer(
    { host: "127.0.0.1", port: 0 },
    { ready: () => ready, metrics: () => "a_metric 1\n" },
  );
  try {
    const at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const get = async (path: string) => {
      const { statusCode, body } = await request(at + path);
      return [statusCode, await body.text()];
    };
    expect(await get("/healthz")).toEqual([200, "ok\n"]);
    expect(await get("/readyz")).toEqual([503, "not ready\n"]);
    ready = true;
    expect(await get("/readyz")).toEqual([200, "ok\n"]);
    expect(await get("/metrics")).toEqual([200, "a_metric 1\n"]);
    expect((await get("/else"))[0]).toBe(404);
  } finally {
    server.close();
    server.closeAllConnections();
  }
});

test("metrics count reviews by outcome, add up over threads, and fill a histogram that only rises", () => {
  const [one, two] = [noCounts(), noCounts()];
  count(one, "mutate", "changed", 0.3);
  count(one, "mutate", "changed", 3);
  count(two, "validate", "refused", 9000);
  const text = metricsText({
    served: sumOf([one, two]),
    scans: { hits: 3, stale: 0, misses: 1, late: 0 },
    scansKept: 1,
    certificateEnds: 1_800_000_000,
    bindings: 2,
    registrationFailures: 0,
  });
  expect(text).toContain('moorline_admission_reviews_total{path="mutate",outcome="changed"} 2\n');
  expect(text).toContain('moorline_admission_review_seconds_bucket{le="+Inf"} 3\n');
  expect(text).toContain('moorline_admission_scan_lookups_total{result="hits"} 3\n');
  const buckets = [...text.matchAll(/_bucket\{le="[^"]+"\} (\d+)/g)].map((match) => Number(match[1]));
  expect(buckets).toEqual(buckets.toSorted((a, b) => a - b));
});
