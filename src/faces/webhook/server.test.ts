import { afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { Agent, request } from "undici";
import { makeAuthority, type TestAuthority } from "../../clients/http/testing/certificates.ts";
import { binding } from "../../kinds/project-binding/admission/testing/policies.ts";
import { reviewerOf } from "./link.ts";
import { PolicyIndex } from "./policy-index.ts";
import { startServer, type WebhookServer } from "./server.ts";
import { reviewOf } from "./testing/reviews.ts";

let authority: TestAuthority;
let server: WebhookServer;
let agent: Agent;
let index: PolicyIndex;
beforeAll(() => {
  authority = makeAuthority();
});
beforeEach(async () => {
  index = new PolicyIndex();
  index.take({
    type: "namespaces",
    all: true,
    namespaces: [{ name: "shop", labels: { "kubesphere.io/workspace": "demo" } }],
  });
  index.take({ type: "bindings", bindings: [binding({ validate: { allowedProjects: [] } })] });
  server = await startServer({
    host: "127.0.0.1",
    port: 0,
    pair: pairOf(authority),
    shared: false,
    ready: () => index.complete,
    reviewer: reviewerOf(index, {
      ask: () => Promise.resolve({ kind: "unknown", reason: "late" }),
      learn: () => Promise.resolve(undefined),
    }),
  });
  agent = new Agent({ connections: 1, connect: { ca: authority.certificate } });
});
afterEach(async () => {
  await agent.close();
  await server[Symbol.asyncDispose]();
});

function pairOf(of: TestAuthority) {
  const { certificate, key } = of.issue({ san: "IP:127.0.0.1" });
  return { certificate, key };
}

async function post(path: string, body: string | AsyncIterable<Buffer>, dispatcher = agent) {
  const url = `https://127.0.0.1:${server.port}${path}`;
  const answer = await request(url, { method: "POST", body: body as string, dispatcher });
  return { status: answer.statusCode, headers: answer.headers, text: await answer.body.text() };
}

const pod = { spec: { containers: [{ name: "c", image: "quay.io/x/y:1" }] } };
const review = reviewOf({ namespace: "shop", object: pod });

test("answers a review at its path, with the query that the API server adds", async () => {
  const { status, headers, text } = await post("/validate?timeout=5s", review);
  expect([status, headers["content-type"]]).toEqual([200, "application/json"]);
  expect(JSON.parse(text)).toMatchObject({ response: { uid: "uid-1", allowed: false } });
  expect(server.counts.outcomes).toEqual({ "validate refused": 1 });
});

test("refuses what is no review: other paths and methods, other bodies", async () => {
  expect((await post("/other", review)).status).toBe(404);
  expect((await request(`https://127.0.0.1:${server.port}/validate`, { dispatcher: agent })).statusCode).toBe(
    404,
  );
  expect((await post("/validate", "no JSON")).status).toBe(400);
});

test("reads no more than 3 MiB, whether or not the length is told", async () => {
  const large = "x".repeat(3 * 1024 * 1024 + 1);
  expect((await post("/validate", large)).status).toBe(413);
  const pieces = (async function* () {
    for (let i = 0; i < 64; i++) yield await Promise.resolve(Buffer.alloc(64 * 1024));
  })();
  // The server may close before it has all of it, which is the point.
  const outcome = await post("/validate", pieces).then(
    ({ status }) => status,
    () => "closed",
  );
  expect([413, "closed"]).toContain(outcome);
  expect((await post("/validate", review)).status).toBe(200);
});

test("says that it can not tell, so that the failure policy decides", async () => {
  expect((await post("/validate", reviewOf({ namespace: "unheard-of", object: pod }))).status).toBe(500);
  index = new PolicyIndex();
  expect((await post("/validate", review)).status).toBe(503);
});

test("serves a new certificate to new connections, and keeps those that are open", async () => {
  expect((await post("/validate", review)).status).toBe(200);
  const other = makeAuthority("Other CA");
  server.setPair(pairOf(other));
  expect((await post("/validate", review)).status).toBe(200);
  const fresh = new Agent({ connect: { ca: other.certificate } });
  expect((await post("/validate", review, fresh)).status).toBe(200);
  await fresh.close();
  expect(() => server.setPair({ ...pairOf(other), key: pairOf(other).key })).toThrow("key values mismatch");
  expect((await post("/validate", review)).status).toBe(200);
});

test("asks connections to close while it drains, and still answers", async () => {
  expect((await post("/validate", review)).headers.connection).not.toBe("close");
  server.drain();
  const last = await post("/validate", review);
  expect([last.status, last.headers.connection]).toEqual([200, "close"]);
});
