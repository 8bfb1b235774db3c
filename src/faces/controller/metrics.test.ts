import { expect, test } from "vitest";
import { Metric } from "./metrics.ts";
import { metricsApp } from "./servers.ts";

test("metrics are written as Prometheus reads them", async () => {
  const calls = new Metric("calls_total", "counter", "Calls.");
  calls.add({ verb: "get", result: 'a "quoted"\nline\\' });
  calls.add({ verb: "get", result: 'a "quoted"\nline\\' }, 2);
  const time = new Metric("time_seconds", "histogram", "Time.");
  time.observe({ kind: "x" }, 0.2);
  time.observe({ kind: "x" }, 5_000);
  let refreshed = 0;
  const answer = await metricsApp({ calls, time }, () => void refreshed++).request("/metrics");
  const text = await answer.text();
  expect(answer.headers.get("content-type")).toContain("version=0.0.4");
  expect(refreshed).toBe(1);
  expect(text).toContain(String.raw`calls_total{result="a \"quoted\"\nline\\",verb="get"} 3` + "\n");
  expect(text).toContain('time_seconds_bucket{kind="x",le="0.1"} 0\n');
  expect(text).toContain('time_seconds_bucket{kind="x",le="0.25"} 1\n');
  expect(text).toContain('time_seconds_bucket{kind="x",le="+Inf"} 2\n');
  expect(text).toContain('time_seconds_sum{kind="x"} 5000.2\ntime_seconds_count{kind="x"} 2\n');
});

test("what is told of one document is replaced as a whole, and that of others stays", () => {
  const due = new Metric("due", "gauge", "Due.");
  due.replace({ document: "a" }, [{ labels: { state: "ok" }, value: 1 }]);
  due.replace({ document: "b" }, [{ labels: { state: "ok" }, value: 2 }]);
  due.replace({ document: "a" }, [{ labels: { state: "overdue" }, value: 3 }]);
  expect(due.text().split("\n").slice(2, -1).toSorted()).toEqual([
    'due{document="a",state="overdue"} 3',
    'due{document="b",state="ok"} 2',
  ]);
});
