import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCommand, tryCommand } from "./command.ts";

// One nginx of its own, on a free port: the rig's servers are left alone.
const main = join(import.meta.dirname, "../src/main.ts");
let folder: string;
let port: number;
let stop: () => Promise<void>;
const at = (name: string): string => join(folder, name);
const moorline = (words: readonly string[]): Promise<string> =>
  runCommand([process.execPath, main, ...words], { directory: folder });

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

async function reload(): Promise<void> {
  await runCommand(["nginx", "-p", folder, "-c", at("nginx.conf"), "-s", "reload"]);
  await sleep(700);
}

/** What nginx answers a client: 200, or 400 for one that it refuses. */
async function answerTo(client: string): Promise<string> {
  const { stdout } = await tryCommand([
    "curl",
    "-s",
    "-o",
    "/dev/null",
    "-w",
    "%{http_code}",
    "--cacert",
    at("ca/ca.crt"),
    "--cert",
    at(`${client}.crt`),
    "--key",
    at(`${client}.key`),
    `https://127.0.0.1:${port}/`,
  ]);
  return stdout;
}

const answers = async (): Promise<string[]> => [await answerTo("good"), await answerTo("bad")];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "moorline-rig-crl-"));
  await mkdir(at("logs"));
  port = await freePort();
  await moorline(["pki", "ca", "Rig clients", "-d", "ca"]);
  await moorline(["pki", "issue", "127.0.0.1", "--ca", "ca", "--file", "server"]);
  await moorline(["pki", "issue", "good", "--client", "--ca", "ca"]);
  await moorline(["pki", "issue", "bad", "--client", "--ca", "ca"]);
  await moorline(["pki", "crl", "--ca", "ca"]);
  await writeFile(
    at("nginx.conf"),
    `daemon off; pid nginx.pid; error_log logs/error.log; events {}
http { access_log off; server {
  listen 127.0.0.1:${port} ssl; ssl_certificate server.crt; ssl_certificate_key server.key;
  ssl_client_certificate ca/ca.crt; ssl_verify_client on; ssl_crl ca/ca.crl;
  location / { return 200 ok; } } }
`,
  );
  const child = spawn("nginx", ["-p", folder, "-c", at("nginx.conf")], { stdio: "ignore" });
  stop = async () => {
    const ended = once(child, "close");
    child.kill("SIGTERM");
    await ended;
  };
  for (let i = 0; i < 50 && (await answerTo("good")) === "000"; i++) await sleep(100);
});

afterAll(async () => {
  await stop();
  await rm(folder, { recursive: true, force: true });
});

describe("our revocation lists", () => {
  test("nginx admits everybody before, and refuses the revoked client after", async () => {
    expect(await answers()).toEqual(["200", "200"]);
    await moorline(["pki", "revoke", "bad.crt", "--ca", "ca", "--reason", "keyCompromise"]);
    await reload();
    expect(await answers()).toEqual(["200", "400"]);
  });

  test("openssl verify -crl_check says the same", async () => {
    const verify = (client: string): Promise<{ status: number; stderr: string }> =>
      tryCommand([
        "openssl",
        "verify",
        "-crl_check",
        "-CAfile",
        at("ca/ca.crt"),
        "-CRLfile",
        at("ca/ca.crl"),
        at(`${client}.crt`),
      ]);
    expect((await verify("good")).status).toBe(0);
    expect((await verify("bad")).stderr).toContain("certificate revoked");
  });

  test("Go's parser reads entries, reason and number, and accepts the signature", async () => {
    const program = join(import.meta.dirname, "testing/read-crl.go");
    const go = "/usr/lib/go-1.19/bin/go";
    const environment = { GOFLAGS: "-mod=mod", GO111MODULE: "off", HOME: folder };
    const said = await runCommand([go, "run", program, at("ca/ca.crt"), at("ca/ca.crl"), at("bad.crt")], {
      environment,
    });
    expect(JSON.parse(said)).toEqual({ number: "2", entries: 1, revoked: true, reason: 1 });
  });

  test("an expired list makes nginx refuse everybody, and the next one heals it", async () => {
    await moorline(["pki", "crl", "--ca", "ca", "--days", "0.00002"]);
    await sleep(2500);
    await reload();
    expect(await answers()).toEqual(["400", "400"]);
    await moorline(["pki", "crl", "--ca", "ca"]);
    await reload();
    expect(await answers()).toEqual(["200", "400"]);
  });
});

