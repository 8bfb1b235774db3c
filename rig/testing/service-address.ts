import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { runCommand, tryCommand } from "../command.ts";
import { rigLayout } from "../layout.ts";
import { connectApi } from "../api.ts";

/** Of the rig's range of Services, which nothing routes; stands for kube-proxy on `lo` while a test wants it. */
const address = "10.96.77.7";

/** A Service with an address that works on this machine, connections going to its endpoints in turn. */
interface ServiceAddress extends AsyncDisposable {
  /** Another endpoint, a port on loopback. */
  add(port: number): void;
  /** How many connections each endpoint got. */
  reached(): readonly number[];
}

export async function startService(namespace: string, name: string): Promise<ServiceAddress> {
  const endpoints: { readonly port: number; reached: number }[] = [];
  const sockets = new Set<Socket>();
  let turn = 0;
  const server = createServer((socket) => {
    const endpoint = endpoints[turn++ % endpoints.length];
    if (endpoint === undefined) {
      socket.destroy();
      return;
    }
    endpoint.reached += 1;
    const onward = connect(endpoint.port, "127.0.0.1");
    for (const [one, other] of [
      [socket, onward],
      [onward, socket],
    ] as const) {
      sockets.add(one);
      one.on("error", () => other.destroy());
      one.on("close", () => {
        sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  await using stack = new AsyncDisposableStack();
  const path = `/api/v1/namespaces/${namespace}/services`;
  const api = stack.use(connectApi(rigLayout()));
  // A run that was cut off may have left it.
  await api.call("DELETE", `${path}/${name}`);
  await tryCommand(["ip", "address", "del", `${address}/32`, "dev", "lo"]);
  await runCommand(["ip", "address", "add", `${address}/32`, "dev", "lo"]);
  stack.defer(async () => void (await tryCommand(["ip", "address", "del", `${address}/32`, "dev", "lo"])));
  const spec = { clusterIP: address, ports: [{ port: 443, targetPort: 443 }] };
  const made = await api.call("POST", path, { metadata: { name }, spec });
  if (made.status !== 201) throw new Error(JSON.stringify(made.body));
  stack.defer(async () => void (await api.call("DELETE", `${path}/${name}`)));
  server.listen(443, address);
  await once(server, "listening");
  stack.defer(async () => {
    for (const socket of sockets) socket.destroy();
    const closed = once(server, "close");
    server.close();
    await closed;
  });
  const held = stack.move();
  return {
    add: (port) => void endpoints.push({ port, reached: 0 }),
    reached: () => endpoints.map((each) => each.reached),
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}
