import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { MoorlineError } from "../../model/errors.ts";
import { openEndpoint } from "./endpoint.ts";
import { serveHttp, serveTcp } from "./testing/servers.ts";

const failureOf = async (promise: Promise<unknown>): Promise<MoorlineError> => {
  const thrown = await promise.then(
    () => undefined,
    (e: unknown) => e,
  );
  expect(thrown).toBeInstanceOf(MoorlineError);
  return thrown as MoorlineError;
};

describe("a request", () => {
  test("sends path and query byte for byte, with a request id and no cookie", async () => {
    const seen: { url?: string; headers?: NodeJS.Dict<string | string[]> }[] = [];
    await using server = await serveHttp((request, response) => {
      seen.push({ url: request.url ?? "", headers: request.headers });
      response.setHeader("set-cookie", "sid=abc").end('{"a":1}');
    });
    await using endpoint = openEndpoint(`${server.url}/prefix/`, { requestId: () => "id-1" });
    const answer = await endpoint.request({
      method: "GET",
      path: "/a%252Fb/../c",
      query: { q: "Level=project,ProjectID=2", page: 1, none: undefined, many: ["x", "y"] },
    });
    await endpoint.request({ method: "GET", path: "/again" });
    expect(answer.json()).toEqual({ a: 1 });
    expect(answer.requestId).toBe("id-1");
    expect(seen[0]?.url).toBe("/prefix/a%252Fb/../c?q=Level%3Dproject%2CProjectID%3D2&page=1&many=x&many=y");
    expect(seen[0]?.headers?.["x-request-id"]).toBe("id-1");
    expect(seen[1]?.headers?.cookie).toBeUndefined();
  });

  test("keeps its connections for calls one after another", async () => {
    await using server = await serveHttp((_request, response) => void response.end("ok"));
    await using endpoint = openEndpoint(server.url);
    for (let i = 0; i < 20; i++) await endpoint.request({ method: "GET", path: "/" });
    // The pool may open a second one while the first still ends its answer.
    expect(server.connections()).toBeLessThanOrEqual(2);
  });

  test("takes any status as an answer", async () => {
    await using server = await serveHttp((_request, response) => void response.writeHead(503).end("busy"));
    await using endpoint = openEndpoint(server.url);
    const answer = await endpoint.request({ method: "GET", path: "/" });
    expect([answer.status, answer.text()]).toEqual([503, "busy"]);
  });

  test("refuses a body that is larger than its bound", async () => {
    await using server = await serveHttp((_request, response) => void response.end(Buffer.alloc(5000)));
    await using endpoint = openEndpoint(server.url);
    const error = await failureOf(endpoint.request({ method: "GET", path: "/", maxBodyBytes: 4096 }));
    expect(error.code).toBe("NETWORK_BODY_TOO_LARGE");
    expect(error.message).toContain("4096");
  });

  test("says that an HTML page is not JSON", async () => {
    await using server = await serveHttp(
      (_request, response) => void response.setHeader("content-type", "text/html").end("<html>login</html>"),
    );
    await using endpoint = openEndpoint(server.url);
    const answer = await endpoint.request({ method: "GET", path: "/api" });
    expect(() => answer.json()).toThrowError(/text\/html where JSON was expected/);
  });

  test("streams a body up", async () => {
    await using server = await serveHttp((request, response) => {
      void text(request).then((body) => response.end(String(body.length)));
    });
    await using endpoint = openEndpoint(server.url);
    const pieces = Readable.from([Buffer.alloc(70_000), Buffer.alloc(50_000)]);
    const answer = await endpoint.request({ method: "PUT", path: "/", body: pieces });
    expect(answer.text()).toBe("120000");
  });
});

describe("redirects", () => {
  test("are answers unless asked for", async () => {
    await using server = await serveHttp(
      (_request, response) => void response.writeHead(307, { location: "/there" }).end(),
    );
    await using endpoint = openEndpoint(server.url);
    expect((await endpoint.request({ method: "GET", path: "/" })).status).toBe(307);
  });

  test("to another origin go without credentials", async () => {
    const seen: (string | undefined)[] = [];
    await using other = await serveHttp((request, response) => {
      seen.push(request.headers.authorization, request.headers.cookie);
      response.end("there");
    });
    await using server = await serveHttp((request, response) => {
      seen.push(request.headers.authorization);
      response.writeHead(307, { location: `${other.url}/blob?sig=1` }).end();
    });
    await using endpoint = openEndpoint(server.url);
    const headers = { Authorization: "Basic c2VjcmV0", cookie: "a=b" };
    const answer = await endpoint.request({ method: "GET", path: "/", headers, redirects: 1 });
    expect(answer.text()).toBe("there");
    expect(seen).toEqual(["Basic c2VjcmV0", undefined, undefined]);
  });

  test("to a server that is gone name that server", async () => {
    const gone = await closedPort();
    await using server = await serveHttp(
      (_request, response) => void response.writeHead(307, { location: `${gone.url}/blob` }).end(),
    );
    await using endpoint = openEndpoint(server.url);
    const error = await failureOf(endpoint.request({ method: "GET", path: "/", redirects: 1 }));
    expect([error.code, error.subject]).toEqual(["NETWORK_CONNECTION_REFUSED", gone.url]);
  });

  test("of a write are refused", async () => {
    await using server = await serveHttp(
      (_request, response) => void response.writeHead(307, { location: "/there?sig=secret" }).end(),
    );
    await using endpoint = openEndpoint(server.url);
    const error = await failureOf(endpoint.request({ method: "PUT", path: "/", body: "x", redirects: 1 }));
    expect(error.code).toBe("NETWORK_REDIRECT_REFUSED");
    expect(error.message).not.toContain("secret");
  });
});

