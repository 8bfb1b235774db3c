import { chmod, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { existsSync, readFileSync } from "node:fs";
import type { Socket } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createServer, createSecureContext } from "node:tls";
import { dialFailure } from "../../../../../clients/host/dial.ts";
import type { Host } from "../../../../../clients/host/host.ts";
import { localHost } from "../../../../../clients/host/local.ts";
import { harborYmlText } from "../../../../../clients/harbor-compose/testing/harbor-yml.ts";
import { createAuthority, type Authority } from "../../../../../pki/authority.ts";
import { issueServer } from "../../../../../pki/leaf.ts";
import { systemRandomBytes } from "../../../../../pki/serial.ts";
import type { World } from "../../../../world.ts";
import type { CertificateDocument } from "../../../gathered.ts";
import { harborCertificateSchema } from "../../../schema.ts";
import { documentOf, folderWorld } from "../../../testing/world.ts";
import { lookAt, type Shown } from "../shown.ts";
import { composeScript, dockerScript, prepareScript } from "./scripts.ts";

export interface MachineOptions {
  /** How Harbor runs at first; `https` with a certificate of another CA unless told. */
  readonly harbor?: "https" | "http" | "template";
  readonly compose?: "v1" | "v2" | "neither";
  readonly version?: string;
}

/** A machine with a Harbor of docker-compose's shape, in a folder. */
export interface ComposeMachine extends AsyncDisposable {
  readonly world: World;
  readonly root: string;
  readonly directory: string;
  readonly data: string;
  readonly port: number;
  /** The document that delivers to it. */
  document(compose?: object, more?: object): CertificateDocument;
  /** Makes every call to the machine pass through something that may fail. */
  through(change: (host: Host) => Host): void;
  at(time: Date): void;
  shown(): Promise<Shown>;
  /** A switch of the programs: see scripts.ts. */
  set(name: string, text?: string): Promise<void>;
  unset(name: string): Promise<void>;
  calls(): Promise<readonly string[]>;
  read(path: string): Promise<string>;
  /** Runs a program as a person would. */
  run(...argv: readonly [string, ...string[]]): Promise<void>;
}

const now = new Date("2026-05-01T00:00:00Z");
const never = new AbortController().signal;

let strange: Promise<Authority> | undefined;
/** The CA of whoever set Harbor up before. */
const strangeAuthority = (): Promise<Authority> =>
  (strange ??= createAuthority({
    commonName: "Somebody's CA",
    validityDays: 3650,
    keyType: "ECDSA_P256",
    now,
    randomBytes: systemRandomBytes,
  }));

