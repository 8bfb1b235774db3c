import { rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeAuthority } from "../src/clients/http/testing/certificates.ts";
import { Sensitive } from "../src/model/sensitive.ts";
import { startHarbor } from "../src/sandbox/harbor/harbor.ts";
import { startKubernetes } from "../src/sandbox/kubernetes/start.ts";

// One sandbox in a process of its own, so that a benchmark does not share its event loop. Tells its address as a line of
// JSON on standard output, and ends when its standard input does.
const [what = "harbor", password = ""] = [process.argv[2], process.env.BENCH_PASSWORD];
const authority = makeAuthority("Benchmark CA");
const pair = authority.issue({ san: "DNS:localhost,IP:127.0.0.1" });
const tls = { certificatePem: pair.certificate, privateKeyPem: new Sensitive(pair.key) };
const directory = await mkdtemp(join(tmpdir(), "moorline-bench-"));
const secret = new Sensitive(password);

const server =
  what === "harbor"
    ? await startHarbor({ directory, hostname: "localhost", port: 0, tls, adminPassword: secret })
    : await startKubernetes({
        host: "127.0.0.1",
        port: 0,
        tls: { ...tls, authorityPem: authority.certificate },
        tokens: [{ token: secret, user: "admin", groups: ["system:masters"] }],
        clock: () => new Date(),
      });
console.log(JSON.stringify({ url: server.url, ca: authority.certificate }));

process.stdin.resume();
process.stdin.on("end", () => {
  rmSync(directory, { recursive: true, force: true });
  process.exit(0);
});
