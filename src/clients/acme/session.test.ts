import { describe, expect, test } from "vitest";
import { describeError, MoorlineError } from "../../model/errors.ts";
import { openEndpoint } from "../http/endpoint.ts";
import { makeAuthority } from "../http/testing/certificates.ts";
import { serveHttps } from "../http/testing/servers.ts";
import { openAccount } from "./account.ts";
import { finalize, placeOrder } from "./order.ts";
import { challengeFailure } from "./problem.ts";
import type { Order } from "./resources.ts";
import { AcmeSession } from "./session.ts";
import { problem, scripted } from "./testing/scripted.ts";
import { codeOf } from "./testing/support.ts";

const names = [{ type: "dns", value: "harbor.example.com" }];

const failureOf = async (work: Promise<unknown>): Promise<MoorlineError> => {
  const thrown: unknown = await work.catch((failure: unknown) => failure);
  if (thrown instanceof MoorlineError) return thrown;
  throw new Error("it did not fail");
};

describe("a refused order is an error that says what to do", () => {
  test.each([
    ["rejectedIdentifier", "ACME_NAME_REFUSED"],
    ["unsupportedIdentifier", "ACME_NAME_REFUSED"],
    ["caa", "ACME_NAME_REFUSED"],
    ["userActionRequired", "ACME_TERMS_NOT_AGREED"],
    ["externalAccountRequired", "ACME_EXTERNAL_ACCOUNT_REQUIRED"],
    ["invalidContact", "ACME_ACCOUNT_REFUSED"],
    ["accountDoesNotExist", "ACME_ACCOUNT_REFUSED"],
    ["unauthorized", "ACME_ACCOUNT_REFUSED"],
    ["serverInternal", "ACME_SERVER_FAILED"],
    ["malformed", "ACME_REQUEST_REFUSED"],
    ["somethingNew", "ACME_REQUEST_REFUSED"],
  ])("%s is %s, with the server's words in both languages", async (type, code) => {
    await using server = await scripted(() => problem(type));
    const failure = await failureOf(placeOrder(server.session, names));
    expect(failure.code).toBe(code);
    for (const language of ["en", "zh-CN"] as const)
      expect(describeError(failure, language).what).toContain("the server's words");
    expect(server.asked).toHaveLength(1);
  });

  test("the names that it is about are told, where the server tells them", async () => {
    const subproblems = [
      {
        type: "urn:ietf:params:acme:error:caa",
        detail: "CAA says no",
        identifier: { type: "dns", value: "bad.example.com" },
      },
    ];
    await using server = await scripted(() => problem("caa", "some names", { subproblems }));
    const failure = await failureOf(placeOrder(server.session, names));
    expect(failure.parameters).toMatchObject({ identifier: "bad.example.com" });
    expect(failure.message).toContain("bad.example.com: CAA says no");
  });

  test.each([
    ["7200", 7200],
    ["Mon, 01 Jun 2026 03:00:00 GMT", 10_800],
    [undefined, 3600],
  ])("a rate limit with Retry-After %s is to be tried later, and names the time", async (header, seconds) => {
    await using server = await scripted(() => ({
      ...problem("rateLimited", "too many certificates"),
      status: 429,
      ...(header !== undefined && { headers: { "retry-after": header } }),
    }));
    const failure = await failureOf(placeOrder(server.session, names));
    expect(failure).toMatchObject({ code: "ACME_RATE_LIMITED", retry: "later", retryAfterSeconds: seconds });
    const until = new Date(Date.parse("2026-06-01T00:00:00Z") + seconds * 1000).toISOString();
    expect(describeError(failure, "en").remedy).toContain(until);
    expect([server.asked.length, server.time.slept]).toEqual([1, []]);
  });

  test("a server that is down with a page of HTML is to be tried later", async () => {
    const headers = { "content-type": "text/html", "retry-after": "30" };
    await using server = await scripted(() => ({ status: 503, body: "<h1>sorry</h1>", headers }));
    const failure = await failureOf(placeOrder(server.session, names));
    expect(failure).toMatchObject({ code: "ACME_SERVER_FAILED", retry: "later", retryAfterSeconds: 30 });
  });
});

describe("nonces", () => {
  test("that are refused are replaced by the one that came with the refusal", async () => {
    let refusals = 0;
    await using server = await scripted(() =>
      refusals++ < 6 ? { ...problem("badNonce"), status: 400 } : problem("malformed"),
    );
    expect(await codeOf(placeOrder(server.session, names))).toBe("ACME_REQUEST_REFUSED");
    const used = server.asked.map((a) => a.header.nonce);
    expect(new Set(used).size).toBe(used.length);
  });

  test("that are refused for ever end it, after pauses that grow", async () => {
    await using server = await scripted(() => ({ ...problem("badNonce"), status: 400 }));
    expect(await codeOf(placeOrder(server.session, names))).toBe("ACME_NONCES_REFUSED");
    expect(server.asked).toHaveLength(16);
    expect(server.time.slept.length).toBeGreaterThan(8);
    expect(server.time.slept.at(-1)).toBeGreaterThan(server.time.slept[0] ?? 0);
  });
});

