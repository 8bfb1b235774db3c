import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { editHarborYml, type HarborEdit } from "./edit.ts";
import { refusalsOf } from "./requirements.ts";
import { namesOfHarbor, readSettings } from "./settings.ts";
import { harborYmlInUse, type InUse } from "./testing/harbor-yml.ts";

const at = "/opt/harbor/harbor.yml";
const minors = [4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
const versionOf = (minor: number): string => `2.${minor}.0`;
const used: InUse = {
  externalUrl: "https://registry.example.com:8443",
  internalTls: true,
  strongCiphers: true,
  noHttp: true,
  externalDatabase: true,
  externalRedis: true,
  caBundle: "/data/ca.crt",
  dataVolume: "/srv/harbor/",
};
const filled: HarborEdit = {
  hostname: "harbor.example.com",
  https: { certificate: "/etc/harbor/a.crt", privateKey: "/etc/harbor/a.key" },
};

describe.each(minors)("a harbor.yml of 2.%i in which everything is set", (minor) => {
  const text = harborYmlInUse(versionOf(minor), used);

  test("is read with all that matters to a certificate", () => {
    expect(readSettings(text, at)).toEqual({
      version: { major: 2, minor, patch: 0, text: versionOf(minor) },
      hostname: "reg.mydomain.com",
      externalUrl: "https://registry.example.com:8443",
      httpPort: 80,
      https: { port: 443, certificate: "/your/certificate/path", privateKey: "/your/private/key/path" },
      dataVolume: "/srv/harbor",
      internalTls: "/etc/harbor/tls/internal",
      caBundle: "/data/ca.crt",
    });
  });

  test("needs a certificate for its hostname and for the name in external_url", () => {
    expect(namesOfHarbor(readSettings(text, at))).toEqual(["reg.mydomain.com", "registry.example.com"]);
  });

  test("is what prepare takes, once it is filled in", () => {
    expect(refusalsOf(editHarborYml(text, filled, at), minor, at)).toEqual([]);
  });

  test("is edited in the three lines, and in no other", () => {
    const [before, after] = [text, editHarborYml(text, filled, at)].map((t) => t.split("\n"));
    const others = after?.flatMap((line, i) => (line === before?.[i] ? [] : [line]));
    expect(after).toHaveLength(before?.length ?? 0);
    expect(others).toEqual([
      "hostname: harbor.example.com",
      "  certificate: /etc/harbor/a.crt",
      "  private_key: /etc/harbor/a.key",
    ]);
  });
});

test.each<[number, string, InUse, string]>([
  [7, "the storage's redirect is switched as of 2.8", { caBundle: "/ca" }, "disabled"],
  [12, "the storage's redirect is switched as up to 2.7", { caBundle: "/ca" }, "disable"],
])("2.%i stops where %s", (minor, _what, inUse, needed) => {
  const other = needed === "disable" ? "disabled" : "disable";
  const text = editHarborYml(harborYmlInUse(versionOf(minor), inUse), filled, at);
  expect(refusalsOf(text, minor, at)).toEqual([]);
  const wrong = text.replace(`    ${needed}: true`, `    ${other}: true`);
  expect(refusalsOf(wrong, minor, at)).toEqual([
    { setting: `storage_service.redirect.${needed}`, reason: "missing" },
  ]);
});

test.each(['"/data"', "/data # the big disk", "/data\nold_data_volume: /x", "/data\r"])(
  "a data volume that prepare's own script reads otherwise is refused: %j",
  (written) => {
    const text = editHarborYml(harborYmlInUse("2.12.0", {}), filled, at);
    const spoilt = text.replace("data_volume: /data", `data_volume: ${written}`);
    expect(refusalsOf(spoilt, 12, at)).toEqual([{ setting: "data_volume", reason: "not plain" }]);
  },
);

test("an address of Redis over TLS needs its CA from 2.13 on", () => {
  const tls = (minor: number): string =>
    editHarborYml(harborYmlInUse(versionOf(minor), { externalRedis: true }), filled, at).replace(
      "  # sentinels",
      "  tlsOptions:\n    enable: true",
    );
  expect(refusalsOf(tls(12), 12, at)).toEqual([]);
  expect(refusalsOf(tls(13), 13, at)).toEqual([
    { setting: "external_redis.tlsOptions.rootCA", reason: "missing" },
  ]);
});

/** The lines that no edit may touch, in their order. */
const keptLines = (text: string): readonly string[] =>
  text
    .split("\n")
    .filter((line) => !/^(hostname|external_url|https|  (port|certificate|private_key)):/.test(line));

test("whatever is set and whatever is asked for, the edit says that, and every other line is as it was", () => {
  const yes = fc.option(fc.constant(true), { nil: undefined });
  const name = fc.domain();
  const path = fc.string({ unit: "grapheme-ascii", minLength: 1, maxLength: 20 }).map((s) => `/${s}`);
  const optional = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(of, { nil: undefined });
  const inUse = fc.record({
    externalUrl: optional(name.map((n) => `https://${n}`)),
    internalTls: yes,
    strongCiphers: yes,
    noHttp: yes,
    externalDatabase: yes,
    externalRedis: yes,
    caBundle: optional(fc.constantFrom("/data/ca.crt", "/etc/ca.crt")),
    dataVolume: optional(fc.constantFrom("/srv/harbor", "/data/")),
    windowsLineEnds: yes,
  });
  const edit = fc.record({
    hostname: optional(name),
    externalUrl: optional(name.map((n) => `https://${n}:8443`)),
    https: fc.record({
      port: optional(fc.integer({ min: 1, max: 65535 })),
      certificate: path,
      privateKey: path,
    }),
  });
  fc.assert(
    fc.property(fc.constantFrom(...minors), inUse, edit, (minor, set, asked) => {
      const before = harborYmlInUse(versionOf(minor), given(set));
      const wanted = { ...given(asked), https: given(asked.https) } as HarborEdit;
      const after = editHarborYml(before, wanted, at);
      const was = parse(before, { version: "1.1" }) as Record<string, object>;
      const { https } = wanted;
      expect(parse(after, { version: "1.1" })).toEqual({
        ...was,
        ...(wanted.hostname !== undefined && { hostname: wanted.hostname }),
        ...(wanted.externalUrl !== undefined && { external_url: wanted.externalUrl }),
        https: {
          ...was["https"],
          ...(https?.port !== undefined && { port: https.port }),
          certificate: https?.certificate,
          private_key: https?.privateKey,
        },
      });
      expect(keptLines(after)).toEqual(keptLines(before));
    }),
    { numRuns: 60 },
  );
});

/** Without what is undefined. */
const given = <T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
