import { spawn } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { moorline, type Answer } from "../src/faces/cli/testing/test-io.ts";
import { tryCommand } from "./command.ts";
import {
  movedClock,
  serveFolder,
  startNamed,
  startPebble,
  type NameServer,
  type Pebble,
} from "./testing/acme.ts";
import { startSshd } from "./testing/sshd.ts";

let names: NameServer;
let pebble: Pebble;

beforeAll(async () => {
  names = await startNamed();
  pebble = await startPebble({ dnsPort: names.port });
});

afterAll(async () => {
  await pebble[Symbol.asyncDispose]();
  await names[Symbol.asyncDispose]();
});

interface Place extends AsyncDisposable {
  readonly folder: string;
  readonly document: string;
  readonly clock: ReturnType<typeof movedClock>;
  write(spec: Spec): Promise<void>;
  run(...words: readonly string[]): Promise<Answer>;
}

interface Spec {
  readonly hosts?: readonly string[];
  readonly ipAddresses?: readonly string[];
  readonly challenge: unknown;
  readonly more?: Readonly<Record<string, unknown>>;
  readonly server?: Pebble;
}

/** A folder with a document, and the command line run in it. */
async function place(environment: Readonly<Record<string, string>> = {}): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), "moorline-acme-"));
  const document = join(folder, "certificate.yaml");
  const clock = movedClock();
  return {
    folder,
    document,
    clock,
    write: async ({
      hosts = ["harbor.acme.test"],
      ipAddresses = [],
      challenge,
      more = {},
      server = pebble,
    }) => {
      const acme = {
        server: server.directoryUrl,
        termsOfServiceAgreed: true,
        contacts: ["ops@acme.test"],
        ca: { pem: server.tlsAuthority },
        directory: "store",
        challenge,
        authority: { pem: server.root },
        ...more,
      };
      const spec = {
        issuer: { acme },
        hosts,
        ipAddresses,
        deliver: { files: [{ certificate: join(folder, "tls.crt"), privateKey: join(folder, "tls.key") }] },
      };
      const all = {
        apiVersion: "moorline.io/v1alpha1",
        kind: "HarborCertificate",
        metadata: { name: "main" },
        spec,
      };
      await writeFile(document, JSON.stringify(all));
    },
    run: (...words) =>
      moorline([...words, "-f", document], {
        clock,
        environment,
        workingDirectory: folder,
        random: { bytes: (n) => crypto.getRandomValues(new Uint8Array(n)), fraction: () => Math.random() },
      }),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

async function applied(at: Place): Promise<void> {
  const answer = await at.run("apply", "--yes");
  expect(answer).toMatchObject({ code: 0 });
}

/** openssl's opinion of what was delivered. */
async function opensslAccepts(at: Place, host: readonly string[], server: Pebble = pebble): Promise<void> {
  await writeFile(join(at.folder, "root.pem"), server.root);
  const file = join(at.folder, "tls.crt");
  const command = [
    "openssl",
    "verify",
    "-CAfile",
    join(at.folder, "root.pem"),
    "-untrusted",
    file,
    ...host,
    file,
  ];
  const verdict = await tryCommand(command);
  expect(verdict).toMatchObject({ status: 0 });
}

const serialOf = async (at: Place): Promise<string> =>
  (await tryCommand(["openssl", "x509", "-noout", "-serial", "-in", join(at.folder, "tls.crt")])).stdout;

const textsAt = async (name: string, port = names.port): Promise<string> =>
  (await tryCommand(["dig", "+short", "-p", String(port), "@127.0.0.1", name, "TXT"])).stdout;

const listening = (server: Pebble): unknown => ({
  http01: { listen: { address: "127.0.0.1", port: server.httpPort } },
});

describe("HTTP-01", () => {
  test("issues, proves itself, plans nothing more, and renews by the passed-in clock", async () => {
    await using at = await place();
    await at.write({ challenge: listening(pebble) });
    const before = pebble.orders();
    await applied(at);
    await opensslAccepts(at, ["-verify_hostname", "harbor.acme.test"]);
    expect((await stat(join(at.folder, "store", "acme-account.pem"))).mode & 0o777).toBe(0o600);
    expect(await readdir(join(at.folder, "store"))).toEqual(["acme-account.pem", "main.server.pem"]);
    expect((await at.run("verify")).code).toBe(0);
    await applied(at);
    expect(pebble.orders() - before).toBe(1);

    const first = await serialOf(at);
    at.clock.forward(59 * 86_400_000);
    await applied(at);
    expect(await serialOf(at)).toBe(first);
    at.clock.forward(2 * 86_400_000);
    expect((await at.run("plan")).out).toContain("harbor.acme.test");
    await applied(at);
    expect(await serialOf(at)).not.toBe(first);
    expect(pebble.orders() - before).toBe(2);

    expect((await at.run("destroy", "--yes")).code).toBe(0);
    expect(await readdir(join(at.folder, "store"))).toEqual(["acme-account.pem"]);
    expect(await readdir(at.folder)).not.toContain("tls.key");
  });

  test("issues through a web server's folder, for an address as well, and leaves nothing in it", async () => {
    await using at = await place();
    const root = join(at.folder, "www");
    await tryCommand(["mkdir", root]);
    await using server = await serveFolder(root, pebble.httpPort);
    await at.write({ ipAddresses: ["127.0.0.1"], challenge: { http01: { webroot: { directory: root } } } });
    await applied(at);
    await opensslAccepts(at, ["-verify_ip", "127.0.0.1"]);
    expect(server.served()).toBeGreaterThan(1);
    expect(await readdir(root)).toEqual([]);
  });

  test("issues through the folder of a web server on another machine, over SSH", async () => {
    await using sshd = await startSshd();
    await using at = await place();
    const root = join(at.folder, "www");
    await tryCommand(["mkdir", root]);
    await using server = await serveFolder(root, pebble.httpPort);
    await writeFile(join(at.folder, "known_hosts"), sshd.knownHosts);
    const identityFile = join(sshd.folder, "id");
    const ssh = { host: "127.0.0.1", port: sshd.port, identityFile, knownHosts: "known_hosts" };
    await at.write({ challenge: { http01: { webroot: { directory: root, on: { ssh } } } } });
    await applied(at);
    await opensslAccepts(at, ["-verify_hostname", "harbor.acme.test"]);
    expect(server.served()).toBeGreaterThan(0);
    expect(await readdir(root)).toEqual([]);
  });

  test("a rejected challenge is one clear error, leaves nothing behind, and the old pair stays in use", async () => {
    await using at = await place();
    await at.write({ challenge: listening(pebble) });
    await applied(at);
    const first = await serialOf(at);
    at.clock.forward(85 * 86_400_000);
    const root = join(at.folder, "www");
    await tryCommand(["mkdir", root]);
    // Nothing answers at all, then another server answers.
    await at.write({ challenge: { http01: { webroot: { directory: root } } } });
    const unreached = await at.run("apply", "--yes");
    expect(unreached.code).not.toBe(0);
    expect(unreached.err + unreached.out).toMatch(
      /could not reach what proves harbor\.acme\.test \(http-01\)/,
    );
    await using _server = await serveFolder(join(at.folder, "store"), pebble.httpPort);
    const wrong = await at.run("apply", "--yes");
    expect(wrong.err + wrong.out).toMatch(/does not prove harbor\.acme\.test \(http-01\)/);
    expect(wrong.err + wrong.out).toContain("RENEWAL");
    expect(await readdir(root)).toEqual([]);
    expect(await serialOf(at)).toBe(first);
    const chinese = await at.run("apply", "--yes", "--lang", "zh-CN");
    expect(chinese.err + chinese.out).toContain("harbor.acme.test 的归属");
  });

  test("half of all nonces refused is no failure", async () => {
    await using strict = await startPebble({ dnsPort: names.port, nonceReject: 50 });
    await using at = await place();
    const challenge = listening(strict);
    await at.write({ challenge, server: strict, hosts: ["a.acme.test", "b.acme.test", "c.acme.test"] });
    await applied(at);
    await opensslAccepts(at, ["-verify_hostname", "c.acme.test"], strict);
    expect(strict.said()).toContain("Configured to reject 50% of good nonces");
    // Without refusals it is one question for each of three challenges.
    expect(strict.said().match(/POST /g)?.length ?? 0).toBeGreaterThan(20);
  });

  test("takes the chain that is asked for, and refuses one that does not lead to the authority", async () => {
    await using two = await startPebble({ dnsPort: names.port, alternateRoot: true });
    const otherRoot = two.otherRoot ?? "";
    await using at = await place();
    const more = { authority: { pem: otherRoot } };
    await at.write({ challenge: listening(two), server: two, more });
    const before = two.orders();
    const refused = await at.run("apply", "--yes");
    expect(refused.err + refused.out).toMatch(/was refused, and nothing was written/);
    expect(await readdir(at.folder)).not.toContain("tls.crt");
    const preferredChain = new X509Certificate(otherRoot).subject.replace("CN=", "");
    await at.write({ challenge: listening(two), server: two, more: { ...more, preferredChain } });
    await applied(at);
    await opensslAccepts(at, [], { ...two, root: otherRoot });
    // The certificate of the first order was fetched again, with its other chain.
    expect(two.orders() - before).toBe(1);
  });

  test("an account that only customers get is made with their key, and refused without it in clear words", async () => {
    const secret = Buffer.alloc(32, 9).toString("base64url");
    await using closed = await startPebble({
      dnsPort: names.port,
      externalAccounts: { "kid-1": secret },
      blocked: ["blocked.acme.test"],
    });
    await using at = await place({ EAB_KEY: secret });
    const challenge = listening(closed);
    await at.write({ challenge, server: closed });
    const refused = await at.run("apply", "--yes");
    expect(refused.err + refused.out).toMatch(/externalAccount/);
    const more = { externalAccount: { keyId: "kid-1", key: { environment: "EAB_KEY" } } };
    await at.write({ challenge, server: closed, more });
    await applied(at);
    await opensslAccepts(at, [], closed);
    await at.write({ challenge, server: closed, more, hosts: ["blocked.acme.test"] });
    const blocked = await at.run("apply", "--yes");
    expect(blocked.err + blocked.out).toMatch(/issues no certificate for blocked\.acme\.test/);
  });
});

describe("DNS-01", () => {
  const update = (more: Readonly<Record<string, unknown>> = {}): unknown => ({
    dns01: {
      update: {
        server: `127.0.0.1:${names.port}`,
        key: { name: names.key.name, secret: { environment: "TSIG_SECRET" } },
        visibleAt: [`127.0.0.1:${names.port}`],
        ...more,
      },
    },
  });

  test("issues by dynamic updates of a real BIND, for a wildcard as well, and takes exactly its records back", async () => {
    await using at = await place({ TSIG_SECRET: names.key.secret });
    await at.write({ hosts: ["acme.test", "*.acme.test", "harbor.acme.test"], challenge: update() });
    const theirs = `server 127.0.0.1 ${names.port}\nupdate add _acme-challenge.acme.test 60 TXT "theirs"\nsend\n`;
    await writeFile(join(at.folder, "theirs"), theirs);
    const added = await tryCommand(["nsupdate", "-k", await keyFile(at), join(at.folder, "theirs")]);
    expect(added).toMatchObject({ status: 0 });
    await applied(at);
    await opensslAccepts(at, ["-verify_hostname", "anything.acme.test"]);
    expect(await textsAt("_acme-challenge.acme.test")).toBe('"theirs"\n');
    expect(await textsAt("_acme-challenge.harbor.acme.test")).toBe("");
  });

  test("follows an alias of _acme-challenge, and waits for a secondary server", async () => {
    await using secondary = await startNamed(names.port);
    await using at = await place({ TSIG_SECRET: names.key.secret });
    const visibleAt = [`127.0.0.1:${names.port}`, `127.0.0.1:${secondary.port}`];
    await at.write({ hosts: ["alias.acme.test"], challenge: update({ visibleAt }) });
    await applied(at);
    expect(await textsAt("proof.delegated.acme.test")).toBe("");
    expect(names.said()).toContain("proof.delegated.acme.test");
  });

  test("a key that the server does not know, a wrong secret and a foreign zone are named, and leave nothing", async () => {
    await using at = await place({ TSIG_SECRET: Buffer.alloc(32, 1).toString("base64") });
    await at.write({ challenge: update() });
    const badSecret = await at.run("apply", "--yes");
    expect(badSecret.err + badSecret.out).toMatch(/does not accept the TSIG key moorline-key: BADSIG/);
    await at.write({ challenge: update({ key: { name: "other", secret: { environment: "TSIG_SECRET" } } }) });
    const badKey = await at.run("apply", "--yes");
    expect(badKey.err + badKey.out).toMatch(/does not accept the TSIG key other: BADKEY/);
    await at.write({ hosts: ["harbor.example.com"], challenge: update() });
    const foreign = await at.run("apply", "--yes");
    expect(foreign.err + foreign.out).toMatch(
      /serves no zone that _acme-challenge\.harbor\.example\.com is in/,
    );
    expect(await readdir(at.folder)).not.toContain("tls.crt");
  });

  test("killed while its record is up, the next run takes the record back and uses the same order", async () => {
    await using at = await place({ TSIG_SECRET: names.key.secret });
    // Nothing listens on port 1, so the run waits for it with its record up.
    const visibleAt = [`127.0.0.1:${names.port}`, "127.0.0.1:1"];
    await at.write({ hosts: ["killed.acme.test"], challenge: update({ visibleAt }) });
    const before = pebble.orders();
    const main = join(import.meta.dirname, "..", "src", "main.ts");
    const environment = { ...process.env, TSIG_SECRET: names.key.secret };
    const child = spawn(process.execPath, [main, "apply", "--yes", "-f", at.document], { env: environment });
    const ended = new Promise((resolve) => child.once("close", resolve));
    const record = "_acme-challenge.killed.acme.test";
    for (let i = 0; i < 200 && (await textsAt(record)) === ""; i++) await sleep(100);
    child.kill("SIGKILL");
    await ended;
    expect(await textsAt(record)).not.toBe("");
    await at.write({ hosts: ["killed.acme.test"], challenge: update() });
    await applied(at);
    await opensslAccepts(at, ["-verify_hostname", "killed.acme.test"]);
    expect(await textsAt(record)).toBe("");
    expect(pebble.orders() - before).toBe(1);
  });

  test("issues through a program, which finds its values in the environment; its complaint is in the error", async () => {
    await using at = await place({ TSIG_SECRET: names.key.secret });
    const hook = join(at.folder, "hook.sh");
    const verb = `case "$1" in present) v=add;; *) v=delete;; esac`;
    const script = `#!/bin/sh\nset -e\n${verb}\nprintf 'key hmac-sha256:${names.key.name} %s\\nserver 127.0.0.1 ${names.port}\\nupdate %s %s 60 TXT "%s"\\nsend\\n' "$SECRET" "$v" "$MOORLINE_ACME_RECORD" "$MOORLINE_ACME_VALUE" | nsupdate\n`;
    await writeFile(hook, script, { mode: 0o755 });
    const challenge = (command: readonly string[]): unknown => ({
      dns01: { hook: { command, environment: [{ name: "SECRET", environment: "TSIG_SECRET" }] } },
    });
    await at.write({ hosts: ["hooked.acme.test"], challenge: challenge([hook]) });
    await applied(at);
    await opensslAccepts(at, ["-verify_hostname", "hooked.acme.test"]);
    expect(await textsAt("_acme-challenge.hooked.acme.test")).toBe("");
    await at.write({
      hosts: ["other.acme.test"],
      challenge: challenge(["/bin/sh", "-c", 'echo "no such provider; $SECRET" >&2; exit 3']),
    });
    const failed = await at.run("apply", "--yes");
    expect(failed.err + failed.out).toMatch(/ended with 3\. It said: no such provider/);
    expect(failed.err + failed.out).not.toContain(names.key.secret);
  });
});

async function keyFile(at: Place): Promise<string> {
  const path = join(at.folder, "tsig.key");
  const text = `key "${names.key.name}" { algorithm hmac-sha256; secret "${names.key.secret}"; };\n`;
  await writeFile(path, text, { mode: 0o600 });
  return path;
}
