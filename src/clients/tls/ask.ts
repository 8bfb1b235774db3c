import type { Duplex } from "node:stream";
import { isError } from "../../model/errors.ts";
import type { Dial } from "../host/host.ts";
import { dialFromHere } from "../host/dial.ts";
import { NotTls, readServerFlight, type ServerFlight } from "./server-flight.ts";

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
  const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  let socket: Duplex | undefined;
  try {
    socket = await (dial ?? dialFromHere)(host, port, limit);
  } catch (thrown) {
    return { failure: reasonOf(thrown, limit), connected: false };
  }
  const end = (): void => void socket?.destroy();
  limit.addEventListener("abort", end, { once: true });
  try {
    socket.on("error", () => undefined);
    socket.write(hello);
    let bytes: Buffer = Buffer.alloc(0);
    let flight = readServerFlight(bytes);
    for await (const chunk of socket) {
      bytes = bytes.length === 0 ? (chunk as Buffer) : Buffer.concat([bytes, chunk as Buffer]);
      flight = readServerFlight(bytes);
      if (flight.complete || bytes.length > mostBytes) return { flight };
    }
    return flight.version === undefined
      ? { failure: limit.aborted ? "timeout" : "closed", connected: true }
      : { flight };
  } catch (thrown) {
    if (thrown instanceof NotTls) return { failure: "not-tls", connected: true };
    return { failure: limit.aborted ? "timeout" : "closed", connected: true };
  } finally {
    limit.removeEventListener("abort", end);
    socket.destroy();
  }
}

function reasonOf(thrown: unknown, limit: AbortSignal): NoAnswer {
  if (limit.aborted) return "timeout";
  const code = isError(thrown, "HOST_DIAL_FAILED") ? thrown.parameters["reason"] : "";
  if (code === "ECONNREFUSED") return "refused";
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return "unresolved";
  return code === "ETIMEDOUT" ? "timeout" : "unreachable";
}
