import { once } from "node:events";
import type { Duplex } from "node:stream";
import type { Host } from "../../clients/host/host.ts";
import { fromUnknown, isError } from "../../model/errors.ts";

const usualPort = 10248;
const answerMs = 5000;

/**
 * Asks the kubelet's own health port, on the node's loopback, over the node's network.
 * @returns why it is not healthy; undefined where it is, or where its file switches that port off
 */
export async function whyUnhealthy(
  values: Readonly<Record<string, unknown>>,
  host: Host,
  signal: AbortSignal,
): Promise<string | undefined> {
  const port = typeof values["healthzPort"] === "number" ? values["healthzPort"] : usualPort;
  if (port === 0) return undefined;
  const bound = values["healthzBindAddress"];
  const address =
    typeof bound !== "string" || bound === "" || bound === "0.0.0.0" || bound === "::" ? "127.0.0.1" : bound;
  const limit = AbortSignal.any([signal, AbortSignal.timeout(answerMs)]);
  try {
    const socket = await host.dial(address, port, limit);
    try {
      const [first] = (await ask(socket, limit)).split("\r\n");
      return first?.includes(" 200 ") === true ? undefined : `/healthz: ${first === "" ? "-" : first}`;
    } finally {
      socket.destroy();
    }
  } catch (thrown) {
    signal.throwIfAborted();
    if (isError(thrown, "CANCELLED")) return `/healthz: no answer in ${answerMs / 1000} s`;
    return `/healthz: ${fromUnknown(thrown, `${address}:${port}`).message}`;
  }
}

async function ask(socket: Duplex, signal: AbortSignal): Promise<string> {
  socket.on("error", () => undefined); // the end of the stream tells enough
  socket.write("GET /healthz HTTP/1.0\r\nHost: localhost\r\n\r\n");
  let said = "";
  socket.on("data", (chunk: Buffer) => {
    if (said.length < 4096) said += chunk.toString("latin1");
  });
  await once(socket, "close", { signal }).catch(() => undefined); // what was said by then counts
  return said;
}
