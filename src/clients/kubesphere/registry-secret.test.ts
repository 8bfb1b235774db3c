import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Sensitive } from "../../model/sensitive.ts";
import {
  readRegistrySecret,
  registryKey,
  renderRegistrySecret,
  type RegistrySecretSpec,
} from "./registry-secret.ts";

const spec = (over: Partial<RegistrySecretSpec> = {}): RegistrySecretSpec => ({
  name: "harbor-pull",
  namespace: "demo",
  url: "https://harbor.example.com",
  username: "robot$team-a+demo",
  password: new Sensitive("s3cret"),
  ...over,
});

const withConfig = (config: unknown, more: object = {}) => ({
  type: "kubernetes.io/dockerconfigjson",
  metadata: {},
  data: { ".dockerconfigjson": Buffer.from(JSON.stringify(config)).toString("base64") },
  ...more,
});

const entry = { username: "u", password: "p", email: "", auth: Buffer.from("u:p").toString("base64") };

describe("a rendered Secret", () => {
  test("is what the console writes", () => {
    const secret = renderRegistrySecret(
      spec({ annotations: { "secret.kubesphere.io/force-insecure": "false" } }),
    );
    expect(secret).toMatchObject({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "harbor-pull", namespace: "demo", annotations: { "kubesphere.io/creator": "admin" } },
      type: "kubernetes.io/dockerconfigjson",
    });
    expect(secret.metadata.annotations).not.toHaveProperty("secret.kubesphere.io/force-insecure");
    const config = Buffer.from(secret.data[".dockerconfigjson"] ?? "", "base64").toString();
    expect(config).toBe(
      '{"auths":{"https://harbor.example.com":{"username":"robot$team-a+demo","password":"s3cret","email":"","auth":"cm9ib3QkdGVhbS1hK2RlbW86czNjcmV0"}}}',
    );
  });

  test("reads back as it was, whatever the credential", () => {
    const text = fc.string({ unit: "binary", minLength: 1, maxLength: 80 });
    fc.assert(
      fc.property(text, text, fc.string({ unit: "binary" }), (username, password, email) => {
        const read = readRegistrySecret(
          renderRegistrySecret(spec({ username, password: new Sensitive(password), email })),
        );
        expect(read.problems).toEqual([]);
        const [only, ...others] = read.entries;
        expect(others).toEqual([]);
        expect(only).toMatchObject({ key: "https://harbor.example.com", username, email });
        expect(only?.password.reveal()).toBe(password);
      }),
    );
  });

  test.each([
    ["https://Harbor.Example.COM/", "https://harbor.example.com"],
    ["https://harbor.example.com:8443", "https://harbor.example.com:8443"],
    ["http://10.0.0.5:5000", "http://10.0.0.5:5000"],
  ])("for %s has the key %s", (url, key) => {
    expect(registryKey(url)).toBe(key);
  });

  test.each([
    ["https://harbor.example.com/v2", "NETWORK_URL_INVALID"],
    ["harbor.example.com", "NETWORK_URL_INVALID"],
  ])("is not made for %s", (url, code) => {
    expect(() => renderRegistrySecret(spec({ url }))).toThrow(expect.objectContaining({ code }));
  });

  test.each([{ username: "" }, { password: new Sensitive("") }])(
    "is not made with an empty credential",
    (over) => {
      expect(() => renderRegistrySecret(spec(over))).toThrow(
        expect.objectContaining({ code: "REGISTRY_CREDENTIAL_EMPTY" }),
      );
    },
  );
});

describe("reading a Secret", () => {
  const annotated = (value: string) => ({
    metadata: { annotations: { "secret.kubesphere.io/force-insecure": value } },
  });
  const good = { auths: { "https://h": entry } };
  test.each([
    ["a good one", withConfig(good), []],
    ["host without scheme", withConfig({ auths: { "harbor.example.com": entry } }), ["key-without-scheme"]],
    [
      "host:port without scheme",
      withConfig({ auths: { "harbor.example.com:8443": entry } }),
      ["key-without-scheme"],
    ],
    ["a trailing slash", withConfig({ auths: { "https://h/": entry } }), ["key-with-path"]],
    ["a path", withConfig({ auths: { "https://h/v1/": entry } }), ["key-with-path"]],
    [
      "two registries",
      withConfig({ auths: { "https://h": entry, "https://i": entry } }),
      ["several-registries"],
    ],
    ["none", withConfig({ auths: {} }), ["no-registry"]],
    ["force-insecure", withConfig(good, annotated("true")), ["force-insecure"]],
    ["force-insecure false", withConfig(good, annotated("false")), ["force-insecure-not-true"]],
    ["force-insecure True", withConfig(good, annotated("True")), ["force-insecure-not-true"]],
    ["another type", withConfig(good, { type: "Opaque" }), ["wrong-type"]],
    ["auth alone", withConfig({ auths: { "https://h": { auth: entry.auth } } }), ["empty-credential"]],
    [
      "an empty password",
      withConfig({ auths: { "https://h": { ...entry, password: "" } } }),
      ["empty-credential"],
    ],
    ["another auth", withConfig({ auths: { "https://h": { ...entry, auth: "eDp5" } } }), ["auth-differs"]],
    ["auths that are no map", withConfig({ auths: [1] }), ["malformed-json"]],
    ["a number for a password", withConfig({ auths: { "https://h": { password: 1 } } }), ["malformed-json"]],
    ["no data", { type: "kubernetes.io/dockerconfigjson", metadata: {} }, ["malformed-json"]],
    ["no base64", { ...withConfig(good), data: { ".dockerconfigjson": "%%%" } }, ["malformed-base64"]],
    ["no JSON", { ...withConfig(good), data: { ".dockerconfigjson": "Zm9v" } }, ["malformed-json"]],
  ])("tells %s", (_name, secret, problems) => {
    expect(readRegistrySecret(secret).problems).toEqual(problems);
  });

  test("takes the credential from auth where the kubelet would", () => {
    const read = readRegistrySecret(withConfig({ auths: { "https://h": { auth: entry.auth } } }));
    expect(read.entries[0]).toMatchObject({ username: "u" });
    expect(read.entries[0]?.password.reveal()).toBe("p");
  });

  test("never throws, whatever stands in it", () => {
    fc.assert(
      fc.property(fc.string(), fc.json(), fc.boolean(), (raw, json, encoded) => {
        const data = encoded ? Buffer.from(json).toString("base64") : raw;
        const read = readRegistrySecret({ type: "t", metadata: {}, data: { ".dockerconfigjson": data } });
        expect(read.problems).toContain("wrong-type");
      }),
    );
  });

  test("shows no password in any form", () => {
    const read = readRegistrySecret(renderRegistrySecret(spec()));
    expect(JSON.stringify(read)).not.toContain("s3cret");
  });
});
