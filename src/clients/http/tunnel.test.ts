import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { connect, createServer as createTcp, type AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { dialFromHere } from "../host/dial.ts";
import { dialThrough } from "./tunnel.ts";

const { signal } = new AbortController();
const open: { close(): unknown }[] = [];
afterEach(() => {
  for (const each of open.splice(0)) each.close();
});

const listen = async (server: Server | ReturnType<typeof createTcp>): Promise<number> => {
  open.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
};

/** A proxy that lets through whoever brings this login. */
async function proxy(login: string | undefined, asked: string[] = []): Promise<number> {
  const server = createServer();
  server.on("connect", (request, socket) => {
    asked.push(request.url ?? "");
    if (login !== undefined && request.headers["proxy-authorization"] !== login)
      return socket.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
    const [host = "", port] = (request.url ?? "").split(":");
    const onward = connect(Number(port), host, () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      socket.pipe(onward).pipe(socket);
    });
    return onward.on("error", () => socket.end("HTTP/1.1 502 Bad Gateway\r\n\r\n"));
  });
  return listen(server);
}

const at = (port: number, userinfo?: string) =>
  dialThrough(
    { host: "127.0.0.1", port, scheme: "http", ...(userinfo !== undefined && { userinfo }) },
    dialFromHere,
  );

describe("a connection through a forward proxy", () => {
  test("reaches the server, with what it says at once", async () => {
    const greeting = await listen(createTcp((socket) => void socket.end("hello")));
    const asked: string[] = [];
    const socket = await at(await proxy("Basic bWU6cA==", asked), "me:p")("127.0.0.1", greeting, signal);
    expect(String((await socket.toArray())[0])).toBe("hello");
    expect(asked).toEqual([`127.0.0.1:${greeting}`]);
  });

  test.each([
    ["a login that it does not take", 407, "Basic other"],
    ["a server that it does not reach", 502, undefined],
  ])("tells the status of %s", async (_, status, login) => {
    const dial = at(await proxy(login), "me:p");
    await expect(dial("127.0.0.1", 1, signal)).rejects.toMatchObject({
      code: "HOST_DIAL_FAILED",
      parameters: { reason: `HTTP ${status}` },
    });
  });

  test("tells of a server that is no proxy", async () => {
    const plain = await listen(createTcp((socket) => void socket.end("not HTTP\r\n\r\n")));
    await expect(at(plain)("127.0.0.1", 1, signal)).rejects.toMatchObject({ code: "HOST_DIAL_FAILED" });
  });

  test("tells of a proxy that is not there", async () => {
    await expect(at(1)("127.0.0.1", 1, signal)).rejects.toMatchObject({
      code: "HOST_DIAL_FAILED",
      parameters: { reason: "ECONNREFUSED" },
    });
  });
});
