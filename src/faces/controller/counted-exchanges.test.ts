import { expect, test } from "vitest";
import { countExchanges, routeOf } from "./counted-exchanges.ts";
import { Metric } from "./metrics.ts";

test.each([
  ["/api/v2.0/projects", "projects"],
  ["/api/v2.0/projects/demo", "projects"],
  ["/api/v2.0/projects/demo/robots?page=2", "projects/robots"],
  ["/api/v2.0/projects/demo/repositories/app/artifacts/sha256:1", "projects/repositories"],
  ["/service/token", "token"],
  ["/v2/", "registry"],
  ["/v2/manifests/app/manifests/1", "registry/manifests"],
  ["/v2/demo/blobs/sha256:1", "registry/blobs"],
  ["/", "other"],
])("the route %s counts as %s, without the names in it", (path, route) => {
  expect(routeOf(path)).toBe(route);
});

test("exchanges count by verb, route and result", () => {
  const calls = new Metric("calls", "counter", "Calls.");
  const count = countExchanges(calls);
  count({ method: "GET", path: "/api/v2.0/projects", result: 200 });
  count({ method: "GET", path: "/api/v2.0/projects", result: 204 });
  count({ method: "POST", path: "/api/v2.0/robots", result: 409 });
  count({ method: "HEAD", path: "/v2/a/manifests/1", result: "NETWORK_TIMEOUT" });
  expect(calls.text().split("\n").slice(2, -1)).toEqual([
    'calls{result="ok",route="projects",server="harbor",verb="get"} 2',
    'calls{result="409",route="robots",server="harbor",verb="post"} 1',
    'calls{result="NETWORK_TIMEOUT",route="registry/manifests",server="harbor",verb="head"} 1',
  ]);
});