export async function composeMachine(options: MachineOptions = {}): Promise<ComposeMachine> {
  const folder = await folderWorld([]);
  const { root } = folder;
  const [state, bin, directory, data] = ["state", "bin", "harbor", "data"].map((name) =>
    join(root, name),
  ) as [string, string, string, string];
  for (const path of [state, bin, join(directory, "common/config/nginx/conf.d"), join(data, "secret/keys")])
    await mkdir(path, { recursive: true });
  const program = async (path: string, text: string): Promise<void> => {
    await writeFile(path, text);
    await chmod(path, 0o755);
  };
  const { compose = "v2", harbor = "https", version = "2.9.0" } = options;
  await program(join(bin, "docker"), dockerScript(state, directory, data));
  if (compose === "v1") await program(join(bin, "docker-compose"), composeScript(state, directory, data));
  // Hides the one that this machine may really have.
  if (compose === "neither") await program(join(bin, "docker-compose"), "#!/bin/sh\nexit 127\n");
  if (compose !== "v2") await writeFile(join(state, "no-v2"), "");
  await program(join(directory, "prepare"), prepareScript(state, directory, data));

  const server = createServer({
    SNICallback: (_name, done) => {
      try {
        const [cert, key] = ["crt", "key"].map((end) => readFileSync(join(state, `loaded/server.${end}`)));
        done(null, createSecureContext({ ...(cert && { cert }), ...(key && { key }) }));
      } catch (error) {
        done(error as Error);
      }
    },
  });
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.once("close", () => sockets.delete(socket));
  });
  server.on("tlsClientError", (_error, socket) => socket.destroy());
  server.on("secureConnection", (socket) => {
    socket.on("error", () => undefined);
    socket.end("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };

  const own = [join(root, "certificates/harbor.crt"), join(root, "certificates/harbor.key")] as const;
  await writeFile(join(directory, "harbor.yml"), yml());
  if (harbor === "https") {
    const pair = await issueServer(await strangeAuthority(), {
      dnsNames: ["harbor.example.com"],
      ipAddresses: [],
      validityDays: 365,
      keyType: "ECDSA_P256",
      now,
      randomBytes: systemRandomBytes,
    });
    await mkdir(join(root, "certificates"));
    await writeFile(own[0], pair.certificatePem, { mode: 0o640 });
    await writeFile(own[1], pair.privateKeyPem.reveal(), { mode: 0o600 });
  }
  function yml(): string {
    const text = harborYmlText(version, harbor === "http" ? { commented: "# " } : {})
      .replace("reg.mydomain.com\n", "harbor.example.com\n")
      .replace("data_volume: /data", `data_volume: ${data}`);
    if (harbor !== "https") return text;
    return text
      .replace("port: 443", `port: ${port}`)
      .replace("/your/certificate/path", own[0])
      .replace("/your/private/key/path", own[1]);
  }

  const local = localHost({ environment: { PATH: `${bin}:/usr/sbin:/usr/bin:/sbin:/bin` } });
  const plain: Host = {
    ...local,
    // The test's TLS server always listens; of this machine, only what a running container has open.
    dial: async (to, wanted, signal) => {
      const isUp =
        existsSync(join(state, "proxy")) && readFileSync(join(state, "proxy"), "utf8") === "running\n";
      if (isUp && (wanted === 80 || existsSync(join(state, "loaded")))) return local.dial(to, port, signal);
      throw dialFailure(to, wanted, "ECONNREFUSED");
    },
  };
  let host: Host = plain;
  const run = async (...argv: readonly [string, ...string[]]): Promise<void> => {
    const done = await plain.run(argv, { timeoutMs: 20_000, signal: never });
    if (done.exitCode !== 0) throw new Error(`${argv.join(" ")}: ${done.stderr}`);
  };
  const tool: readonly [string, ...string[]] = compose === "v1" ? ["docker-compose"] : ["docker", "compose"];
  if (harbor === "template")
    await writeFile(join(directory, "docker-compose.yml"), "services:\n  proxy: {}\n");
  else {
    await run(join(directory, "prepare"));
    if (compose !== "neither") await run(...tool, "up", "-d");
  }
  await rm(join(state, "calls"), { force: true });

  return {
    root,
    directory,
    data,
    port,
    world: {
      ...folder.world,
      get host() {
        return host;
      },
      clock: {
        now: () => folder.world.clock.now(),
        sleep: (ms, signal) => sleep(Math.min(ms, 2), undefined, { signal }),
      },
    },
    at: (time) => folder.at(time),
    document: (more = {}, spec = {}) =>
      documentOf(harborCertificateSchema, "main", {
        issuer: { ownAuthority: { directory: "ca" } },
        hosts: ["harbor.example.com"],
        deliver: {
          compose: {
            directory,
            connectTo: `127.0.0.1:${port}`,
            ...(harbor !== "https" && { httpsPort: port }),
            ...more,
          },
        },
        ...spec,
      }),
    through: (change) => {
      host = change(plain);
    },
    shown: async () => {
      const { certificatePem } = await strangeAuthority();
      return lookAt({ host: "127.0.0.1", port, serverName: "harbor.example.com" }, certificatePem, never);
    },
    set: (name, text = "") => writeFile(join(state, name), text),
    unset: (name) => rm(join(state, name), { recursive: true, force: true }),
    calls: async () =>
      (await readFile(join(state, "calls"), "utf8").catch(() => ""))
        .split("\n")
        .filter((line) => line !== ""),
    read: (path) => readFile(path, "utf8"),
    run,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
      await folder[Symbol.asyncDispose]();
    },
  };
}
