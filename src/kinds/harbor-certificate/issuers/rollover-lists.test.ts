import { expect, test } from "vitest";
import { apply } from "../../../engine/apply.ts";
import { makePlan } from "../../../engine/plan.ts";
import { readCertificates } from "../../../pki/certificate.ts";
import { readCrls } from "../../../pki/crl.ts";
import { harborCertificate } from "../index.ts";
import { permitRollover } from "../rotation.ts";
import { harborCertificateSchema, type HarborCertificateSpec } from "../schema.ts";
import { documentOf, folderWorld, type FolderWorld } from "../testing/world.ts";

const { signal } = new AbortController();
const revokedSerial = "0a11";

const document = documentOf<HarborCertificateSpec>(harborCertificateSchema, "harbor", {
  issuer: { ownAuthority: { directory: "/store", validityDays: 1000 } },
  hosts: ["harbor.example.com"],
  clients: [{ name: "nodes" }],
  crl: { revoked: [{ serialNumber: revokedSerial, at: "2026-05-01T00:00:00Z" }] },
  deliver: {
    files: [
      { certificate: "/served/tls.crt", privateKey: "/served/tls.key", ca: "/ca.crt", crl: "/crl.pem" },
    ],
  },
});

async function applied({ world }: FolderWorld): Promise<void> {
  const kinds = [harborCertificate];
  const result = await apply(await makePlan([document], kinds, world, { signal }), kinds, world);
  expect(result.documents.flatMap((d) => d.failures.map((f) => f.error.message))).toEqual([]);
  expect(result.ok).toBe(true);
}

const read = async ({ world }: FolderWorld, path: string): Promise<string> =>
  (await world.host.readFile(path))?.bytes.toString("utf8") ?? "";

/** How many CAs are trusted, and the names of those for whom nginx would find no list that is valid. */
async function seen(
  folder: FolderWorld,
  at: string,
): Promise<{ trusted: number; without: readonly string[] }> {
  const authorities = readCertificates(await read(folder, "/ca.crt"));
  const now = new Date(at);
  const valid = readCrls(await read(folder, "/crl.pem")).filter(
    ({ thisUpdate, nextUpdate }) => thisUpdate <= now && nextUpdate !== undefined && nextUpdate > now,
  );
  const without = authorities.filter((authority) => !valid.some((list) => list.isSignedBy(authority)));
  return { trusted: authorities.length, without: without.map((c) => c.subject.text) };
}

test("every CA that is trusted has a list that is valid, in every stage of a rollover", async () => {
  await using folder = await folderWorld([document]);
  await applied(folder);
  const soon = "2026-06-02T00:00:00Z";
  expect(await seen(folder, soon)).toEqual({ trusted: 1, without: [] });
  await permitRollover("introduce", document, folder.world, signal);
  await applied(folder);
  expect(await seen(folder, soon)).toEqual({ trusted: 2, without: [] });
  await permitRollover("switch", document, folder.world, signal);
  await applied(folder);
  expect(await seen(folder, soon)).toEqual({ trusted: 2, without: [] });
  await permitRollover("retire", document, folder.world, signal);
  await applied(folder);
  expect(await seen(folder, soon)).toEqual({ trusted: 1, without: [] });
  expect(readCrls(await read(folder, "/crl.pem"))).toHaveLength(1);
});

test("while clients of the previous CA are about, its last list says who is revoked and does not end before it", async () => {
  await using folder = await folderWorld([document]);
  await applied(folder);
  const [previous] = readCertificates(await read(folder, "/ca.crt"));
  for (const stage of ["introduce", "switch"] as const) {
    await permitRollover(stage, document, folder.world, signal);
    await applied(folder);
  }
  const last = readCrls(await read(folder, "/crl.pem")).find(
    (l) => previous !== undefined && l.isSignedBy(previous),
  );
  expect(last?.nextUpdate).toEqual(previous?.notAfter);
  expect(last?.revoked.map((r) => r.serialNumber)).toEqual([revokedSerial]);
});

test("nothing but certificates and lists leaves the store while the next CA stands there", async () => {
  await using folder = await folderWorld([document]);
  await applied(folder);
  for (const stage of ["introduce", "switch"] as const) {
    await permitRollover(stage, document, folder.world, signal);
    await applied(folder);
    expect((await read(folder, "/ca.crt")) + (await read(folder, "/crl.pem"))).not.toContain("PRIVATE KEY");
  }
  expect(await read(folder, "/store/ca.pem")).not.toContain("CRL");
});
