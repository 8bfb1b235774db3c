import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer as createHttpsServer } from "node:https";
import { connect, createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { concatenated, type LeafOptions, type MadeAuthority } from "./tls-certificates.ts";

/** How a server is wrong, or that it is not. */
export interface ServerCase {
  readonly name: string;
  readonly leaf?: LeafOptions;
  /** What is sent after the certificate; the intermediate alone unless told. */
  readonly sent?: "nothing" | "backwards";
  /** Words for `openssl s_server`. */
  readonly openssl?: readonly string[];
  /** A priority string for GnuTLS, which still knows what OpenSSL was built without. */
  readonly gnutls?: string;
  /** Served by Node, whose answers have this header. */
  readonly hsts?: string;
  readonly stapled?: true;
  /** Codes of the errors and warnings that Moorline must find, sorted. */
  readonly finds: readonly string[];
  readonly client?: "asked" | "required";
}

export interface CaseServer extends AsyncDisposable {
  readonly port: number;
}

export const serverCases: readonly ServerCase[] = [
  { name: "nothing wrong", openssl: ["-cipher", "ECDHE+AESGCM"], finds: [] },
  {
    name: "TLS 1.0 alone",
    openssl: ["-tls1", "-cipher", "AES128-SHA:ECDHE-RSA-AES128-SHA:@SECLEVEL=0"],
    finds: ["TLS_SUITES_STRONG_MISSING", "TLS_VERSION_MODERN_MISSING", "TLS_VERSION_OLD"],
  },
  {
    name: "TLS 1.1 alone, with suites of every kind",
    openssl: ["-tls1_1", "-cipher", "ALL:COMPLEMENTOFALL:@SECLEVEL=0"],
    finds: [
      "TLS_SUITES_BROKEN",
      "TLS_SUITES_STRONG_MISSING",
      "TLS_VERSION_MODERN_MISSING",
      "TLS_VERSION_OLD",
    ],
  },
  { name: "TLS 1.0 to 1.3", openssl: ["-cipher", "ECDHE+AES:@SECLEVEL=0"], finds: ["TLS_VERSION_OLD"] },
  { name: "TLS 1.3 alone", openssl: ["-tls1_3"], finds: [] },
  {
    name: "suites that encrypt nothing",
    openssl: ["-tls1_2", "-cipher", "NULL-SHA256:NULL-SHA:ECDHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0"],
    finds: ["TLS_SUITES_BROKEN"],
  },
  {
    name: "suites that prove no name",
    openssl: ["-tls1_2", "-cipher", "ADH-AES128-SHA:ECDHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0"],
    finds: ["TLS_SUITES_BROKEN"],
  },
  {
    name: "CBC alone",
    openssl: ["-tls1_2", "-cipher", "ECDHE-RSA-AES128-SHA:ECDHE-RSA-AES256-SHA384"],
    finds: ["TLS_SUITES_STRONG_MISSING"],
  },
  {
    name: "3DES",
    gnutls: "NORMAL:-VERS-ALL:+VERS-TLS1.2:+3DES-CBC:+RSA",
    finds: ["TLS_SUITES_WEAK"],
  },
  {
    name: "RC4 and SSL 3.0",
    gnutls: "NORMAL:+VERS-ALL:+ARCFOUR-128:+RSA:+MD5",
    finds: ["TLS_SUITES_BROKEN", "TLS_VERSION_OLD"],
  },
  { name: "no intermediate", sent: "nothing", finds: ["CERTIFICATE_ISSUER_UNKNOWN"] },
  { name: "the chain backwards", sent: "backwards", finds: ["CERTIFICATE_CHAIN_WRONG_ORDER"] },
  {
    name: "signed by itself",
    leaf: { selfSigned: true },
    sent: "nothing",
    finds: ["CERTIFICATE_SELF_SIGNED_UNTRUSTED"],
  },
  { name: "expired", leaf: { from: -90, to: -2 }, finds: ["CERTIFICATE_EXPIRED"] },
  { name: "not yet valid", leaf: { from: 5, to: 90 }, finds: ["CERTIFICATE_NOT_YET_VALID"] },
  { name: "another name", leaf: { name: "other.localtest" }, finds: ["CERTIFICATE_NAME_MISMATCH"] },
  {
    name: "a key of 1024 bits",
    leaf: { bits: 1024 },
    openssl: ["-tls1_2", "-cipher", "DEFAULT:@SECLEVEL=0"],
    finds: ["CERTIFICATE_KEY_WEAK"],
  },
  {
    name: "signed with SHA-1",
    leaf: { digest: "sha1" },
    openssl: ["-tls1_2", "-cipher", "DEFAULT:@SECLEVEL=0"],
    finds: ["CERTIFICATE_SIGNATURE_WEAK"],
  },
  { name: "a client certificate wanted", openssl: ["-verify", "2", "-tls1_2"], client: "asked", finds: [] },
  {
    name: "a client certificate required",
    openssl: ["-Verify", "2", "-tls1_2"],
    client: "required",
    finds: [],
  },
  { name: "a stapled answer", stapled: true, finds: [] },
  { name: "HSTS for a year", hsts: "max-age=31536000", finds: [] },
  { name: "HSTS for a day", hsts: "max-age=86400", finds: [] },
];

/** Starts the server of a case on a free port of 127.0.0.1. */
export async function startCase(
  one: ServerCase,
  index: number,
  authority: MadeAuthority,
  folder: string,
): Promise<CaseServer> {
  const leaf = await authority.issue(`case-${index}`, one.leaf);
  const above =
    one.sent === "nothing"
      ? []
      : one.sent === "backwards"
        ? [authority.root, authority.intermediate]
        : [authority.intermediate];
  const chain = await concatenated(join(folder, `chain-${index}.pem`), [leaf.certificate, ...above]);
  if (one.hsts !== undefined) return await startNode(chain, leaf.key, one.hsts);
  const port = await freePort();
  const rest =
    above.length === 0 ? [] : ["-cert_chain", await concatenated(join(folder, `above-${index}.pem`), above)];
  const argv =
    one.gnutls === undefined
      ? [
          "openssl",
          "s_server",
          "-accept",
          `127.0.0.1:${port}`,
          "-www",
          "-quiet",
          "-cert",
          leaf.certificate,
          "-key",
          leaf.key,
          ...rest,
          ...(one.openssl ?? []),
          ...(one.stapled === undefined ? [] : ["-status_file", await authority.ocspAnswer(leaf)]),
        ]
      : [
          "gnutls-serv",
          "--http",
          "--port",
          String(port),
          "--quiet",
          "--disable-client-cert",
          "--priority",
          one.gnutls,
          "--x509certfile",
          chain,
          "--x509keyfile",
          leaf.key,
        ];
  const [program = "", ...words] = argv;
  // Debian's configuration of OpenSSL refuses what is to be shown here.
  const env = { ...process.env, OPENSSL_CONF: "/dev/null" };
  const child = spawn(program, words, { env, stdio: "ignore" });
  await accepting(port, () => child.exitCode);
  return {
    port,
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGKILL");
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    },
  };
}

async function startNode(chain: string, key: string, hsts: string): Promise<CaseServer> {
  const pair = { cert: await readFile(chain), key: await readFile(key) };
  const server = createHttpsServer(pair, (_, response) =>
    response
      .writeHead(200, { "strict-transport-security": hsts, "content-type": "text/html" })
      .end("<p>ok</p>"),
  );
  server.on("tlsClientError", () => undefined);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

async function accepting(port: number, ended: () => number | null): Promise<void> {
  for (let attempt = 0; attempt < 600; attempt++) {
    if (ended() !== null) throw new Error(`the server ended with ${ended()}`);
    const socket = connect(port, "127.0.0.1");
    const isOpen = await once(socket, "connect").then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (isOpen) return;
    await sleep(50);
  }
  throw new Error("the server does not accept connections");
}
