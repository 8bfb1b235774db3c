import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { MoorlineError } from "../model/errors.ts";
import { Sensitive } from "../model/sensitive.ts";
import { keyFileFindings, readBounded, readPair, writePair, writePrivateKey, writePublic } from "./store.ts";

const folder = mkdtempSync(join(tmpdir(), "moorline-store-"));
const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);
const place = (name: string): string => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const errorOf = async (work: Promise<unknown>): Promise<MoorlineError> =>
  work.then(
    () => expect.fail("no error"),
    (thrown: unknown) => (thrown instanceof MoorlineError ? thrown : expect.fail(String(thrown))),
  );

describe("a file in the store", () => {
  test("is 0600 for a key and 0644 for a certificate, whatever was there and whatever the umask", async () => {
    writeFileSync(place("tls.key"), "old", { mode: 0o644 });
    const umask = process.umask(0o077);
    try {
      await writePrivateKey(place("tls.key"), new Sensitive("key"));
      await writePublic(place("tls.crt"), "certificate");
    } finally {
      process.umask(umask);
    }
    expect([modeOf(place("tls.key")), modeOf(place("tls.crt"))]).toEqual(["600", "644"]);
    expect(readFileSync(place("tls.key"), "utf8")).toBe("key");
  });

  test("leaves no temporary file behind, also where the writing fails", async () => {
    const target = place("is-a-folder");
    mkdirSync(join(target, "full"), { recursive: true });
    const error = await errorOf(writePublic(target, "x"));
    expect(error.code).toBe("PKI_FILE_FAILED");
    expect(error.subject).toBe(target);
    expect(readdirSync(folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  test("names the folder that is not there", async () => {
    const path = place("nowhere/tls.key");
    expect((await errorOf(writePrivateKey(path, new Sensitive("key")))).message).toContain(path);
  });

  test("stays a symbolic link where it was one", async () => {
    writeFileSync(place("real.crt"), "old");
    symlinkSync(place("real.crt"), place("link.crt"));
    await writePublic(place("link.crt"), "new");
    expect(readFileSync(place("real.crt"), "utf8")).toBe("new");
  });

  test("that is far too large is not read", async () => {
    writeFileSync(place("large.pem"), Buffer.alloc(9 * 1024 * 1024));
    expect((await errorOf(readBounded(place("large.pem")))).code).toBe("PKI_TOO_LARGE");
  });

  test("that holds a key others can read is pointed out", async () => {
    writeFileSync(place("open.key"), "key");
    chmodSync(place("open.key"), 0o640);
    const [found] = await keyFileFindings(place("open.key"));
    expect(found).toMatchObject({ code: "PRIVATE_KEY_FILE_EXPOSED", evidence: { mode: "0640" } });
  });
});

test("many writers at once leave a key and the certificate that belongs to it", async () => {
  const paths = { certificatePath: place("shared.crt"), keyPath: place("shared.key") };
  const belong = (pair: { certificatePem: string; privateKeyPem: Sensitive }): boolean =>
    pair.certificatePem === `certificate ${pair.privateKeyPem.reveal()}`;
  const writers = Array.from({ length: 8 }, (_, i) =>
    writePair(paths, { certificatePem: `certificate ${i}`, privateKeyPem: new Sensitive(`${i}`) }, belong),
  );
  await Promise.all(writers);
  expect(belong(await readPair(paths))).toBe(true);
});