describe("a server that is not what it should be", () => {
  test.each([
    [{ body: "<html>" }, "ACME_SERVER_UNREADABLE"],
    [{ body: { status: "pending" } }, "ACME_SERVER_UNREADABLE"],
    [{ status: 404 }, "ACME_REQUEST_REFUSED"],
  ])("answers an order with %j: %s", async (said, code) => {
    await using server = await scripted(() => said);
    expect(await codeOf(placeOrder(server.session, names))).toBe(code);
  });

  test("leads from HTTPS to plain HTTP and is not followed", async () => {
    await using plain = await scripted(() => ({}));
    const authority = makeAuthority();
    const pair = authority.issue({ san: "IP:127.0.0.1" });
    await using server = await serveHttps({ cert: pair.certificate, key: pair.key }, (_request, response) => {
      const away = `${plain.url}/nonce`;
      response.end(JSON.stringify({ newNonce: away, newAccount: away, newOrder: away }));
    });
    await using endpoint = openEndpoint(server.url, { tls: { ca: authority.certificate } });
    const { key, time, signal } = plain.session;
    const directoryUrl = `${server.url}/dir`;
    const session = new AcmeSession({ directoryUrl, endpoint: () => endpoint, key, time, signal });
    expect(await codeOf(placeOrder(session, names))).toBe("ACME_SERVER_UNREADABLE");
  });
});

const order = (url: string, status: string): Order => ({
  status,
  identifiers: names,
  authorizations: [],
  finalize: `${url}/finalize`,
  url: `${url}/order/1`,
});

describe("waiting for the certificate", () => {
  test("ends after two minutes of pauses, with the server's last word, and can be taken up again", async () => {
    await using server = await scripted((_asked, url) => ({ body: order(url, "processing") }));
    const work = finalize(server.session, order(server.url, "ready"), () =>
      Promise.resolve(Buffer.from("csr")),
    );
    const failure = await failureOf(work);
    expect(failure).toMatchObject({ code: "ACME_TOO_SLOW", retry: "later" });
    expect(failure.parameters).toMatchObject({ status: "processing" });
    expect(server.asked.length).toBeLessThan(60);
    expect(server.asked[0]?.payload).toEqual({ csr: Buffer.from("csr").toString("base64url") });
  });

  test("keeps to the pace that the server asks for", async () => {
    let looks = 0;
    await using server = await scripted((_asked, url) => ({
      body: order(url, looks++ < 2 ? "processing" : "valid"),
      headers: { "retry-after": "7" },
    }));
    const done = await finalize(server.session, order(server.url, "processing"), () =>
      Promise.reject(new Error()),
    );
    expect([done.status, server.time.slept]).toEqual(["valid", [7000, 7000]]);
  });

  test("ends at once when it is stopped", async () => {
    const stop = new AbortController();
    await using server = await scripted((_asked, url) => {
      stop.abort();
      return { body: order(url, "processing") };
    }, stop.signal);
    const work = finalize(server.session, order(server.url, "processing"), () => Promise.reject(new Error()));
    expect(await codeOf(work)).toBe("CANCELLED");
    expect(server.asked).toHaveLength(1);
  });
});

describe("an account", () => {
  const options = { contacts: ["ops@example.com"], termsOfServiceAgreed: true } as const;

  test("that is there is found, and told the contacts that changed", async () => {
    await using server = await scripted(() => ({
      body: { status: "valid", contact: ["mailto:old@example.com"] },
      headers: { location: "/account/7" },
    }));
    await openAccount(server.session, options);
    expect(server.asked.map((a) => [a.path, a.payload, a.header.kid])).toEqual([
      ["/account", { onlyReturnExisting: true }, undefined],
      ["/account/7", { contact: ["mailto:ops@example.com"] }, `${server.url}/account/7`],
    ]);
  });

  test("that is not there is made", async () => {
    await using server = await scripted(({ payload }) =>
      (payload as { onlyReturnExisting?: true }).onlyReturnExisting === true
        ? { ...problem("accountDoesNotExist"), status: 400 }
        : { status: 201, body: { status: "valid" }, headers: { location: "/account/8" } },
    );
    await openAccount(server.session, options);
    expect(server.session.account).toBe(`${server.url}/account/8`);
    expect(server.asked[1]?.payload).toEqual({ contact: ["mailto:ops@example.com"] });
  });
});

test.each([
  ["connection", "ACME_CHALLENGE_UNREACHABLE"],
  ["dns", "ACME_CHALLENGE_UNREACHABLE"],
  ["tls", "ACME_CHALLENGE_UNREACHABLE"],
  ["unauthorized", "ACME_CHALLENGE_WRONG"],
  ["incorrectResponse", "ACME_CHALLENGE_WRONG"],
  ["caa", "ACME_NAME_REFUSED"],
])(
  "a challenge that failed with %s is %s, and names host, challenge and the server's words",
  (type, code) => {
    const { body } = problem(type);
    const failure = challengeFailure(
      { ...(body as { type: string; detail: string }), subproblems: [] },
      "harbor.example.com",
      "http-01",
      "https://acme.example.com/dir",
    );
    expect(failure.code).toBe(code);
    for (const language of ["en", "zh-CN"] as const)
      expect(describeError(failure, language).what).toMatch(/harbor\.example\.com.*the server's words/);
  },
);
