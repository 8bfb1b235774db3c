import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { registryConfig } from "../../clients/kubesphere/registry-secret.ts";
import { Sensitive } from "../../model/sensitive.ts";
import { annotationsOf, labelsOf, readSecret, type SecretObject, type Wanted } from "./secret-content.ts";

const wanted: Wanted = {
  binding: "team-a",
  url: "https://harbor.example.com:8443",
  email: "",
  defaultRegistry: false,
};
const credential = { username: "robot$team-a+x.demo.123456.a", password: new Sensitive("Secret12345") };
const content = registryConfig({ name: "harbor", namespace: "demo", ...wanted, ...credential });
const base64 = (text: string): string => Buffer.from(text).toString("base64");

const secret = (
  over: {
    data?: Record<string, string>;
    type?: string;
    annotations?: Record<string, string>;
    labels?: Record<string, string>;
  } = {},
): SecretObject => ({
  type: over.type ?? "kubernetes.io/dockerconfigjson",
  data: over.data ?? { ".dockerconfigjson": content },
  metadata: {
    name: "harbor",
    namespace: "demo",
    uid: "u",
    resourceVersion: "1",
    labels: over.labels ?? labelsOf(wanted),
    annotations: {
      ...Object.fromEntries(
        Object.entries(annotationsOf(wanted)).flatMap(([k, v]) => (v === null ? [] : [[k, v]])),
      ),
      ...over.annotations,
    },
  },
});

const auths = (entries: object): { data: Record<string, string> } => ({
  data: { ".dockerconfigjson": base64(JSON.stringify({ auths: entries })) },
});
const pair = { username: credential.username, password: "Secret12345" };
const whole = { ...pair, email: "", auth: base64(`${pair.username}:${pair.password}`) };

describe("a Secret in the console's dialect", () => {
  test("is read back as it was written", () => {
    const reading = readSecret(secret(), wanted);
    expect(reading.flaws).toEqual([]);
    expect(reading.owner).toBe("us");
    expect(reading.credential?.username).toBe(credential.username);
    expect(reading.credential?.password.reveal()).toBe("Secret12345");
  });

  test("has one key with its scheme, and all four fields", () => {
    const written: unknown = JSON.parse(Buffer.from(content, "base64").toString());
    expect(written).toEqual({ auths: { "https://harbor.example.com:8443": whole } });
  });

  test.each<[string, Parameters<typeof secret>[0], string[]]>([
    ["a key without scheme", auths({ "harbor.example.com:8443": whole }), ["key-without-scheme"]],
    ["a key with a path", auths({ "https://harbor.example.com:8443/v2/": whole }), ["key-without-scheme"]],
    [
      "a second registry",
      auths({ [wanted.url]: whole, "https://index.docker.io/v1/": whole }),
      ["several-registries"],
    ],
    ["another registry only", auths({ "https://index.docker.io/v1/": whole }), ["other-registry"]],
    ["another port only", auths({ "https://harbor.example.com": whole }), ["other-registry"]],
    ["a pair without auth", auths({ [wanted.url]: pair }), ["auth-differs"]],
    [
      "an auth of another password",
      auths({ [wanted.url]: { ...whole, auth: base64("robot$x:Other12345") } }),
      ["auth-differs"],
    ],
    [
      "an empty password",
      auths({ [wanted.url]: { username: "x", password: "", auth: base64("x:") } }),
      ["empty-credential"],
    ],
    ["no entry", auths({}), ["unreadable"]],
    ["no JSON", { data: { ".dockerconfigjson": base64("{") } }, ["unreadable"]],
    ["no data", { data: {} }, ["unreadable"]],
    ["another type", { type: "Opaque" }, ["wrong-type"]],
    [
      "force-insecure",
      { annotations: { "secret.kubesphere.io/force-insecure": "true" } },
      ["force-insecure"],
    ],
    [
      "force-insecure false, which the console takes for true",
      { annotations: { "secret.kubesphere.io/force-insecure": "false" } },
      ["force-insecure"],
    ],
    [
      "a default that was not asked for",
      { annotations: { "secret.kubesphere.io/is-default-class": "true" } },
      ["metadata-differs"],
    ],
    [
      "a default that the console turned off",
      { annotations: { "secret.kubesphere.io/is-default-class": "false" } },
      [],
    ],
    [
      "another e-mail address",
      auths({ [wanted.url]: { ...whole, email: "x@example.com" } }),
      ["metadata-differs"],
    ],
    ["another creator, as the console sets it", { annotations: { "kubesphere.io/creator": "admin" } }, []],
  ])("with %s is told", (_what, over, flaws) => {
    expect(readSecret(secret(over), wanted).flaws).toEqual(flaws);
  });

  test.each<[string, Record<string, string>, string]>([
    ["nobody's", {}, "foreign"],
    ["another tool's", { "app.kubernetes.io/managed-by": "Helm" }, "foreign"],
    ["another binding's", labelsOf({ ...wanted, binding: "team-b" }), "binding"],
    ["ours", labelsOf(wanted), "us"],
  ])("is %s by its labels", (_what, labels, owner) => {
    expect(readSecret(secret({ labels }), wanted).owner).toBe(owner);
  });

  test("is read without a crash whatever it holds", () => {
    const anyEntry = fc.oneof(
      fc.jsonValue(),
      fc.record({ username: fc.string(), password: fc.string(), auth: fc.string() }),
    );
    const anyText = fc.oneof(
      fc.string(),
      fc.json(),
      fc.dictionary(fc.string(), anyEntry).map((a) => JSON.stringify({ auths: a })),
    );
    fc.assert(
      fc.property(anyText, (text) => {
        const { flaws, credential } = readSecret(
          secret({ data: { ".dockerconfigjson": base64(text) } }),
          wanted,
        );
        expect(flaws.length > 0 || credential !== undefined).toBe(true);
        expect(credential?.username).not.toBe("");
        expect(credential?.password.reveal()).not.toBe("");
      }),
    );
  });
});
