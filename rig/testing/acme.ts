import { randomBytes } from "node:crypto";
import { spawn, type ChildProcess } from "node:child_process";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer as createHttpServer } from "node:http";
import { createServer, connect, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Agent, request } from "undici";
import { makeAuthority } from "../../src/clients/http/testing/certificates.ts";
import type { Io } from "../../src/faces/cli/command.ts";

/** A port that nobody listens on now. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

interface Running extends AsyncDisposable {
  /** Everything that it said so far. */
  said(): string;
}

/** Starts a server of a Debian package and waits until it accepts connections. */
async function start(
  command: readonly [string, ...string[]],
  port: number,
  environment: Readonly<Record<string, string>> = {},
): Promise<Running> {
  const [program, ...rest] = command;
  const child: ChildProcess = spawn(program, rest, { env: { ...process.env, ...environment } });
  let said = "";
  let ended = false;
  const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));
  void closed.then(() => (ended = true));
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding("utf8").on("data", (text: string) => (said += text));
  child.once("error", (thrown) => (said += thrown.message));
  const running: Running = {
    said: () => said,
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGTERM");
      await Promise.race([closed, sleep(3000).then(() => child.kill("SIGKILL"))]);
    },
  };
  for (let i = 0; i < 150; i++) {
    if (ended) break;
    if (await accepts(port)) return running;
    await sleep(100);
  }
  await running[Symbol.asyncDispose]();
  throw new Error(`${program} did not come up: ${said}`);
}

const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });

export interface PebbleOptions {
  /** Where pebble asks for names and TXT records. */
  readonly dnsPort: number;
  /** Refused nonces in percent; none unless told. */
  readonly nonceReject?: number;
  /** Seconds that certificates last; 90 days unless told. */
  readonly validity?: number;
  /** Makes accounts for holders of these keys alone: key id to HMAC key in base64url. */
  readonly externalAccounts?: Readonly<Record<string, string>>;
  readonly blocked?: readonly string[];
  /** Offers a second chain, to another root. */
  readonly alternateRoot?: boolean;
}

export interface Pebble extends Running {
  readonly directoryUrl: string;
  /** PEM of the CA of pebble's own HTTPS certificate. */
  readonly tlsAuthority: string;
  /** PEM of the root that it issues from; another at each start. */
  readonly root: string;
  /** PEM of the root of the second chain. */
  readonly otherRoot: string | undefined;
  /** The port on which it asks for http-01 answers. */
  readonly httpPort: number;
  /** Orders placed so far. */
  orders(): number;
}

