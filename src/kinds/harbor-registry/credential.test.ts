import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Document } from "../../model/document.ts";
import { readCredential } from "./credential.ts";
import { harborRegistrySchema, type HarborRegistrySpec } from "./schema.ts";
import { testWorld } from "./testing/world.ts";

const never = new AbortController().signal;
let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "moorline-credential-"));
});
afterAll(() => rm(root, { recursive: true }));

const document = (credential: object): Document<HarborRegistrySpec> => ({
  apiVersion: "moorline.io/v1alpha1",
  kind: "HarborRegistry",
  metadata: { name: "main", labels: {}, annotations: {} },
  spec: harborRegistrySchema.spec.parse({ url: "https://harbor.example.com", credential }),
  source: { name: "a.yaml", line: 1, column: 1, directory: "/" },
});

const fromFile = async (text: string): Promise<unknown> => {
  await writeFile(join(root, "account.yaml"), text);
  await using world = testWorld({ root });
  return readCredential(document({ file: { path: "account.yaml" } }), world, never);
};
const fromEnvironment = async (environment: Record<string, string>): Promise<unknown> => {
  await using world = testWorld({ environment });
  return readCredential(document({ environment: {} }), world, never);
};

describe("a registry's credential", () => {
  test("is read from a file and from the environment, and does not print", async () => {
    const found = await fromFile("username: admin\npassword: 'Secret: 12345'\n");
    expect(found).toMatchObject({ username: "admin" });
    expect((found as { password: { reveal(): string } }).password.reveal()).toBe("Secret: 12345");
    expect(JSON.stringify(found)).not.toContain("12345");
    expect(await fromFile('{"username":"robot$x","password":"p"}')).toMatchObject({ username: "robot$x" });
    const variables = { HARBOR_USERNAME: "admin", HARBOR_PASSWORD: "p" };
    expect(await fromEnvironment(variables)).toMatchObject({ username: "admin" });
  });

  test.each<[string, () => Promise<unknown>, string, string]>([
    [
      "an unset variable",
      () => fromEnvironment({ HARBOR_USERNAME: "admin" }),
      "CREDENTIAL_INCOMPLETE",
      "$HARBOR_PASSWORD",
    ],
    [
      "an empty variable",
      () => fromEnvironment({ HARBOR_USERNAME: "", HARBOR_PASSWORD: "p" }),
      "CREDENTIAL_INCOMPLETE",
      "$HARBOR_USERNAME",
    ],
    [
      "a password with a line break",
      () => fromEnvironment({ HARBOR_USERNAME: "admin", HARBOR_PASSWORD: "p\n" }),
      "CREDENTIAL_MALFORMED",
      "$HARBOR_PASSWORD",
    ],
    [
      "a user name with a colon",
      () => fromEnvironment({ HARBOR_USERNAME: "admin:x", HARBOR_PASSWORD: "p" }),
      "CREDENTIAL_MALFORMED",
      "$HARBOR_USERNAME",
    ],
    [
      "a file without a password",
      () => fromFile("username: admin\n"),
      "CREDENTIAL_INCOMPLETE",
      "/account.yaml",
    ],
    ["a file that is a list", () => fromFile("- admin\n"), "CREDENTIAL_INCOMPLETE", "/account.yaml"],
    [
      "a file that is not YAML",
      () => fromFile("username: admin\npassword: 'topsecret\n"),
      "CREDENTIAL_MALFORMED",
      "/account.yaml",
    ],
    [
      "a number for a password",
      () => fromFile("username: admin\npassword: 12345\n"),
      "CREDENTIAL_INCOMPLETE",
      "/account.yaml",
    ],
  ])("is refused with the name of its source: %s", async (_what, read, code, source) => {
    const error: unknown = await read().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code });
    const said = JSON.stringify(error) + (error as Error).message + String((error as Error).cause);
    expect(said).toContain(source);
    expect(said).not.toContain("topsecret");
  });

  test("whose file is not there, and whose cluster is not there, is told so", async () => {
    await using world = testWorld({ root });
    const gone = readCredential(document({ file: { path: "gone.yaml" } }), world, never);
    await expect(gone).rejects.toMatchObject({ code: "CREDENTIAL_SOURCE_MISSING" });
    const secretRef = { namespace: "moorline-system", name: "harbor-admin" };
    const nowhere = readCredential(document({ secretRef }), world, never);
    await expect(nowhere).rejects.toMatchObject({ code: "KUBECONFIG_MISSING" });
  });
});
