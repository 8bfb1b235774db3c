import type { RequestListener } from "node:http";
import { describe, expect, test } from "vitest";
import { MoorlineError, type ErrorCode } from "../../model/errors.ts";
import { openEndpoint } from "../http/endpoint.ts";
import { serveHttp } from "../http/testing/servers.ts";
import { Budget } from "./budget.ts";
import { createHarborClient, type HarborClient } from "./client.ts";

async function askOf(listener: RequestListener, ask: (client: HarborClient) => Promise<unknown>) {
  await using server = await serveHttp(listener);
  await using endpoint = openEndpoint(server.url);
  const thrown = await ask(createHarborClient(endpoint, undefined)).catch((e: unknown) => e);
  expect(thrown).toBeInstanceOf(MoorlineError);
  return thrown as MoorlineError;
}

const answers =
  (status: number, contentType: string, body: string, more: Record<string, string> = {}): RequestListener =>
  (_request, response) =>
    void response.writeHead(status, { "content-type": contentType, ...more }).end(body);

const info = (body: object) => answers(200, "application/json", JSON.stringify(body));
const errors = (code: string, message: string) => JSON.stringify({ errors: [{ code, message }] });

describe("a server that is not a Harbor to work with", () => {
  test.each<[string, RequestListener, (c: HarborClient) => Promise<unknown>, ErrorCode]>([
    [
      "a portal's page",
      answers(200, "text/html", "<html>"),
      (c) => c.system.systemInfo(),
      "HARBOR_NOT_HARBOR",
    ],
    [
      "a portal's page for a ping",
      answers(200, "text/html", "<html>"),
      (c) => c.system.ping(),
      "HARBOR_NOT_HARBOR",
    ],
    [
      "another server's 404",
      answers(404, "text/html", "<html>"),
      (c) => c.system.ping(),
      "HARBOR_NOT_HARBOR",
    ],
    [
      "another server's 404 is not a missing project",
      answers(404, "text/html", "<html>"),
      (c) => c.projects.getByName("a"),
      "HARBOR_NOT_HARBOR",
    ],
    [
      "a redirect",
      answers(302, "text/html", "", { location: "/x" }),
      (c) => c.system.ping(),
      "HARBOR_NOT_HARBOR",
    ],
    ["other JSON", info([1]), (c) => c.system.systemInfo(), "HARBOR_RESPONSE_UNEXPECTED"],
    ["Harbor 2.3", info({ harbor_version: "v2.3.5-1" }), (c) => c.system.version(), "HARBOR_TOO_OLD"],
    [
      "Harbor 2.13 asked by nobody",
      info({ auth_mode: "db" }),
      (c) => c.system.version(),
      "HARBOR_VERSION_UNKNOWN",
    ],
    [
      "nginx without a core",
      answers(502, "text/html", "<html>"),
      (c) => c.system.ping(),
      "HARBOR_UNAVAILABLE",
    ],
    ["a panic in a handler", answers(500, "text/plain", ""), (c) => c.system.health(), "HARBOR_UNAVAILABLE"],
  ])("%s", async (_what, listener, ask, code) => {
    expect((await askOf(listener, ask)).code).toBe(code);
  });

  test("asks to wait: the error says how long", async () => {
    const body = errors("TOO_MANY_REQUEST", "slow down");
    const listener = answers(429, "application/json", body, { "retry-after": "7" });
    const error = await askOf(listener, (c) => c.system.ping());
    expect([error.code, error.retry, error.retryAfterSeconds]).toEqual([
      "HARBOR_TOO_MANY_REQUESTS",
      "later",
      7,
    ]);
  });
});

test("a list is read to its end, page by page", async () => {
  const pages: string[] = [];
  const names = Array.from({ length: 250 }, (_, i) => ({ project_id: i + 1, name: `p${i + 1}` }));
  await using server = await serveHttp((request, response) => {
    const query = new URL(request.url ?? "", "http://x").searchParams;
    const page = Number(query.get("page"));
    pages.push(`${page}/${query.get("page_size")}`);
    const items = names.slice((page - 1) * 100, page * 100);
    response
      .setHeader("content-type", "application/json")
      .setHeader("x-total-count", "250")
      .end(JSON.stringify(items));
  });
  await using endpoint = openEndpoint(server.url);
  const found = await Array.fromAsync(createHarborClient(endpoint, undefined).projects.list());
  expect(found.map((p) => p.name)).toEqual(names.map((p) => p.name));
  expect(pages).toEqual(["1/100", "2/100", "3/100"]);
});

test("no more calls run at a time than the budget allows", async () => {
  let running = 0;
  let most = 0;
  await using server = await serveHttp((_request, response) => {
    most = Math.max(most, ++running);
    setImmediate(() => {
      running -= 1;
      response.end("Pong");
    });
  });
  await using endpoint = openEndpoint(server.url, { connections: 32 });
  const client = createHarborClient(endpoint, undefined, { budget: new Budget({ parallel: 3 }) });
  await Promise.all(Array.from({ length: 30 }, () => client.system.ping()));
  expect(most).toBeLessThanOrEqual(3);
});
