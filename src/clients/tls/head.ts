import { isIP } from "node:net";
import type { Duplex } from "node:stream";
import { connect } from "node:tls";
import { dialFromHere } from "../host/dial.ts";
import type { Dial } from "../host/host.ts";

export interface HeadOptions {
  readonly host: string;
  readonly port: number;
  /** For SNI and the Host header. */
  readonly serverName: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly dial?: Dial;
}

const longestHead = 16_384;

/**
 * The status line and headers that a server answers a bare GET of `/` with, over TLS or plainly.
 * Nobody is trusted for it: nothing is sent but the request, and the answer is only looked at.
 * @returns undefined where no answer came
 */
export async function fetchHead(options: HeadOptions, over: "tls" | "tcp"): Promise<string | undefined> {
  const { host, port, serverName, timeoutMs } = options;
  const limit = AbortSignal.any([options.signal, AbortSignal.timeout(timeoutMs)]);
  let plain: Duplex | undefined;
  const end = (): void => void plain?.destroy();
  limit.addEventListener("abort", end, { once: true });
  try {
    plain = await (options.dial ?? dialFromHere)(host, port, limit);
    plain.on("error", () => undefined);
    const stream = over === "tcp" ? plain : overTls(plain, serverName);
    stream.on("error", () => undefined);
    stream.write(`GET / HTTP/1.1\r\nHost: ${serverName}\r\nConnection: close\r\n\r\n`);
    let text = "";
    for await (const chunk of stream) {
      text += (chunk as Buffer).toString("latin1");
      if (text.includes("\r\n\r\n") || text.length > longestHead) break;
    }
    return text === "" ? undefined : text;
  } catch {
    // Nothing listens there, or nothing that answers: for this question the same.
    return undefined;
  } finally {
    limit.removeEventListener("abort", end);
    plain?.destroy();
  }
}

function overTls(socket: Duplex, serverName: string): Duplex {
  const name = isIP(serverName) === 0 ? { servername: serverName } : {};
  // An untrusted server's headers are looked at too; nothing but a bare GET is ever sent.
  return connect({ socket, ...name, rejectUnauthorized: false });
}
