import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { makeAuthority, type TestPair } from "../../clients/http/testing/certificates.ts";
import type { KubernetesClient } from "../../clients/kubernetes/client.ts";
import { Keeper } from "./keeper.ts";
import { PolicyIndex } from "./policy-index.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "moorline-keeper-"));
});
afterEach(() => rm(folder, { recursive: true }));

const put = (name: "tls.crt" | "tls.key", text: string): Promise<void> =>
  writeFile(join(folder, name), text, { mode: 0o600 });

async function putPair({ certificate, key }: TestPair): Promise<void> {
  await put("tls.crt", certificate);
  await put("tls.key", key);
}

/** One for files; these need no cluster. */
const keeperOfFiles = (): Keeper =>
  new Keeper({
    client: {} as KubernetesClient,
    source: {
      type: "files",
      certificatePath: join(folder, "tls.crt"),
      keyPath: join(folder, "tls.key"),
      caPath: undefined,
    },
    registration: { name: "test", ownNamespace: "own", injectFrom: undefined, place: { url: "https://a" } },
    index: new PolicyIndex(),
    settleMs: 0,
    now: () => new Date(),
    signal: new AbortController().signal,
  });

describe("certificate files that somebody else renews", () => {
  test("are read again at each check, and a change is told once", async () => {
    const authority = makeAuthority();
    const [first, second] = [authority.issue({ san: "DNS:a" }), authority.issue({ san: "DNS:a" })];
    await putPair(first);
    const keeper = keeperOfFiles();
    expect(await keeper.certificate()).toEqual({ pair: first, changed: true });
    expect((await keeper.certificate()).changed).toBe(false);
    await putPair(second);
    expect(await keeper.certificate()).toEqual({ pair: second, changed: true });
  });

  test("of which only one is new yet are given to nobody, and are told of when they fit", async () => {
    const authority = makeAuthority();
    const [first, second] = [authority.issue({ san: "DNS:a" }), authority.issue({ san: "DNS:a" })];
    await putPair(first);
    const keeper = keeperOfFiles();
    await keeper.certificate();
    await put("tls.crt", second.certificate);
    await expect(keeper.certificate()).rejects.toMatchObject({ code: "WEBHOOK_CERTIFICATE_UNREADABLE" });
    await put("tls.key", second.key);
    expect(await keeper.certificate()).toEqual({ pair: second, changed: true });
  });

  test("that are not there are named", async () => {
    await expect(keeperOfFiles().certificate()).rejects.toMatchObject({
      code: "WEBHOOK_CERTIFICATE_UNREADABLE",
      // Both are read at once.
      subject: expect.stringMatching(/tls\.(?:crt|key)$/) as string,
    });
  });
});
