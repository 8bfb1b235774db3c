import { connect, type Socket } from "node:net";
import { MoorlineError } from "../../model/errors.ts";
import { systemCode } from "./failures.ts";

/** How long a connection may take to open, in milliseconds. */
export const dialLimitMs = 10_000;

/** What a connection that did not open is told as. @param reason the system's code */
export function dialFailure(host: string, port: number, reason: string, cause?: unknown): MoorlineError {
  return new MoorlineError("HOST_DIAL_FAILED", { subject: `${host}:${port}`, parameters: { reason }, cause });
}

/** Connects from this machine, as {@link Host.dial} promises. */
export function dialFromHere(host: string, port: number, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(new MoorlineError("CANCELLED", { subject: `${host}:${port}` }));
    const socket = connect({ host, port });
    const timer = setTimeout(() => fail(dialFailure(host, port, "ETIMEDOUT")), dialLimitMs);
    const cancel = (): void => fail(new MoorlineError("CANCELLED", { subject: `${host}:${port}` }));
    const settle = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", cancel);
    };
    const fail = (error: MoorlineError): void => {
      settle();
      socket.destroy();
      reject(error);
    };
    signal.addEventListener("abort", cancel, { once: true });
    const onError = (thrown: Error): void => {
      fail(dialFailure(host, port, systemCode(thrown) || thrown.message, thrown));
    };
    socket.once("error", onError);
    socket.once("connect", () => {
      settle();
      socket.off("error", onError);
      resolve(socket);
    });
  });
}
