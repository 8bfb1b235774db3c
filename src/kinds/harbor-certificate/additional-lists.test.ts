import { expect, test } from "vitest";
import { apply } from "../../engine/apply.ts";
import { makePlan } from "../../engine/plan.ts";
import { createAuthority, type Authority } from "../../pki/authority.ts";
import { issueCrl, readCrls } from "../../pki/crl.ts";
import { harborCertificate } from "./index.ts";
import { harborCertificateSchema } from "./schema.ts";
import { documentOf, folderWorld } from "./testing/world.ts";

const { signal } = new AbortController();
const kinds = [harborCertificate];
const now = new Date("2026-05-31T00:00:00Z");
const day = 86_400_000;
const ca = (commonName: string): Promise<Authority> =>
  createAuthority({ commonName, keyType: "ECDSA_P256", validityDays: 3650, now });
const listOf = (authority: Authority, days: number): Promise<string> =>
  issueCrl(authority, { number: 7n, revoked: [], now, nextUpdate: new Date(now.getTime() + days * day) });

async function scene(files: Readonly<Record<string, string>>) {
  const document = documentOf(harborCertificateSchema, "harbor", {
    issuer: { ownAuthority: { directory: "/store" } },
    hosts: ["harbor.example.com"],
    crl: { additional: Object.keys(files) },
    deliver: { files: [{ certificate: "/tls.crt", privateKey: "/tls.key", crl: "/ca.crl" }] },
  });
  const folder = await folderWorld([document]);
  for (const [path, text] of Object.entries(files))
    await folder.world.host.writeFile(path, text, { mode: 0o600 });
  const carryOut = async () =>
    apply(await makePlan([document], kinds, folder.world, { signal }), kinds, folder.world);
  return {
    folder,
    /** Once to make the CA, once more for what is read beside it. */
    run: async () => {
      await carryOut();
      return await carryOut();
    },
    plan: async () => (await makePlan([document], kinds, folder.world, { signal })).documents[0],
    issuers: async () => {
      const file = await folder.world.host.readFile("/ca.crl");
      return file === undefined ? [] : readCrls(file.bytes.toString("utf8")).map((l) => l.issuer.text);
    },
  };
}

test("lists of other CAs are delivered with our own, each once", async () => {
  const old = await ca("Old CA");
  const text = old.certificatePem + (await listOf(old, 300));
  const at = await scene({ "/old.crl": text, "/again.crl": text });
  await using _ = at.folder;
  expect((await at.run()).ok).toBe(true);
  expect(await at.issuers()).toEqual(["CN=Moorline CA", "CN=Old CA"]);
  expect((await at.plan())?.steps).toEqual([]);
});

test("a list that has ended is left out, and told of as one that locks clients out", async () => {
  const old = await ca("Old CA");
  const at = await scene({ "/old.crl": old.certificatePem + (await listOf(old, 0.5)) });
  await using _ = at.folder;
  expect((await at.run()).ok).toBe(true);
  expect(await at.issuers()).toEqual(["CN=Moorline CA"]);
  expect((await at.plan())?.findings.map((f) => [f.code, f.subject])).toEqual([
    ["CERTIFICATE_LIST_OVER", "CN=Old CA"],
  ]);
});

test.each([
  ["of a CA that nobody knows", async () => listOf(await ca("Stranger"), 300)],
  [
    "that another CA of the same name signed",
    async () => (await ca("Twin")).certificatePem + (await listOf(await ca("Twin"), 300)),
  ],
  ["that is none", async () => (await ca("Only a CA")).certificatePem],
])("a list %s is refused, and nothing is written", async (_what, text) => {
  const at = await scene({ "/bad.crl": await text() });
  await using _ = at.folder;
  const result = await at.run();
  expect(result.ok).toBe(false);
  expect((await at.plan())?.error?.code).toBe("CERTIFICATE_LIST_REFUSED");
  expect(await at.issuers()).toEqual([]);
});
