import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { Sensitive } from "../../model/sensitive.ts";
import { openEndpoint } from "../http/endpoint.ts";
import { serveHttp } from "../http/testing/servers.ts";
import { directApi } from "./api.ts";
import { renderRegistrySecret } from "./registry-secret.ts";
import { verdictOf, verifyRegistrySecret } from "./verify-secret.ts";

const shared = process.env["MOORLINE_SHARED"] ?? resolve(import.meta.dirname, "../../../../shared");

const line = z.object({
  id: z.string(),
  request: z.object({ path: z.string() }),
  response: z.object({ status: z.number(), body: z.unknown() }),
});
const recorded = readFileSync(resolve(shared, "contracts/kubesphere/3.4.1.jsonl"), "utf8")
  .trim()
  .split("\n")
  .map((each) => line.parse(JSON.parse(each)))
  .filter(({ request }) => request.path.endsWith("/verify") && request.path.includes("registrysecrets"));

const answer = (status: number, body: unknown) => ({
  status,
  subject: "POST verify",
  text: () => (typeof body === "string" ? body : JSON.stringify(body)),
});

describe("what ks-apiserver 3.4.1 answered", () => {
  test("was recorded", () => {
    expect(recorded.length).toBeGreaterThan(10);
  });

  test.each(recorded)("$id is a verdict, not an error", ({ response }) => {
    const verdict = verdictOf(answer(response.status, response.body));
    expect(verdict.ok).toBe(response.status === 200);
    expect(verdict.message).toBe(verdict.ok ? "" : String(response.body).trim());
  });
});

test("a refusal in the words of 4.1.3 is a verdict too", () => {
  expect(verdictOf(answer(400, "registry auth failed with err: x509: certificate has expired\n"))).toEqual({
    ok: false,
    message: "x509: certificate has expired",
  });
});

const status = (code: number) => ({
  kind: "Status",
  status: "Failure",
  message: "told why",
  reason: "R",
  code,
});
test.each([
  ["an expired token", 401, status(401), "KUBESPHERE_UNAUTHORIZED"],
  ["missing rights", 403, status(403), "KUBESPHERE_FORBIDDEN"],
  ["missing rights in plain text", 403, "forbidden", "KUBESPHERE_FORBIDDEN"],
  ["a page of something else", 400, "<html></html>", "KUBESPHERE_UNREACHABLE"],
  ["a server that is down", 503, status(503), "KUBESPHERE_UNREACHABLE"],
  ["an API that is not there", 404, "404 page not found", "KUBESPHERE_UNREACHABLE"],
])("%s is an error, not a verdict", (_name, code, body, expected) => {
  expect(() => verdictOf(answer(code, body))).toThrow(expect.objectContaining({ code: expected }));
});

test("the Secret is sent whole, with KubeSphere's own credential", async () => {
  const seen: { url?: string | undefined; authorization?: string | undefined; body?: string }[] = [];
  await using server = await serveHttp((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      seen.push({ url: request.url, authorization: request.headers.authorization, body });
      response.end(body);
    });
  });
  await using endpoint = openEndpoint(server.url);
  const secret = renderRegistrySecret({
    name: "harbor",
    namespace: "demo",
    url: "https://h",
    username: "u",
    password: new Sensitive("p"),
  });
  const api = directApi(endpoint, new Sensitive("Bearer t"));
  expect(await verifyRegistrySecret(api, secret, new AbortController().signal)).toEqual({
    ok: true,
    message: "",
  });
  expect(seen).toEqual([
    {
      url: "/kapis/resources.kubesphere.io/v1alpha3/namespaces/demo/registrysecrets/harbor/verify",
      authorization: "Bearer t",
      body: JSON.stringify(secret),
    },
  ]);
});
