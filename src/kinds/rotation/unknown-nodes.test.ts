import { expect, test } from "vitest";
import { harborCertificateSchema, type HarborCertificateSpec } from "../harbor-certificate/schema.ts";
import { documentOf, folderWorld } from "../harbor-certificate/testing/world.ts";
import { rotate } from "./rotate.ts";
import type { RotationContext } from "./stages.ts";

const { signal } = new AbortController();

test("where nobody knows the nodes, both CAs are trusted and the next one waits", async () => {
  const document = documentOf<HarborCertificateSpec>(harborCertificateSchema, "harbor", {
    issuer: { ownAuthority: { directory: "/store" } },
    hosts: ["harbor.example.com"],
    deliver: { files: [{ certificate: "/tls.crt", privateKey: "/tls.key", ca: "/ca.crt" }] },
  });
  await using folder = await folderWorld([document]);
  const { world } = folder;
  const context: RotationContext = {
    documents: [document],
    world,
    isDry: false,
    isOnlyNode: false,
    stopping: signal,
    signal,
  };
  const read = async (path: string): Promise<string> =>
    (await world.host.readFile(path))?.bytes.toString("utf8") ?? "";
  await rotate("server", [], 0, context);
  const served = await read("/tls.crt");
  for (let run = 0; run < 2; run++) {
    const report = await rotate("ca", [], 0, context);
    expect(report.stages.map((s) => s.outcome)).toEqual(["done", "waiting"]);
    expect(await read("/tls.crt")).toBe(served);
    expect((await read("/ca.crt")).split("BEGIN CERTIFICATE")).toHaveLength(3);
  }
  expect((await rotate("ca", [], 0, { ...context, isOnlyNode: true })).outcome).toBe("done");
  expect(await read("/tls.crt")).not.toBe(served);
});
