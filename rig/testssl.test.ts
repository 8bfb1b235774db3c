import { expect, test } from "vitest";
import { startRotationSite } from "./testing/rotation-site.ts";
import { aboveLow, testssl } from "./testing/testssl.ts";

test(
  "testssl.sh finds nothing above LOW in a Harbor with Moorline's certificate",
  { timeout: 300_000 },
  async () => {
    await using site = await startRotationSite();
    const findings = await testssl(site.harbor.host, site.authorityPath);
    expect(aboveLow(findings)).toEqual([]);
    // It looks at headers only where it takes the service for HTTP; what it took this one for is printed.
    console.log(findings.filter(({ id }) => id === "service" || id === "engine_problem"));
    const ids = findings.map(({ id }) => id);
    expect(ids).toEqual(
      expect.arrayContaining(["TLS1_3", "cert_chain_of_trust", "cert_trust", "heartbleed", "HSTS_time"]),
    );
  },
);
