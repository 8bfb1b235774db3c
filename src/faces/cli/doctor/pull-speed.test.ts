import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeAuthority } from "../../../clients/http/testing/certificates.ts";
import { Sensitive } from "../../../model/sensitive.ts";
import { startHarbor } from "../../../sandbox/harbor/harbor.ts";
import { seedImage } from "../../../sandbox/harbor/seed.ts";
import { measureSpeed, showSpeed } from "./pull-speed.ts";

test("tells each stage of a pull and the rate of its layers", async () => {
  const directory = mkdtempSync(join(tmpdir(), "moorline-speed-"));
  try {
    const authority = makeAuthority();
    const pair = authority.issue({ san: "DNS:localhost" });
    await using harbor = await startHarbor({
      directory,
      hostname: "localhost",
      port: 0,
      tls: { certificatePem: pair.certificate, privateKeyPem: new Sensitive(pair.key) },
      adminPassword: new Sensitive("Sandbox-Admin-12345"),
    });
    const files = [{ path: "data", content: "x" }];
    await seedImage(harbor, { project: "library", repository: "app", tag: "1", files });
    const question = {
      image: `localhost:${harbor.port}/library/app:1`,
      tls: { ca: authority.certificate },
      credential: undefined,
      nodes: [],
      connect: () => Promise.reject(new Error("no cluster is asked")),
    };
    const text = showSpeed(await measureSpeed(question, new AbortController().signal), "en");
    for (const stage of ["connected", "TLS handshake", "token", "manifest"])
      expect(text).toMatch(new RegExp(`${stage} in \\d+ ms`));
    expect(text).toContain("over 1 connection(s): ");
    expect(text).toContain("Nothing in it is slow.");
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}, 60_000);
