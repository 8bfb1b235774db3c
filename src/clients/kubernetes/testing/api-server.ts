import type { IncomingMessage, ServerResponse } from "node:http";
import { serveHttp, type TestServer } from "../../http/testing/servers.ts";
import { createKubernetesClient, type KubernetesClient } from "../client.ts";
import type { Authorization } from "../config.ts";

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

export type Answer = (asked: Asked, response: ServerResponse, turn: number) => void;

/** A server that answers as a test says, and a client of it. */
export async function scripted(
  answer: Answer,
  authorization?: Authorization,
): Promise<AsyncDisposable & { server: TestServer; client: KubernetesClient; asked: Asked[] }> {
  const asked: Asked[] = [];
  const server = await serveHttp((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      const url = new URL(request.url ?? "/", "http://server");
      const { method = "", headers } = request;
      const one = { method, path: url.pathname, query: url.searchParams, headers, body };
      asked.push(one);
      answer(one, response, asked.length - 1);
    });
  });
  const client = createKubernetesClient(
    {
      server: server.url,
      tls: {},
      namespace: "default",
      source: "test",
      ...(authorization && { authorization }),
    },
    { fieldManager: "moorline" },
  );
  return {
    server,
    client,
    asked,
    [Symbol.asyncDispose]: async () => {
      await client[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

/** A Status as kube-apiserver makes it. */
export function failure(code: number, reason: string, message: string, details: object = {}) {
  return {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    message,
    reason,
    details,
    code,
  };
}

export const configMap = (name: string, resourceVersion: string) => ({
  metadata: { name, namespace: "demo", resourceVersion },
});
