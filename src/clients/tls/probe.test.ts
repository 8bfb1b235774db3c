import { describe, expect, test } from "vitest";
import { Sensitive } from "../../model/sensitive.ts";
import { makeAuthority } from "../http/testing/certificates.ts";
import { serveHttp, serveHttps, serveTcp } from "../http/testing/servers.ts";
import { probeTls } from "./probe.ts";

const authority = makeAuthority();
const leaf = authority.issue({ san: "DNS:harbor.example.com,IP:127.0.0.1", to: "20300101000000Z" });
const client = authority.issue({ client: true });
const stranger = makeAuthority("Another CA").issue({ client: true });

const serve = (more: object = {}, status = 200, page = "ok") =>
  serveHttps({ cert: leaf.certificate, key: leaf.key, ...more }, (_request, response) => {
    response.writeHead(status).end(page);
  });
const at = (port: number) => ({ host: "127.0.0.1", port, tls: { ca: authority.certificate } });
const withPair = (pair: { certificate: string; key: string }) => ({
  ca: authority.certificate,
  clientCertificate: { certificate: pair.certificate, privateKey: new Sensitive(pair.key) },
});

describe("a probe", () => {
  test("tells what a trusted server showed", async () => {
    await using server = await serve();
    const seen = await probeTls(at(server.port));
    expect(seen).toMatchObject({
      connected: true,
      handshake: true,
      protocol: "TLSv1.3",
      authorized: true,
      authorizationError: undefined,
      servedSerial: "1000",
      servedNames: "DNS:harbor.example.com, IP Address:127.0.0.1",
      servedIssuer: "CN=Test CA",
      client: "accepted",
      failure: undefined,
    });
    expect(seen.notAfter?.toISOString()).toBe("2030-01-01T00:00:00.000Z");
    expect(seen.cipher).toMatch(/^TLS_/);
  });

  test("tells the served chain as the server sent it, without what the trust store holds", async () => {
    await using lone = await serve();
    expect((await probeTls(at(lone.port))).chainPem.map((pem) => pem.trim())).toEqual([
      leaf.certificate.trim(),
    ]);
    await using both = await serve({ cert: leaf.certificate + authority.certificate });
    const chain = (await probeTls(at(both.port))).chainPem.map((pem) => pem.trim());
    expect(chain).toEqual([leaf.certificate.trim(), authority.certificate.trim()]);
  });

  test("tells why a server is not trusted, and still what it showed", async () => {
    await using server = await serve();
    const unknown = await probeTls({ host: "127.0.0.1", port: server.port });
    expect([unknown.authorized, unknown.authorizationError]).toEqual([
      false,
      "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    ]);
    expect(unknown.servedSerial).toBe("1000");
    const misnamed = await probeTls({ ...at(server.port), serverName: "other.example.com" });
    expect(misnamed.authorizationError).toBe("ERR_TLS_CERT_ALTNAME_INVALID");
  });

  test("asks for another name than it connects to", async () => {
    await using server = await serve();
    expect((await probeTls({ ...at(server.port), serverName: "harbor.example.com" })).authorized).toBe(true);
  });

  test.each(["TLSv1.2", "TLSv1.3"] as const)("tells over %s what becomes of the client", async (version) => {
    const mutual = { ca: authority.certificate, requestCert: true, rejectUnauthorized: true };
    await using server = await serve({ ...mutual, minVersion: version, maxVersion: version });
    expect((await probeTls(at(server.port))).client).toBe("required");
    expect((await probeTls({ ...at(server.port), tls: withPair(client) })).client).toBe("accepted");
    expect((await probeTls({ ...at(server.port), tls: withPair(stranger) })).client).not.toBe("accepted");
  });

  test.each([
    ["No required SSL certificate was sent", "required"],
    ["The SSL certificate error", "refused"],
    ["400 for another reason", "accepted"],
  ])("reads nginx's page '%s'", async (page, verdict) => {
    await using server = await serve({}, 400, page);
    expect((await probeTls(at(server.port))).client).toBe(verdict);
  });

  test("tells a port that does not speak TLS, one that is closed, and one that is silent", async () => {
    await using plain = await serveHttp((_request, response) => void response.end("ok"));
    const spoken = await probeTls(at(plain.port));
    expect([spoken.connected, spoken.handshake]).toEqual([true, false]);
    expect(spoken.failure).toMatch(/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG/);
    await using silent = await serveTcp(() => undefined);
    expect((await probeTls({ ...at(silent.port), timeoutMs: 100 })).failure).toBe("PROBE_TIMEOUT");
    const gone = silent.port;
    await silent[Symbol.asyncDispose]();
    expect(await probeTls(at(gone))).toMatchObject({ connected: false, failure: "ECONNREFUSED" });
  });

  test("stops when it is told to", async () => {
    await using silent = await serveTcp(() => undefined);
    const stop = new AbortController();
    const seen = probeTls({ ...at(silent.port), signal: stop.signal });
    stop.abort();
    expect((await seen).failure).toBe("PROBE_CANCELLED");
    expect((await probeTls({ ...at(silent.port), signal: stop.signal })).failure).toBe("PROBE_CANCELLED");
  });
});
