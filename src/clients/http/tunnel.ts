import { request } from "node:http";
import { connect as connectTls } from "node:tls";
import type { Duplex } from "node:stream";
import { MoorlineError } from "../../model/errors.ts";
import type { Dial } from "../host/host.ts";
import { dialFailure, dialLimitMs } from "../host/dial.ts";
import type { ProxyAddress } from "./forward-proxy.ts";

/**
 * Connections through a forward proxy, by CONNECT (RFC 9110 §9.3.6): for seeing what a machine sees whose runtime goes
 * through one. The proxy's own certificate is not looked at; nothing but its login is told to it.
 * @param proxy one that speaks HTTP; SOCKS is another protocol
 * @returns a dial that fails as HOST_DIAL_FAILED, whose reason is the status that the proxy answers where it answers
 */
export function dialThrough(proxy: ProxyAddress, dial: Dial): Dial {
  return async (host, port, signal) => {
    const way = await dial(proxy.host, proxy.port, signal);
    const channel =
      proxy.scheme === "https"
        ? connectTls({ socket: way, servername: proxy.host, rejectUnauthorized: false })
        : way;
    return await openTunnel(channel, { host, port, userinfo: proxy.userinfo }, signal);
  };
}

interface Tunnel {
  readonly host: string;
  readonly port: number;
  readonly userinfo: string | undefined;
}

function openTunnel(channel: Duplex, { host, port, userinfo }: Tunnel, signal: AbortSignal): Promise<Duplex> {
  const authority = `${host.includes(":") ? `[${host}]` : host}:${port}`;
  return new Promise((resolve, reject) => {
    const fail = (reason: string, cause?: unknown): void => {
      channel.destroy();
      reject(
        signal.aborted
          ? new MoorlineError("CANCELLED", { subject: authority })
          : dialFailure(host, port, reason, cause),
      );
    };
    const asked = request({
      method: "CONNECT",
      path: authority,
      createConnection: () => channel,
      signal: AbortSignal.any([signal, AbortSignal.timeout(dialLimitMs)]),
      headers: {
        host: authority,
        ...(userinfo !== undefined && {
          "proxy-authorization": `Basic ${Buffer.from(userinfo).toString("base64")}`,
        }),
      },
    });
    asked.once("connect", (answer, socket, head) => {
      if (answer.statusCode !== 200) return fail(`HTTP ${answer.statusCode ?? 0}`);
      if (head.length > 0) socket.unshift(head);
      resolve(socket);
    });
    asked.once("response", (answer) => fail(`HTTP ${answer.statusCode ?? 0}`));
    asked.once("error", (thrown: NodeJS.ErrnoException) => {
      fail(thrown.name === "TimeoutError" ? "ETIMEDOUT" : (thrown.code ?? thrown.message), thrown);
    });
    asked.end();
  });
}
