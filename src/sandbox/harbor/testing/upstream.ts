import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A registry without a token service, as the one behind Harbor's own core: Basic credentials, and nothing else. */
export interface Upstream extends AsyncDisposable {
  readonly url: string;
  /** What it serves, by path under `/v2/`. */
  readonly content: Map<string, { readonly type: string; readonly bytes: Buffer }>;
}

export async function startUpstream(user: string, password: string): Promise<Upstream> {
  const content: Upstream["content"] = new Map();
  const expected = `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
  const server = createServer((request, response) => {
    if (request.headers.authorization !== expected) return void response.writeHead(401).end();
    if (request.url === "/v2/") return void response.writeHead(200).end("{}");
    const found = content.get((request.url ?? "").slice("/v2/".length));
    if (found === undefined) return void response.writeHead(404).end();
    response.writeHead(200, { "content-type": found.type }).end(found.bytes);
    return undefined;
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    content,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
