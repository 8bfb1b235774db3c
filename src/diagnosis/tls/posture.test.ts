import { randomBytes } from "node:crypto";
import type { TlsOptions } from "node:tls";
import { describe, expect, test } from "vitest";
import { makeAuthority } from "../../clients/http/testing/certificates.ts";
import { serveHttps, serveTcp } from "../../clients/http/testing/servers.ts";
import { surveyTls } from "../../clients/tls/survey.ts";
import { judgeTls, type Posture } from "./posture.ts";

const authority = makeAuthority();
const now = new Date();
const stamp = (days: number): string =>
  `${new Date(now.getTime() + days * 86_400_000).toISOString().slice(0, 19).replace(/[-T:]/g, "")}Z`;
const leaf = authority.issue({ san: "DNS:localhost,IP:127.0.0.1", from: stamp(-1), to: stamp(89) });

async function look(
  port: number,
  more: { quick?: boolean; trusted?: string; name?: string } = {},
): Promise<Posture> {
  const survey = await surveyTls({
    host: "127.0.0.1",
    port,
    timeoutMs: 5000,
    signal: AbortSignal.timeout(20_000),
    randomBytes,
    ...(more.quick !== undefined && { quick: more.quick }),
  });
  return judgeTls(survey, {
    trusted: more.trusted ?? authority.certificate,
    now,
    ...(more.name !== undefined && { name: more.name }),
  });
}
const codes = ({ findings }: Posture): string[] => findings.map((f) => f.code);

async function posture(
  options: TlsOptions & { hsts?: string } = {},
  more: Parameters<typeof look>[1] = {},
): Promise<Posture> {
  const { hsts, ...tls } = options;
  await using server = await serveHttps({ cert: leaf.certificate, key: leaf.key, ...tls }, (_, response) => {
    response.writeHead(200, hsts === undefined ? {} : { "strict-transport-security": hsts }).end("ok");
  });
  return await look(server.port, more);
}

const strict = {
  ciphers: "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:TLS_AES_128_GCM_SHA256",
};
const year = "max-age=31536000";

describe("the posture of a server", () => {
  test("with nothing to mend is an A", async () => {
    const seen = await posture({ ...strict, hsts: year });
    expect(codes(seen)).toEqual([]);
    expect(seen).toMatchObject({
      grade: "A",
      survey: { versions: ["TLSv1.2", "TLSv1.3"], suites: ["strong"], client: "not-asked" },
    });
  });

  test("without HSTS, and with suites that age, is a B", async () => {
    const seen = await posture({ hsts: "max-age=60" });
    expect(codes(seen).sort()).toEqual(["TLS_HSTS_SHORT", "TLS_SUITES_AGING"]);
    expect(seen.grade).toBe("B");
    expect(codes(await posture(strict))).toEqual(["TLS_HSTS_MISSING"]);
  });

  test.each([
    ["TLSv1.2", ["TLSv1.2"]],
    ["TLSv1.3", ["TLSv1.3"]],
  ] as const)("of a server that speaks %s alone is known too", async (version, versions) => {
    const seen = await posture({ ...strict, hsts: year, minVersion: version, maxVersion: version });
    expect(seen.survey.versions).toEqual(versions);
    expect(seen.chain[0]?.dnsNames).toEqual(["localhost"]);
  });

  test("of old versions is a warning, and of nothing else an error", async () => {
    const old = { minVersion: "TLSv1", ciphers: "DEFAULT@SECLEVEL=0", hsts: year } as const;
    const both = await posture(old);
    expect(both.survey.versions).toEqual(["TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3"]);
    expect(codes(both)).toContain("TLS_VERSION_OLD");
    expect(both.grade).toBe("C");
    const only = await posture({ ...old, maxVersion: "TLSv1.1" });
    expect(codes(only)).toContain("TLS_VERSION_MODERN_MISSING");
    expect(only).toMatchObject({ grade: "F", survey: { versions: ["TLSv1.0", "TLSv1.1"] } });
  });

  test("with suites that prove or protect nothing is an F", async () => {
    const seen = await posture({ ciphers: "ALL:COMPLEMENTOFALL@SECLEVEL=0", hsts: year });
    expect(codes(seen)).toContain("TLS_SUITES_BROKEN");
    expect(seen.grade).toBe("F");
  });

  test("tells whether clients need a certificate", async () => {
    const mutual = { requestCert: true, ca: authority.certificate };
    const asked = await posture({ ...mutual, rejectUnauthorized: false });
    expect(asked.survey.client).toBe("asked");
    const required = await posture({ ...mutual, rejectUnauthorized: true, maxVersion: "TLSv1.2" });
    expect(required.survey.client).toBe("required");
  });

  test.each([
    ["of another name", { name: "other.example" }, "CERTIFICATE_NAME_MISMATCH"],
    ["of an unknown CA", { trusted: makeAuthority("Another CA").certificate }, "CERTIFICATE_ISSUER_UNKNOWN"],
  ])("with a certificate %s is an F, also by one quick question", async (_, more, code) => {
    for (const quick of [false, true]) {
      const seen = await posture({}, { ...more, quick });
      expect(codes(seen)).toContain(code);
      expect(seen.grade).toBe("F");
    }
  });

  test("that is none tells why", async () => {
    await using plain = await serveTcp((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
    expect((await look(plain.port)).survey.failure).toBe("not-tls");
    await using silent = await serveTcp((socket) => socket.destroy());
    expect((await look(silent.port)).survey.failure).toBe("closed");
    expect((await look(1)).survey.failure).toBe("refused");
  });
});
