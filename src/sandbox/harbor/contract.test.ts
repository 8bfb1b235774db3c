import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Agent, fetch } from "undici";
import { notMet } from "./not-met.ts";
import {
  authorization,
  bodyBytes,
  capture,
  differences,
  filled,
  readContract,
  type Captures,
  type Exchange,
} from "./testing/contract.ts";
import { adminPassword, serverTls, testAuthority, testHarbor, type TestHarbor } from "./testing/start.ts";
import { startUpstream, type Upstream } from "./testing/upstream.ts";

const lines = await readContract("harbor/2.9.5.jsonl");
const captures: Captures = new Map();
let running: TestHarbor;
let upstream: Upstream;
let dispatcher: Agent;

beforeAll(async () => {
  upstream = await startUpstream("harbor_registry_user", "regpass");
  const authority = await testAuthority();
  running = await testHarbor({
    tls: await serverTls(authority),
    version: "v2.9.5-local295",
    // The recording's upstream is the registry behind that Harbor itself, at an address of that machine.
    resolve: (url) => (url === "http://127.0.0.1:25000" ? upstream.url : url),
  });
  dispatcher = new Agent({ connect: { ca: authority.certificatePem } });
});

afterAll(async () => {
  await dispatcher.close();
  await running[Symbol.asyncDispose]();
  await upstream[Symbol.asyncDispose]();
});

/** Sends one line as it was recorded and tells how the answer differs. */
async function replay(line: Exchange, next: Exchange | undefined): Promise<readonly string[]> {
  const { url } = running.harbor;
  const request = filled(line.request, captures);
  const header = authorization(request.as, captures, adminPassword);
  const bytes = request.json === undefined ? bodyBytes(request.body) : JSON.stringify(request.json);
  const answer = await fetch(request.path.startsWith("https:") ? request.path : url + request.path, {
    method: request.method,
    headers: {
      ...(header === undefined ? {} : { authorization: header }),
      ...(request.json === undefined ? {} : { "content-type": "application/json" }),
      ...request.headers,
    },
    body: bytes ?? null,
    dispatcher,
  });
  const text = await answer.text();
  const isJson = (answer.headers.get("content-type") ?? "").includes("json") && text !== "";
  const body: unknown = text === "" ? null : isJson ? JSON.parse(text) : text;
  const comparable = typeof line.response.body === "object" && typeof body === "string" ? asJson(body) : body;
  capture(captures, line, next, answer.headers, body);
  if (line.id === "push.manifest" && typeof bytes === "object") {
    const type = "application/vnd.oci.image.manifest.v1+json";
    upstream.content.set("team-a/app/manifests/v1", { type, bytes });
  }
  return [
    ...differences(line.response.status, answer.status, url, "status"),
    ...Object.entries(line.response.headers).flatMap(([name, value]) =>
      differences(value, answer.headers.get(name) ?? "", url, name),
    ),
    ...differences(line.response.body, comparable, url),
  ];
}

/** A manifest's media type does not say json everywhere, its body is all the same. */
function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

describe("the embedded Harbor answers as Harbor 2.9.5 did", () => {
  test("the recording has all its lines", () => {
    expect(lines.length).toBeGreaterThanOrEqual(160);
    expect(Object.keys(notMet).filter((id) => !lines.some((line) => line.id === id))).toEqual([]);
  });

  test.each(lines.map((line, index) => [line.id, index] as const))("%s", async (id, index) => {
    const line = lines[index] as Exchange;
    const found = await replay(line, lines[index + 1]);
    const met = "met, so it must come off the list";
    const listed = found.length === 0 ? [met] : [];
    expect(notMet[id] === undefined ? found : listed).toEqual([]);
  });
});
