import { createServer, type RequestListener } from "node:http";
import { createServer as createTlsServer } from "node:https";
import {
  createServer as createTcpServer,
  type AddressInfo,
  type Server as TcpServer,
  type Socket,
} from "node:net";
import type { TlsOptions as ServerTls } from "node:tls";

export interface TestServer extends AsyncDisposable {
  readonly port: number;
  readonly url: string;
  /** TCP connections accepted so far. */
  connections(): number;
}

async function listening(server: TcpServer, scheme: string): Promise<TestServer> {
  let count = 0;
  const open = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    count += 1;
    open.add(socket);
    socket.on("error", () => socket.destroy());
    socket.once("close", () => open.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `${scheme}://127.0.0.1:${port}`,
    connections: () => count,
    [Symbol.asyncDispose]: async () => {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A plain HTTP server on loopback. */
export function serveHttp(listener: RequestListener): Promise<TestServer> {
  return listening(createServer(listener), "http");
}

/** An HTTPS server on loopback. */
export function serveHttps(tls: ServerTls, listener: RequestListener): Promise<TestServer> {
  const server = createTlsServer(tls, listener);
  server.on("tlsClientError", () => undefined);
  return listening(server, "https");
}

/** A server that speaks whatever it likes. */
export function serveTcp(onSocket: (socket: Socket) => void): Promise<TestServer> {
  return listening(createTcpServer(onSocket), "tcp");
}
