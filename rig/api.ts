import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Agent, request } from "undici";
import { ports, type RigLayout } from "./layout.ts";

export interface ApiAnswer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

/** A plain way to the rig's API server, as its administrator. It knows nothing of Kubernetes but JSON. */
export interface RigApi {
  /** Sends JSON (or, for a string, YAML or JSON text as it is) and returns whatever is answered; throws only on the network's errors. */
  call(
    method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE",
    path: string,
    body?: unknown,
    contentType?: string,
  ): Promise<ApiAnswer>;
  /** Plain text, for the health endpoints. */
  text(path: string): Promise<string>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Opens a connection pool with the administrator's certificate; close it after use (`await using`). */
export function connectApi(layout: RigLayout): RigApi {
  const pem = (name: string): string => readFileSync(join(layout.pki, name), "utf8");
  const connect = {
    ca: pem("cluster-ca.crt"),
    cert: pem("administrator.crt"),
    key: pem("administrator.key"),
  };
  const dispatcher = new Agent({ connect });
  const send = async (method: string, path: string, body?: string, contentType?: string) =>
    request(`https://127.0.0.1:${ports.apiServer}${path}`, {
      dispatcher,
      method,
      headers: {
        accept: "application/json",
        ...(contentType === undefined ? {} : { "content-type": contentType }),
      },
      body: body ?? null,
      signal: AbortSignal.timeout(30_000),
    });
  return {
    async call(method, path, body, contentType = "application/json") {
      const text = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
      const answer = await send(method, path, text, text === undefined ? undefined : contentType);
      return { status: answer.statusCode, body: parse(await answer.body.text()) };
    },
    async text(path) {
      const answer = await send("GET", path);
      return answer.body.text();
    },
    async [Symbol.asyncDispose]() {
      await dispatcher.close();
    },
  };
}

// An API group that does not exist is answered with plain text.
function parse(text: string): Record<string, unknown> {
  return text.startsWith("{") ? (JSON.parse(text) as Record<string, unknown>) : { message: text.trim() };
}
