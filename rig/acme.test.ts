import { readFile } from "node:fs/promises";
import { Agent, request } from "undici";
import { expect, test } from "vitest";
import { rigAddresses } from "./addresses.ts";

test("pebble answers over a certificate of the rig's authority, and the challenge server can be told what to answer", async () => {
  const rig = rigAddresses();
  const ca = await readFile(rig.registryAuthorityPath, "utf8");
  const dispatcher = new Agent({ connect: { ca } });
  const directory = await request(rig.acmeDirectoryUrl, { dispatcher });
  expect(await directory.body.json()).toHaveProperty("newOrder");
  await dispatcher.close();
  const body = JSON.stringify({ host: "anything.localtest", addresses: ["127.0.0.1"] });
  const told = await request(`${rig.challengeManagementUrl}/add-a`, { method: "POST", body });
  expect(told.statusCode).toBe(200);
});
