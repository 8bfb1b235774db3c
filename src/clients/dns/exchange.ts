import { createSocket } from "node:dgram";
import { connect } from "node:net";
import { MoorlineError } from "../../model/errors.ts";

/** A DNS server; the address may be a name. */
export interface DnsServer {
  readonly host: string;
  readonly port: number;
}

export const serverName = ({ host, port }: DnsServer): string =>
  `${host.includes(":") ? `[${host}]` : host}:${port}`;

const limitMs = 8000;
const udpLimitMs = 2000;

const unreachable = (server: DnsServer, cause: unknown): MoorlineError => {
  const { code, message } = cause as NodeJS.ErrnoException;
  return new MoorlineError("DNS_UNREACHABLE", {
    subject: serverName(server),
    parameters: { reason: code ?? message },
    cause,
  });
};

/** Ends with what `start` says, the time limit, or the caller's signal, whichever is first. */
function within<T>(
  server: DnsServer,
  milliseconds: number,
  signal: AbortSignal,
  start: (done: (value: T) => void, failed: (cause: unknown) => void) => () => void,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    let close: (() => void) | undefined;
    let isSettled = false;
    const settle = (act: () => void): void => {
      if (isSettled) return;
      isSettled = true;
      clearTimeout(timer);
      signal.removeEventListener("abort", stopped);
      close?.();
      act();
    };
    const failed = (cause: unknown): void => settle(() => reject(unreachable(server, cause)));
    const stopped = (): void =>
      settle(() => reject(new MoorlineError("CANCELLED", { subject: serverName(server) })));
    const timer = setTimeout(
      () => failed(new Error(`no answer within ${milliseconds / 1000} s`)),
      milliseconds,
    );
    signal.addEventListener("abort", stopped, { once: true });
    if (signal.aborted) return stopped();
    close = start((value) => settle(() => resolve(value)), failed);
  });
}

/** Sends a message over TCP, behind its length (RFC 7766 §8), and reads the answer. @throws DNS_UNREACHABLE, CANCELLED */
export function exchangeTcp(message: Buffer, server: DnsServer, signal: AbortSignal): Promise<Buffer> {
  return within(server, limitMs, signal, (done, failed) => {
    const socket = connect(server.port, server.host);
    let received = Buffer.alloc(0);
    const length = Buffer.alloc(2);
    length.writeUInt16BE(message.length);
    socket.once("connect", () => socket.write(Buffer.concat([length, message])));
    socket.on("data", (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      if (received.length < 2 || received.length < 2 + received.readUInt16BE(0)) return;
      const answer = received.subarray(2, 2 + received.readUInt16BE(0));
      if (isAnswerTo(answer, message)) done(answer);
      else failed(new Error("the answer belongs to another question"));
    });
    socket.on("error", failed);
    socket.once("close", () => failed(new Error("closed without an answer")));
    return () => {
      // What comes after the end concerns nobody.
      socket.removeAllListeners("close");
      socket.destroy();
    };
  });
}

/** Asks over UDP, and over TCP where that is silent or the answer did not fit. @throws DNS_UNREACHABLE, CANCELLED */
export async function exchange(message: Buffer, server: DnsServer, signal: AbortSignal): Promise<Buffer> {
  try {
    const answer = await exchangeUdp(message, server, signal);
    const isTruncated = (answer.readUInt8(2) & 0x02) !== 0;
    if (!isTruncated) return answer;
  } catch (thrown) {
    if (!(thrown instanceof MoorlineError) || thrown.code !== "DNS_UNREACHABLE") throw thrown;
  }
  return exchangeTcp(message, server, signal);
}

function exchangeUdp(message: Buffer, server: DnsServer, signal: AbortSignal): Promise<Buffer> {
  return within(server, udpLimitMs, signal, (done, failed) => {
    const socket = createSocket(server.host.includes(":") ? "udp6" : "udp4");
    socket.on("error", failed);
    socket.on("message", (answer) => {
      if (isAnswerTo(answer, message)) done(answer);
    });
    // A connected socket hears of a closed port, and of nobody else.
    socket.connect(server.port, server.host, () => socket.send(message));
    return () => socket.close();
  });
}

/** Same id, and marked as a response. */
const isAnswerTo = (answer: Buffer, message: Buffer): boolean =>
  answer.length >= 12 &&
  answer.readUInt16BE(0) === message.readUInt16BE(0) &&
  (answer.readUInt8(2) & 0x80) !== 0;
