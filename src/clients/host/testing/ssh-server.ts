import { spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { connect, type AddressInfo } from "node:net";
import { constants } from "node:os";
import ssh2, { type Connection, type ServerChannel } from "ssh2";
import { Sensitive } from "../../../model/sensitive.ts";
import type { SshOptions } from "../ssh/connection.ts";
import { keyTypeOf } from "../ssh/host-key.ts";

const { Server, utils } = ssh2;

export interface SshServerOptions {
  /** Stands before each command line, in the same shell. */
  readonly prelude?: string;
  /** Folders before the usual ones on PATH. */
  readonly path?: string;
  /** The shell that logs in; /bin/sh otherwise. */
  readonly shell?: readonly [string, ...string[]];
  /** Refuses to open connections, as AllowTcpForwarding no. */
  readonly forwarding?: false;
  /** Cuts the connection once so many bytes of a command's input have come. */
  readonly cutAfterBytes?: number;
}

export interface SshServer extends AsyncDisposable {
  readonly port: number;
  /** Blob of its public key. */
  readonly hostKey: Buffer;
  /** `ecdsa-sha2-nistp256 AAAA…` */
  readonly hostKeyLine: string;
  /** PEM of the key that may log in, as anybody. */
  readonly identity: Sensitive;
  /** Command lines that the login shell got. */
  readonly commandLines: readonly string[];
  /** How many connections were accepted. */
  connections(): number;
  /** Cuts every connection. */
  cut(): void;
  /** Options of a host that trusts it. */
  options(more?: Partial<SshOptions>): SshOptions;
}

/** An sshd of this process: real keys, real shells of this machine, one user. */
export async function sshServer(options: SshServerOptions = {}): Promise<SshServer> {
  const [host, user] = [sshKey(), sshKey()];
  const [hostKey, userKey] = [host.blob, user.blob];
  const open = new Set<Connection>();
  const commandLines: string[] = [];
  let accepted = 0;
  const server = new Server({ hostKeys: [host.pem] }, (client) => {
    accepted++;
    open.add(client);
    // Missing in the types only.
    (client as unknown as { setNoDelay(on: boolean): void }).setNoDelay(true);
    client.on("error", () => undefined);
    client.on("close", () => open.delete(client));
    client.on("authentication", (context) => {
      if (context.method !== "publickey" || !context.key.data.equals(userKey))
        return context.reject(["publickey"]);
      context.accept();
    });
    client.on("session", (accept) => {
      accept().on("exec", (acceptExec, _reject, { command }) => {
        commandLines.push(command);
        serve(acceptExec(), command, options, () => client.end());
      });
    });
    // Without a listener the answer is "administratively prohibited", as with AllowTcpForwarding no.
    if (options.forwarding === false) return;
    client.on("tcpip", (accept, reject, { destIP, destPort }) => {
      const socket = connect(destPort, destIP);
      socket.once("error", () => reject());
      socket.once("connect", () => {
        const channel = accept();
        socket.on("error", () => channel.destroy());
        socket.pipe(channel).pipe(socket);
      });
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const identity = new Sensitive(user.pem);
  return {
    port,
    hostKey,
    hostKeyLine: `${keyTypeOf(hostKey)} ${hostKey.toString("base64")}`,
    identity,
    commandLines,
    connections: () => accepted,
    cut: () => open.forEach((client) => client.end()),
    options: (more) => ({
      host: "127.0.0.1",
      port,
      user: "somebody",
      hostKeys: { place: "known_hosts", good: [hostKey], revoked: [], byCertificate: false },
      identity: { path: "/keys/id", key: identity },
      sudo: false,
      ...more,
    }),
    [Symbol.asyncDispose]: async () => {
      open.forEach((client) => client.end());
      server.close();
      await once(server, "close");
    },
  };
}

/** A new key: what its owner keeps, and what others know (RFC 4253 §6.6). */
export function sshKey(): { readonly pem: string; readonly blob: Buffer } {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const pem = privateKey.export({ type: "sec1", format: "pem" }).toString();
  const parsed = utils.parseKey(pem);
  if (parsed instanceof Error) throw parsed;
  return { pem, blob: parsed.getPublicSSH() };
}

function serve(channel: ServerChannel, command: string, options: SshServerOptions, hangUp: () => void): void {
  const [shell, ...words] = options.shell ?? ["/bin/sh", "-c"];
  const usual = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  const child = spawn(shell, [...words, `${options.prelude ?? ""}${command}`], {
    detached: true,
    env: { PATH: options.path === undefined ? usual : `${options.path}:${usual}`, HOME: "/" },
    stdio: "pipe",
  });
  let received = 0;
  channel.on("data", (chunk: Buffer) => {
    received += chunk.length;
    if (received >= (options.cutAfterBytes ?? Infinity)) return hangUp();
    child.stdin.write(chunk);
  });
  // The end of input, whether it was said or the connection broke.
  channel.once("end", () => child.stdin.end());
  channel.once("close", () => child.stdin.end());
  channel.on("error", () => undefined);
  child.stdin.on("error", () => undefined);
  child.stdout.pipe(channel, { end: false });
  child.stderr.pipe(channel.stderr, { end: false });
  child.once("close", (code, signal) => {
    if (code !== null) channel.exit(code);
    else if (signal !== null)
      channel.exit(signal.replace("SIG", ""), false, String(constants.signals[signal]));
    channel.end();
    channel.close();
  });
}
