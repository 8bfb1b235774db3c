import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import { parse } from "yaml";
import type { CommandResult, Host } from "../../../../clients/host/host.ts";
import { localHost } from "../../../../clients/host/local.ts";
import type { TestAuthority, TestPair } from "../../../../clients/http/testing/certificates.ts";
import { coveredIn } from "../nginx.ts";

/** Where the installer's folder lies on the machine. */
export const directory = "/opt/harbor";

/** What nginx has loaded, as far as it matters here. */
interface Loaded {
  readonly covered: readonly string[];
  /** The CAs of clients; undefined where none is asked for a certificate. */
  readonly authorities: readonly X509Certificate[] | undefined;
}

/**
 * A machine in a folder with a Harbor of docker-compose's shape: `docker` answers as docker does, and a TLS server stands for
 * the proxy, which does what the loaded files say. Real files, real TLS; no docker, no nginx.
 */
export interface ComposeMachine extends AsyncDisposable {
  readonly host: Host;
  readonly root: string;
  readonly url: string;
  /** How often the container was made or started anew. */
  starts(): number;
  /** `nginx -t` refuses everything that has a server's part from now on. */
  breakNginx(how: boolean): void;
  /** `compose up` fails from now on. */
  breakCompose(how: boolean): void;
  /** The proxy answers with 502 as soon as it asks for certificates: as if the configuration were a bad one that nginx takes. */
  breakService(how: boolean): void;
  /** The container was made from another folder than the one that is there. */
  moveFolder(): void;
  /** Stops the container. */
  stop(): void;
  /** Starts it again as docker would after a power cut: it reads its files anew. */
  restart(): Promise<boolean>;
}

const ok = (stdout = ""): CommandResult => ({ exitCode: 0, stdout, stderr: "", truncated: false });
const failed = (stderr: string): CommandResult => ({ exitCode: 1, stdout: "", stderr, truncated: false });
const container = "0123456789ab";

export async function composeMachine(authority: TestAuthority): Promise<ComposeMachine> {
  const root = await mkdtemp(join(tmpdir(), "moorline-mutual-"));
  const files = localHost({ root });
  await mkdir(join(root, directory, "common/config/nginx/conf.d"), { recursive: true });
  for (const [path, text] of Object.entries({
    "harbor.yml": `_version: 2.9.0\nhostname: localhost\ndata_volume: /data\nhttps: {port: 443, certificate: /c, private_key: /k}\n`,
    "docker-compose.yml": `version: '2.3'\nservices:\n  proxy: {ports: ["443:8443"]}\n  core: {}\n`,
  })) {
    await mkdir(join(root, directory), { recursive: true });
    await writeFile(join(root, directory, path), text);
  }
  const state = {
    running: true,
    mounts: [] as readonly string[],
    folder: true,
    loaded: { covered: [], authorities: undefined } as Loaded,
    starts: 0,
    nginx: false,
    compose: false,
    service: false,
  };

  /** What a path in the container leads to. */
  const read = async (path: string): Promise<string | undefined> => {
    for (const { Source, Destination } of mountsIn(state)) {
      // What is mounted hides what lies below.
      if (path !== Destination && !path.startsWith(`${Destination}/`)) continue;
      const at = Source + path.slice(Destination.length);
      return (await files.stat(at))?.type === "file"
        ? (await files.readFile(at))?.bytes.toString("utf8")
        : undefined;
    }
    return undefined;
  };
  /** nginx reads its files: what it would do, or why it refuses. */
  const load = async (): Promise<Loaded | string> => {
    const includes = await Promise.all(
      ["moorline.upstream.conf", "harbor.https.moorline.conf"].map((n) => read(`/etc/nginx/conf.d/${n}`)),
    );
    const http = includes[0]?.includes("include") ? await read("/etc/nginx/moorline/http.conf") : undefined;
    const server = includes[1]?.includes("include")
      ? await read("/etc/nginx/moorline/server.conf")
      : undefined;
    if (server === undefined) return { covered: [], authorities: undefined };
    if (state.nginx) return "nginx: [emerg] broken for a test";
    if (http === undefined) return 'nginx: [emerg] unknown "moorline_refused" variable';
    const ca = await read("/etc/nginx/moorline/ca.pem");
    if (ca === undefined) return 'nginx: [emerg] cannot load certificate "/etc/nginx/moorline/ca.pem"';
    if (server.includes("ssl_crl") && (await read("/etc/nginx/moorline/crl.pem")) === undefined)
      return 'nginx: [emerg] cannot load CRL "/etc/nginx/moorline/crl.pem"';
    const blocks = ca.match(/-----BEGIN[\s\S]*?END CERTIFICATE-----/g) ?? [];
    return { covered: coveredIn(http), authorities: blocks.map((b) => new X509Certificate(b)) };
  };
  const start = async (): Promise<boolean> => {
    state.starts++;
    const loaded = await load();
    state.running = typeof loaded !== "string";
    if (typeof loaded !== "string") state.loaded = loaded;
    return state.running;
  };
  const up = async (): Promise<CommandResult> => {
    if (state.compose) return failed("Error response from daemon: broken for a test");
    const text = await files.readFile(`${directory}/docker-compose.override.yml`);
    const override =
      text && (parse(text.bytes.toString("utf8")) as { services?: { proxy?: { volumes?: string[] } } });
    const mounts = override?.services?.proxy?.volumes ?? [];
    if (mounts.join() === state.mounts.join() && state.running) return ok();
    state.mounts = mounts;
    await start();
    return ok();
  };
  const nginx = async (words: readonly string[]): Promise<CommandResult> => {
    const loaded = await load();
    if (typeof loaded === "string") return failed(loaded);
    if (words.includes("reload")) state.loaded = loaded;
    return ok();
  };
  const docker = async (words: readonly string[]): Promise<CommandResult> => {
    if (words[0] === "compose" && words.includes("version")) return ok("Docker Compose version v2.20.2\n");
    if (words[0] === "compose" && words.includes("ps")) return ok(`${container}\n`);
    if (words[0] === "compose" && words.includes("up")) return up();
    if (words[0] === "compose" && words.includes("restart")) return (await start(), ok());
    if (words[0] === "inspect")
      return ok(
        `${JSON.stringify({
          id: container,
          service: "proxy",
          state: state.running ? "running" : "restarting",
          restarts: 0,
          mounts: mountsIn(state),
        })}\n`,
      );
    if (words[0] === "exec" && words[2] === "nginx") return nginx(words);
    if (words[0] === "exec" && words[2] === "cat" && state.running) {
      const text = await read(words[3] ?? "");
      return text === undefined ? failed("cat: no such file") : ok(text);
    }
    return failed(`docker: ${words.join(" ")}`);
  };

  const proxy = await startProxy(authority, state);
  const host: Host = {
    ...files,
    name: "machine",
    // The owner of the log is Harbor's user; a test need not be root.
    writeFile: (path, bytes, { uid: _uid, gid: _gid, ...rest }) => files.writeFile(path, bytes, rest),
    run: ([program, ...words]) =>
      program === "docker"
        ? docker(words)
        : Promise.resolve(
            program === "getent" ? ok(`${words[1] === "node1" ? "10.0.0.11" : ""}  STREAM\n`) : failed("?"),
          ),
  };
  return {
    host,
    root,
    url: `https://localhost:${(proxy.address() as AddressInfo).port}`,
    starts: () => state.starts,
    breakNginx: (how) => void (state.nginx = how),
    breakCompose: (how) => void (state.compose = how),
    breakService: (how) => void (state.service = how),
    moveFolder: () => void (state.folder = false),
    stop: () => void (state.running = false),
    restart: start,
    [Symbol.asyncDispose]: async () => {
      proxy.closeAllConnections();
      proxy.close();
      await once(proxy, "close");
      await rm(root, { recursive: true, force: true });
    },
  };
}

