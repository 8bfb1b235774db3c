import type { Duplex } from "node:stream";
import { isError } from "../../model/errors.ts";
import type { Dial } from "../host/host.ts";
import { dialFromHere } from "../host/dial.ts";
import { readServerFlight, type ServerFlight } from "./server-flight.ts";

/** Why a question got no answer. */
export type NoAnswer = "refused" | "timeout" | "unresolved" | "closed" | "not-tls" | "unreachable";

export type Answer =
  | { readonly flight: ServerFlight }
  | {
      readonly failure: NoAnswer;
      /** A TCP connection was there. */
      readonly connected: boolean;
    };

export interface Question {
  readonly host: string;
  readonly port: number;
  readonly hello: Buffer;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly dial?: Dial;
}

/** More than any answer in the clear. */
const mostBytes = 1 << 19;

/** Sends one ClientHello and reads what the server says in the clear; never throws for what the server did. */
export async function ask({ host, port, hello, timeoutMs, signal, dial }: Question): Promise<Answer> {
  // One controller for each question: AbortSignal.any and AbortSignal.timeout cost more than the rest of it.
  const limit = new AbortController();
  const end = (): void => limit.abort();
  const timer = setTimeout(end, timeoutMs);
  signal.addEventListener("abort", end, { once: true });
  if (signal.aborted) end();
  try {
    const socket = await (dial ?? dialFromHere)(host, port, limit.signal);
    return await converse(socket, hello, limit.signal);
  } catch (thrown) {
    return { failure: reasonOf(thrown, limit.signal), connected: false };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", end);
  }
}

/** By events: an iterator that is left early makes an error, with its stack, for each connection. */
function converse(socket: Duplex, hello: Buffer, limit: AbortSignal): Promise<Answer> {
  return new Promise((resolve) => {
    let bytes: Buffer = Buffer.alloc(0);
    let flight = readServerFlight(bytes);
    const settle = (answer: Answer): void => {
      limit.removeEventListener("abort", finish);
      socket.destroy();
      resolve(answer);
    };
    const finish = (): void => {
      const failure = limit.aborted ? "timeout" : "closed";
      settle(
        flight.version === undefined && flight.alert === undefined
          ? { failure, connected: true }
          : { flight },
      );
    };
    limit.addEventListener("abort", finish, { once: true });
    socket.on("error", finish);
    socket.on("close", finish);
    socket.on("end", finish);
    socket.on("data", (chunk: Buffer) => {
      bytes = bytes.length === 0 ? chunk : Buffer.concat([bytes, chunk]);
      try {
        flight = readServerFlight(bytes);
      } catch {
        // It throws NotTls, and nothing else that arrives may end this process either.
        settle({ failure: "not-tls", connected: true });
        return;
      }
      if (flight.complete || bytes.length > mostBytes) settle({ flight });
    });
    if (limit.aborted) finish();
    else socket.write(hello);
  });
}

function reasonOf(thrown: unknown, limit: AbortSignal): NoAnswer {
  if (limit.aborted) return "timeout";
  const code = isError(thrown, "HOST_DIAL_FAILED") ? thrown.parameters["reason"] : "";
  if (code === "ECONNREFUSED") return "refused";
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return "unresolved";
  return code === "ETIMEDOUT" ? "timeout" : "unreachable";
}
