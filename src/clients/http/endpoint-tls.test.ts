import { describe, expect, test } from "vitest";
import { MoorlineError } from "../../model/errors.ts";
import { Sensitive } from "../../model/sensitive.ts";
import { openEndpoint, type TlsOptions } from "./endpoint.ts";
import { makeAuthority } from "./testing/certificates.ts";
import { serveHttp, serveHttps, serveTcp } from "./testing/servers.ts";

const authority = makeAuthority();
const stranger = makeAuthority("Another CA");
const loopback = authority.issue({ san: "DNS:localhost,IP:127.0.0.1" });
const client = authority.issue({ client: true });
const strangeClient = stranger.issue({ client: true });

const served = (pair: { certificate: string; key: string }, more: object = {}) =>
  serveHttps(
    { cert: pair.certificate, key: pair.key, ...more },
    (_request, response) => void response.end("ok"),
  );

async function get(url: string, tls: TlsOptions): Promise<string> {
  await using endpoint = openEndpoint(url, { tls, timeoutMs: 10_000 });
  return (await endpoint.request({ method: "GET", path: "/" })).text();
}

async function failureOf(promise: Promise<unknown>): Promise<MoorlineError> {
  const thrown = await promise.catch((e: unknown) => e);
  expect(thrown).toBeInstanceOf(MoorlineError);
  return thrown as MoorlineError;
}

const pairOf = (pair: { certificate: string; key: string }) => ({
  certificate: pair.certificate,
  privateKey: new Sensitive(pair.key),
});

describe("an HTTPS endpoint", () => {
  test("trusts what its CA signed", async () => {
    await using server = await served(loopback);
    expect(await get(server.url, { ca: authority.certificate })).toBe("ok");
  });

  test("names the issuer of a certificate that its CA did not sign", async () => {
    await using server = await served(loopback);
    const error = await failureOf(get(server.url, { ca: stranger.certificate }));
    expect([error.code, error.retry]).toEqual(["TLS_UNKNOWN_AUTHORITY", "never"]);
    expect(error.message).toContain("CN=Test CA");
    expect(error.message).toContain(server.url);
  });

  test("does not trust a private CA by the machine's roots", async () => {
    await using server = await served(loopback);
    expect((await failureOf(get(server.url, {}))).code).toBe("TLS_UNKNOWN_AUTHORITY");
  });

  test("names the names of a certificate for another host", async () => {
    await using server = await served(authority.issue({ san: "DNS:harbor.example.com" }));
    const error = await failureOf(get(server.url, { ca: authority.certificate }));
    expect(error.code).toBe("TLS_NAME_MISMATCH");
    expect(error.message).toContain("DNS:harbor.example.com");
  });

  test("verifies against the server name when one is given", async () => {
    await using server = await served(authority.issue({ san: "DNS:harbor.example.com" }));
    expect(await get(server.url, { ca: authority.certificate, serverName: "harbor.example.com" })).toBe("ok");
  });

  test("refuses a certificate without subject alternative names", async () => {
    await using server = await served(authority.issue({}));
    expect((await failureOf(get(server.url, { ca: authority.certificate }))).code).toBe("TLS_NAME_MISMATCH");
  });

  test("tells since when a certificate is expired", async () => {
    const expired = authority.issue({ san: "IP:127.0.0.1", from: "20200101000000Z", to: "20210101000000Z" });
    await using server = await served(expired);
    const error = await failureOf(get(server.url, { ca: authority.certificate }));
    expect(error.code).toBe("TLS_CERTIFICATE_EXPIRED");
    expect(error.message).toContain("2021-01-01T00:00:00.000Z");
  });

  test("tells from when a certificate will be valid", async () => {
    const future = authority.issue({ san: "IP:127.0.0.1", from: "20900101000000Z", to: "20910101000000Z" });
    await using server = await served(future);
    const error = await failureOf(get(server.url, { ca: authority.certificate }));
    expect(error.code).toBe("TLS_NOT_YET_VALID");
    expect(error.message).toContain("2090-01-01");
  });

  test("goes through with verification off when that is asked for", async () => {
    await using server = await served(authority.issue({ san: "DNS:other" }));
    expect(await get(server.url, { ca: stranger.certificate, insecureSkipVerify: true })).toBe("ok");
  });

  test("refuses a server that is below the minimum version", async () => {
    await using server = await served(loopback, { maxVersion: "TLSv1.2" });
    const error = await failureOf(get(server.url, { ca: authority.certificate, minimumVersion: "TLSv1.3" }));
    expect(error.code).toBe("TLS_PROTOCOL_TOO_OLD");
    expect(error.message).toContain("TLSv1.3");
  });

  test("says when the port speaks plain HTTP", async () => {
    await using server = await serveHttp((_request, response) => void response.end("ok"));
    const error = await failureOf(get(server.url.replace("http:", "https:"), { ca: authority.certificate }));
    expect(error.code).toBe("TLS_SERVER_SPEAKS_PLAIN_HTTP");
  });
});