/** An ACME server of Debian's `pebble`, on ports of its own. */
export async function startPebble(options: PebbleOptions): Promise<Pebble> {
  const folder = await mkdtemp(join(tmpdir(), "moorline-pebble-"));
  const [listen, management, httpPort, tlsPort] = await Promise.all([
    freePort(),
    freePort(),
    freePort(),
    freePort(),
  ]);
  const authority = makeAuthority("pebble's CA");
  const pair = authority.issue({ san: "DNS:localhost,IP:127.0.0.1" });
  await writeFile(join(folder, "tls.crt"), pair.certificate);
  await writeFile(join(folder, "tls.key"), pair.key);
  const pebble = {
    listenAddress: `127.0.0.1:${listen}`,
    managementListenAddress: `127.0.0.1:${management}`,
    certificate: join(folder, "tls.crt"),
    privateKey: join(folder, "tls.key"),
    httpPort,
    tlsPort,
    ocspResponderURL: "",
    certificateValidityPeriod: options.validity ?? 90 * 86_400,
    externalAccountBindingRequired: options.externalAccounts !== undefined,
    externalAccountMACKeys: options.externalAccounts ?? {},
    domainBlocklist: options.blocked ?? [],
  };
  await writeFile(join(folder, "pebble.json"), JSON.stringify({ pebble }));
  const running = await start(
    ["pebble", "-config", join(folder, "pebble.json"), "-dnsserver", `127.0.0.1:${options.dnsPort}`],
    listen,
    {
      PEBBLE_VA_NOSLEEP: "1",
      PEBBLE_AUTHZREUSE: "0",
      PEBBLE_ALTERNATE_ROOTS: options.alternateRoot === true ? "1" : "0",
      PEBBLE_WFE_NONCEREJECT: String(options.nonceReject ?? 0),
    },
  );
  return {
    directoryUrl: `https://localhost:${listen}/dir`,
    tlsAuthority: authority.certificate,
    root: await rootOf(`https://localhost:${management}/roots/0`, authority.certificate),
    otherRoot:
      options.alternateRoot === true
        ? await rootOf(`https://localhost:${management}/roots/1`, authority.certificate)
        : undefined,
    httpPort,
    said: () => running.said(),
    orders: () => running.said().match(/Added order/g)?.length ?? 0,
    [Symbol.asyncDispose]: async () => {
      await running[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function rootOf(url: string, ca: string): Promise<string> {
  const dispatcher = new Agent({ connect: { ca } });
  try {
    return await (await request(url, { dispatcher })).body.text();
  } finally {
    await dispatcher.destroy();
  }
}

export interface NameServer extends Running {
  readonly port: number;
  readonly zone: string;
  readonly key: { readonly name: string; readonly secret: string };
}

/**
 * BIND of Debian's `bind9` with the zone acme.test, which its key may update; every name in it leads to 127.0.0.1.
 * With a primary it is a secondary of the zone.
 */
export async function startNamed(primary?: number): Promise<NameServer> {
  const folder = await mkdtemp(join(tmpdir(), "moorline-named-"));
  const port = await freePort();
  const zone = "acme.test";
  const key = { name: "moorline-key", secret: randomBytes(32).toString("base64") };
  const kind =
    primary === undefined
      ? `type primary; file "${folder}/zone"; allow-update { key "${key.name}"; }; allow-transfer { any; };`
      : `type secondary; file "${folder}/copy"; primaries port ${primary} { 127.0.0.1; }; min-refresh-time 1; max-refresh-time 1;`;
  await writeFile(
    join(folder, "named.conf"),
    `key "${key.name}" { algorithm hmac-sha256; secret "${key.secret}"; };
options { directory "${folder}"; listen-on port ${port} { 127.0.0.1; }; listen-on-v6 { none; }; recursion no;
  pid-file none; session-keyfile "${folder}/session.key"; dnssec-validation no; notify no; };
controls { };
zone "${zone}" { ${kind} };
`,
  );
  await writeFile(
    join(folder, "zone"),
    `$TTL 1
@ IN SOA ns root ( 1 1 1 3600 1 )
@ IN NS ns
* IN A 127.0.0.1
@ IN A 127.0.0.1
closed IN A 127.0.0.2
_acme-challenge.alias IN CNAME proof.delegated
`,
  );
  await chmod(folder, 0o777);
  const running = await start(["named", "-g", "-c", join(folder, "named.conf"), "-n", "1"], port);
  return {
    port,
    zone,
    key,
    said: () => running.said(),
    [Symbol.asyncDispose]: async () => {
      await running[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Real time, put forward by as much as is told; what waits waits in real time. */
export function movedClock(): Io["clock"] & { forward(milliseconds: number): void } {
  let ahead = 0;
  return {
    now: () => new Date(Date.now() + ahead),
    sleep: (milliseconds, signal) => sleep(milliseconds, undefined, { signal }),
    forward: (milliseconds) => (ahead += milliseconds),
  };
}

/** A web server of somebody else's on the port that the CA asks. */
export async function serveFolder(
  folder: string,
  port: number,
): Promise<AsyncDisposable & { served(): number }> {
  let served = 0;
  const server = createHttpServer((request, response) => {
    const answer = async (): Promise<void> => {
      const bytes = await readFile(join(folder, request.url ?? "")).catch(() => undefined);
      if (bytes === undefined) response.writeHead(404);
      else served += 1;
      response.end(bytes);
    };
    void answer();
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return {
    served: () => served,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