describe("lists of every CA in a chain", () => {
  const document = (additional: string): string => `apiVersion: moorline.io/v1alpha1
kind: HarborCertificate
metadata: { name: chained }
spec:
  issuer: { ownAuthority: { directory: chained, intermediate: true, commonName: Rig intermediate } }
  hosts: [harbor.example.com]
  clients: [{ name: chain-good }, { name: chain-bad }]
  crl: { additional: [${additional}] }
  deliver:
    files:
      - { certificate: ${at("chain.crt")}, privateKey: ${at("chain.key")}, ca: ${at("chain-ca.crt")}, crl: ${at("chain.crl")} }
      - { of: chain-good, certificate: ${at("chain-good.crt")}, privateKey: ${at("chain-good.key")} }
      - { of: chain-bad, certificate: ${at("chain-bad.crt")}, privateKey: ${at("chain-bad.key")} }
`;
  const apply = async (): Promise<number> =>
    (
      await tryCommand([process.execPath, main, "apply", "-f", at("chained.yaml"), "--yes"], {
        directory: folder,
      })
    ).status;
  const verify = (client: string): Promise<{ status: number; stderr: string }> => {
    const given = ["-CAfile", at("chain-ca.crt"), "-CRLfile", at("chain.crl")];
    const chain = at(`${client}.crt`);
    return tryCommand(["openssl", "verify", "-crl_check_all", ...given, "-untrusted", chain, chain]);
  };

  test("openssl -crl_check_all, nginx and skopeo agree on a root's list that was added to ours", async () => {
    await moorline(["pki", "ca", "Rig root", "-d", "root"]);
    await moorline(["pki", "crl", "--ca", "root"]);
    await writeFile(at("chained.yaml"), document("root/ca.crl"));
    expect(await apply()).not.toBe(0);
    const sign = ["pki", "sign-intermediate", "chained/ca.csr", "--ca", "root", "--days", "700"];
    await moorline([...sign, "-d", "signed"]);
    await moorline(["pki", "import", "signed/ca-bundle.crt", "--ca", "chained"]);
    expect(await apply()).toBe(0);
    expect((await verify("chain-good")).status).toBe(0);
    const revoke = [
      "pki",
      "revoke",
      "-f",
      "chained.yaml",
      "--client",
      "chain-bad",
      "--reason",
      "keyCompromise",
    ];
    // The certificate that is stolen: its successor takes its place in the file.
    for (const end of ["crt", "key"]) await copyFile(at(`chain-bad.${end}`), at(`stolen.${end}`));
    await moorline(revoke);
    expect(await apply()).toBe(0);
    expect((await verify("chain-good")).status).toBe(0);
    expect((await verify("chain-bad")).status).toBe(0);
    expect((await verify("stolen")).stderr).toContain("certificate revoked");

    const configuration = await readFile(at("nginx.conf"), "utf8");
    const chained = configuration
      .replace("ssl_client_certificate ca/ca.crt", "ssl_verify_depth 2; ssl_client_certificate chain-ca.crt")
      .replace("ssl_crl ca/ca.crl", "ssl_crl chain.crl");
    await writeFile(at("nginx.conf"), chained);
    await reload();
    const asked = ["chain-good", "chain-bad", "stolen"];
    expect(await Promise.all(asked.map(answerTo))).toEqual(["200", "200", "400"]);
    expect(await Promise.all(asked.map(refusedBySkopeo))).toEqual([false, false, true]);
    await writeFile(at("nginx.conf"), configuration);
    await reload();
  });

  /** skopeo meets no registry here; what counts is whether nginx refuses its certificate (400) or lets it further. */
  async function refusedBySkopeo(client: string): Promise<boolean> {
    const certificates = at(`certs-${client}`);
    await mkdir(certificates);
    await copyFile(at("ca/ca.crt"), join(certificates, "ca.crt"));
    await copyFile(at(`${client}.crt`), join(certificates, "client.cert"));
    await copyFile(at(`${client}.key`), join(certificates, "client.key"));
    const image = `docker://127.0.0.1:${port}/team/app:1`;
    const { stderr } = await tryCommand(["skopeo", "inspect", "--cert-dir", certificates, image]);
    return /400|bad request/i.test(stderr);
  }
});
