import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeRelease } from "./release.ts";
import { packRelease } from "./testing/release.ts";

const chart = {
  metadata: { version: "1.19.1" },
  values: { expose: { type: "ingress", tls: { enabled: true, certSource: "auto" } } },
};

describe("a record of Helm's", () => {
  test("says what was set over what the chart brings", () => {
    const config = { expose: { type: "nodePort", tls: { secret: { secretName: "cert" } } } };
    expect(decodeRelease(packRelease({ chart, config }))).toEqual({
      chartVersion: "1.19.1",
      exposeType: "nodePort",
      tlsEnabled: true,
      certSource: "auto",
      secretName: "cert",
    });
  });

  test("is kept without anything else of its values", () => {
    const config = { harborAdminPassword: "Harbor12345", database: { internal: { password: "root123" } } };
    expect(JSON.stringify(decodeRelease(packRelease({ chart, config })))).not.toMatch(/Harbor12345|root123/);
  });

  test("without own values is the chart's", () => {
    expect(decodeRelease(packRelease({ chart, config: null }))?.certSource).toBe("auto");
  });

  test("that unpacks to more than a release ever is, is not unpacked", () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024)).toString("base64");
    expect(decodeRelease(Buffer.from(bomb).toString("base64"))).toBeUndefined();
  });

  test("that is none is none", () => {
    fc.assert(
      fc.property(fc.string(), (text) => decodeRelease(Buffer.from(text).toString("base64")) === undefined),
    );
    expect(decodeRelease("")).toBeUndefined();
    expect(decodeRelease(packRelease({ chart: { values: { expose: "all" } } }))).toBeUndefined();
  });
});
