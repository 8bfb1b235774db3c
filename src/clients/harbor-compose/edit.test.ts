import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { differingSettings, editHarborYml } from "./edit.ts";
import { readSettings } from "./settings.ts";
import { harborYmlText } from "./testing/harbor-yml.ts";

const at = "/opt/harbor/harbor.yml";
const https = { port: 443, certificate: "/data/cert/server.crt", privateKey: "/data/cert/server.key" };
const edit = (yaml: string, more = {}): string => editHarborYml(yaml, { https, ...more }, at);

/** The lines that are other, as a diff shows them. */
function changed(before: string, after: string): readonly string[] {
  const [a, b] = [before.split("\n"), after.split("\n")];
  return [
    ...a.filter((l) => !b.includes(l)).map((l) => `-${l}`),
    ...b.filter((l) => !a.includes(l)).map((l) => `+${l}`),
  ];
}

const versions = ["2.4.0", "2.6.0", "2.8.0", "2.9.0", "2.10.0", "2.11.0", "2.13.0", "2.15.0"];

describe.each(versions)("harbor.yml of %s", (version) => {
  test("as it comes gets the two paths, and nothing else changes", () => {
    const before = harborYmlText(version);
    expect(changed(before, edit(before))).toEqual([
      "-  certificate: /your/certificate/path",
      "-  private_key: /your/private/key/path",
      "+  certificate: /data/cert/server.crt",
      "+  private_key: /data/cert/server.key",
    ]);
    expect(readSettings(edit(before), at).https).toEqual(https);
  });

  test.each(["# ", "#"])("with https commented out by '%s' is uncommented", (sign) => {
    const before = harborYmlText(version, { commented: sign });
    expect(readSettings(before, at).https).toBeUndefined();
    const after = edit(before);
    expect(after).toBe(edit(harborYmlText(version)));
  });

  test("without any https section gets one after http", () => {
    const before = harborYmlText(version, { https: "none" });
    const after = edit(before, { https: { certificate: https.certificate, privateKey: https.privateKey } });
    expect(readSettings(after, at).https).toEqual(https);
    expect(changed(before, after)).toEqual([
      "+https:",
      "+  private_key: /data/cert/server.key",
      "+  certificate: /data/cert/server.crt",
    ]);
  });
});

test.each<[string, string, string]>([
  ["an empty section", "https:\ndata: 1\n", "https:\n  private_key: /k\n  certificate: /c\ndata: 1\n"],
  [
    "empty values",
    "https:\n  certificate:\n  private_key: # here\n",
    "https:\n  certificate: /c\n  private_key: /k # here\n",
  ],
  [
    "quoted values",
    "https:\n  certificate: '/a'\n  private_key: \"/b\"\n",
    "https:\n  certificate: /c\n  private_key: /k\n",
  ],
  [
    "a missing field",
    "https:\n    # tabs no\n    certificate: /c\n",
    "https:\n    # tabs no\n    private_key: /k\n    certificate: /c\n",
  ],
  [
    "braces",
    "https: { port: 1, certificate: /a, private_key: /b }\n",
    "https: { port: 1, certificate: /c, private_key: /k }\n",
  ],
  [
    "Windows line ends",
    "http:\r\n  port: 80\r\nx: 1\r\n",
    "http:\r\n  port: 80\r\nhttps:\r\n  private_key: /k\r\n  certificate: /c\r\nx: 1\r\n",
  ],
  [
    "no line end at the end",
    "http:\n  port: 80",
    "http:\n  port: 80\nhttps:\n  private_key: /k\n  certificate: /c",
  ],
  [
    "values with comments",
    "https:\n  certificate: /a # one\n  private_key: /b # two\n",
    "https:\n  certificate: /c # one\n  private_key: /k # two\n",
  ],
  [
    "a comment that only speaks of it",
    "# https: see the manual\nhttp:\n  port: 80 # plain\n",
    "# https: see the manual\nhttps:\n  private_key: /k\n  certificate: /c\nhttp:\n  port: 80 # plain\n",
  ],
])("%s in the section", (_name, before, after) => {
  expect(editHarborYml(before, { https: { certificate: "/c", privateKey: "/k" } }, at)).toBe(after);
});

test("hostname and external URL are set where asked; a commented URL keeps its comment above", () => {
  const before = harborYmlText("2.9.0");
  const after = editHarborYml(
    before,
    { hostname: "10.0.0.7", externalUrl: "https://h.example.com:8443" },
    at,
  );
  expect(changed(before, after)).toEqual([
    "-hostname: reg.mydomain.com",
    "+hostname: 10.0.0.7",
    "+external_url: https://h.example.com:8443",
  ]);
  expect(parse(after)).toMatchObject({ hostname: "10.0.0.7", external_url: "https://h.example.com:8443" });
  expect(after.indexOf("# external_url")).toBeLessThan(after.indexOf("\nexternal_url"));
});

test.each([
  ["https: *shared\nx: &shared { port: 1 }\n", "HARBOR_YML_UNREADABLE"],
  ["x: &shared\n  port: 1\nhttps: *shared\n", "HARBOR_YML_NOT_EDITABLE"],
  ["https: text\n", "HARBOR_YML_NOT_EDITABLE"],
  ["https: { port: 1 }\n", "HARBOR_YML_NOT_EDITABLE"],
  ["https:\n  port: 1\nhttps:\n  port: 2\n", "HARBOR_YML_UNREADABLE"],
  ["- list\n", "HARBOR_YML_UNREADABLE"],
  ["a: b: c\n", "HARBOR_YML_UNREADABLE"],
])("%j is refused", (yaml, code) => {
  expect(() => edit(yaml)).toThrow(expect.objectContaining({ code }));
});

test("paths of any spelling are read back as they were, and a second edit changes nothing", () => {
  const path = fc.string({ unit: "grapheme-ascii", maxLength: 30 }).map((s) => `/${s}`);
  fc.assert(
    fc.property(path, path, fc.constantFrom(...versions), (certificate, privateKey, version) => {
      const wanted = { https: { certificate, privateKey } };
      const after = editHarborYml(harborYmlText(version), wanted, at);
      expect((parse(after, { version: "1.1" }) as { https: unknown }).https).toMatchObject({
        certificate,
        private_key: privateKey,
      });
      expect(differingSettings(after, wanted, at)).toEqual([]);
      expect(editHarborYml(after, wanted, at)).toBe(after);
    }),
  );
});