describe("mutual TLS", () => {
  const mutual = { ca: authority.certificate, requestCert: true, rejectUnauthorized: true };

  test.each(["TLSv1.2", "TLSv1.3"] as const)("with a client certificate works over %s", async (version) => {
    await using server = await served(loopback, { ...mutual, minVersion: version, maxVersion: version });
    expect(await get(server.url, { ca: authority.certificate, clientCertificate: pairOf(client) })).toBe(
      "ok",
    );
  });

  test.each(["TLSv1.2", "TLSv1.3"] as const)(
    "without one says that it is required over %s",
    async (version) => {
      await using server = await served(loopback, { ...mutual, minVersion: version, maxVersion: version });
      const error = await failureOf(get(server.url, { ca: authority.certificate }));
      expect([error.code, error.retry]).toEqual(["TLS_CLIENT_CERTIFICATE_REQUIRED", "never"]);
    },
  );

  test.each([
    ["No required SSL certificate was sent", "TLS_CLIENT_CERTIFICATE_REQUIRED"],
    ["The SSL certificate error", "TLS_CLIENT_CERTIFICATE_REFUSED"],
    ["The plain HTTP request was sent to HTTPS port", "TLS_PLAIN_HTTP_ON_HTTPS_PORT"],
  ])("nginx's page '%s' is an error, in a request and in a stream", async (page, code) => {
    const tls = { cert: loopback.certificate, key: loopback.key };
    await using server = await serveHttps(tls, (_request, response) => {
      response.writeHead(400, { "content-type": "text/html" }).end(`<html><center>${page}</center></html>`);
    });
    expect((await failureOf(get(server.url, { ca: authority.certificate }))).code).toBe(code);
    await using endpoint = openEndpoint(server.url, { tls: { ca: authority.certificate } });
    expect((await failureOf(endpoint.stream({ method: "GET", path: "/" }))).code).toBe(code);
  });

  test("with a certificate of another CA says that it is refused", async () => {
    await using server = await served(loopback, { ...mutual, minVersion: "TLSv1.3" });
    const tls = { ca: authority.certificate, clientCertificate: pairOf(strangeClient) };
    expect((await failureOf(get(server.url, tls))).code).toBe("TLS_CLIENT_CERTIFICATE_REFUSED");
  });
});

test("an http URL on a TLS port says to write https", async () => {
  // What OpenSSL-based servers other than nginx do: a fatal TLS alert in answer to the request line.
  await using server = await serveTcp((socket) => {
    socket.once("data", () => socket.end(Buffer.from([0x15, 0x03, 0x01, 0x00, 0x02, 0x02, 0x46])));
  });
  await using endpoint = openEndpoint(`http://127.0.0.1:${server.port}`);
  const error = await failureOf(endpoint.request({ method: "GET", path: "/" }));
  expect(error.code).toBe("TLS_PLAIN_HTTP_ON_HTTPS_PORT");
});

describe("what is configured is checked before anything is sent", () => {
  const open = (tls: TlsOptions) => () => openEndpoint("https://127.0.0.1:1", { tls });

  test("an empty or broken CA bundle", () => {
    expect(open({ ca: "" })).toThrowError("no BEGIN CERTIFICATE block");
    expect(open({ ca: "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----" })).toThrowError(
      "certificate 1 of 1 does not parse",
    );
  });

  test("a key of another certificate, without showing it", () => {
    const pair = { certificate: client.certificate, privateKey: new Sensitive(loopback.key) };
    expect(open({ clientCertificate: pair })).toThrowError(/cannot be used together/);
    expect(open({ clientCertificate: pair })).not.toThrowError("PRIVATE KEY");
  });
});