describe("a stream", () => {
  test("arrives while the server still writes", async () => {
    let finish: () => void = () => undefined;
    await using server = await serveHttp((_request, response) => {
      response.write("first");
      finish = () => response.end("last");
    });
    await using endpoint = openEndpoint(server.url);
    const { body } = await endpoint.stream({ method: "GET", path: "/" });
    const pieces = body[Symbol.asyncIterator]();
    expect(String((await pieces.next()).value)).toBe("first");
    finish();
    expect(String((await pieces.next()).value)).toBe("last");
    expect((await pieces.next()).done).toBe(true);
  });

  test("ends with a reset when the server goes away in the middle", async () => {
    await using server = await serveHttp((_request, response) => {
      response.write("first", () => response.destroy());
    });
    await using endpoint = openEndpoint(server.url);
    const { body } = await endpoint.stream({ method: "GET", path: "/" });
    expect((await failureOf(text(body))).code).toBe("NETWORK_RESET");
  });

  test("ends when it is silent for too long", async () => {
    await using server = await serveHttp((_request, response) => void response.write("first"));
    await using endpoint = openEndpoint(server.url);
    const { body } = await endpoint.stream({ method: "GET", path: "/", idleTimeoutMs: 100 });
    const error = await failureOf(text(body));
    expect([error.code, error.retry]).toEqual(["NETWORK_TIMEOUT", "later"]);
  });

  test("ends as cancelled when its caller stops it", async () => {
    await using server = await serveHttp((_request, response) => void response.write("first"));
    await using endpoint = openEndpoint(server.url);
    const stop = new AbortController();
    const { body } = await endpoint.stream({
      method: "GET",
      path: "/",
      signal: stop.signal,
      idleTimeoutMs: 0,
    });
    const failure = failureOf(text(body));
    stop.abort();
    expect((await failure).code).toBe("CANCELLED");
  });
});

describe("a failure on the way", () => {
  test("of the name says that the name does not resolve", async () => {
    await using endpoint = openEndpoint("https://no-such-host.invalid", { timeoutMs: 20_000 });
    const error = await failureOf(endpoint.request({ method: "GET", path: "/" }));
    expect(error.code).toBe("NETWORK_NAME_NOT_RESOLVED");
    expect(error.message).toContain("no-such-host.invalid");
  });

  test("of a closed port says that the connection is refused", async () => {
    const { url } = await closedPort();
    await using endpoint = openEndpoint(url);
    const error = await failureOf(endpoint.request({ method: "GET", path: "/" }));
    expect([error.code, error.retry, error.subject]).toEqual(["NETWORK_CONNECTION_REFUSED", "later", url]);
  });

  test("of a silent server is a time-out that names the limit", async () => {
    await using server = await serveHttp(() => undefined);
    await using endpoint = openEndpoint(server.url, { timeoutMs: 120 });
    const error = await failureOf(endpoint.request({ method: "GET", path: "/" }));
    expect([error.code, error.retry]).toEqual(["NETWORK_TIMEOUT", "later"]);
    expect(error.message).toContain("0.12 s");
  });

  test("by the caller's signal is a cancellation, not a time-out", async () => {
    await using server = await serveHttp(() => undefined);
    await using endpoint = openEndpoint(server.url);
    const stop = new AbortController();
    const failure = failureOf(endpoint.request({ method: "GET", path: "/", signal: stop.signal }));
    stop.abort();
    expect((await failure).code).toBe("CANCELLED");
  });

  test("of a server that hangs up is a reset", async () => {
    await using server = await serveTcp((socket) => socket.once("data", () => socket.destroy()));
    await using endpoint = openEndpoint(`http://127.0.0.1:${server.port}`);
    expect((await failureOf(endpoint.request({ method: "GET", path: "/" }))).code).toBe("NETWORK_RESET");
  });

  test("of a server that speaks another protocol says so", async () => {
    await using server = await serveTcp((socket) => void socket.end("SSH-2.0-OpenSSH_9.2p1\r\n"));
    await using endpoint = openEndpoint(`http://127.0.0.1:${server.port}`);
    expect((await failureOf(endpoint.request({ method: "GET", path: "/" }))).code).toBe("NETWORK_NOT_HTTP");
  });
});

test.each([
  ["ftp://host", "neither https nor http"],
  ["https://user:pw@host", "user or password"],
  ["https://user:p/pw@host", "does not parse"],
  ["user:pw@host", "neither"],
  ["https://host?x=1", "query"],
  ["host:443", "neither"],
  ["//", "does not parse"],
])("the URL %s is refused without repeating what it may hide", (url, reason) => {
  expect(() => openEndpoint(url)).toThrowError(reason);
  expect(() => openEndpoint(url)).not.toThrowError("pw@");
});

async function closedPort(): Promise<{ url: string }> {
  const server = await serveHttp(() => undefined);
  await server[Symbol.asyncDispose]();
  return { url: server.url };
}