const pairs = new WeakMap<TestAuthority, TestPair>();

/** One for all machines: openssl takes longer than most tests. */
function pairOf(authority: TestAuthority): TestPair {
  const known = pairs.get(authority) ?? authority.issue({ san: "DNS:localhost" });
  pairs.set(authority, known);
  return known;
}

interface ProxyState {
  readonly running: boolean;
  readonly service: boolean;
  readonly loaded: Loaded;
}

/** As `docker inspect` tells them. */
function mountsIn({ mounts, folder }: { readonly mounts: readonly string[]; readonly folder: boolean }) {
  const nginx = `${folder ? directory : "/old/harbor"}/common/config/nginx:/etc/nginx`;
  return [...mounts, nginx].map((mount) => {
    const [Source = "", Destination = "", mode] = mount.split(":");
    return { Source, Destination, RW: mode !== "ro" };
  });
}

/** Answers as nginx in front of a Harbor would. */
async function startProxy(authority: TestAuthority, state: ProxyState): Promise<Server> {
  const pair = pairOf(authority);
  const tls = { cert: pair.certificate, key: pair.key, requestCert: true, rejectUnauthorized: false };
  const server = createServer(tls, (request, response) => {
    response.setHeader("connection", "close");
    const { loaded, service } = state;
    const end = (status: number, text = ""): void => void response.writeHead(status).end(text);
    if (service && loaded.authorities !== undefined) return end(502);
    const path = request.url ?? "/";
    const covered = /^\/(v2|service)\//.test(path) ? "registry" : path.startsWith("/api/") ? "api" : "portal";
    const raw = (request.socket as TLSSocket).getPeerX509Certificate();
    const holds = loaded.authorities?.some((ca) => raw?.verify(ca.publicKey) === true) === true;
    if (loaded.covered.includes(covered) && !holds)
      return end(
        400,
        raw === undefined ? "No required SSL certificate was sent" : "The SSL certificate error",
      );
    return end(path === "/v2/" ? 401 : 200);
  });
  server.on("secureConnection", (socket: TLSSocket) => {
    if (!state.running) socket.destroy();
  });
  server.listen(0, "localhost");
  await once(server, "listening");
  return server;
}
