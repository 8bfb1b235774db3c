import { createServer, request, type RequestOptions } from "node:https";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { join } from "node:path";
import { makeAuthority } from "../../src/clients/http/testing/certificates.ts";
import { ports, rigLayout } from "../layout.ts";

/** One call as RBAC judges it: `list secrets`, `patch harborregistries/status.moorline.io`. */
export type RbacCall = string;

/** Stands between a client and the rig's API server: notes what is asked, and cuts connections when told. */
export interface ApiProxy extends AsyncDisposable {
  readonly url: string;
  readonly caPem: string;
  /** Every kind of call since the start, with the namespaces it was made in. */
  readonly calls: ReadonlyMap<RbacCall, ReadonlySet<string>>;
  /** Calls that were answered 403, with the message. */
  readonly refused: ReadonlyMap<RbacCall, string>;
  /** Breaks every connection that is open, watches among them. */
  cut(): void;
}

const verbs: Readonly<Record<string, string>> = {
  GET: "get",
  POST: "create",
  PUT: "update",
  PATCH: "patch",
  DELETE: "delete",
};

/** @returns undefined for what is no resource: discovery, health, versions */
function rbacCall(
  method: string,
  url: URL,
): { readonly call: RbacCall; readonly namespace: string } | undefined {
  const [, root, ...rest] = url.pathname.split("/");
  const group = root === "apis" ? rest.shift() : "";
  if (root !== "api" && root !== "apis") return undefined;
  rest.shift(); // the version
  const namespaced = rest[0] === "namespaces" && rest.length > 2;
  const namespace = namespaced ? (rest[1] ?? "") : "";
  const [resource, name, subresource] = namespaced ? rest.slice(2) : rest;
  if (resource === undefined) return undefined;
  const watches = url.searchParams.get("watch") === "true" || url.searchParams.get("watch") === "1";
  const verb = method === "GET" && name === undefined ? (watches ? "watch" : "list") : verbs[method];
  const what = subresource === undefined ? resource : `${resource}/${subresource}`;
  return { call: `${verb ?? method} ${what}${group ? `.${group}` : ""}`, namespace };
}

export async function startApiProxy(): Promise<ApiProxy> {
  const clusterCa = readFileSync(join(rigLayout().pki, "cluster-ca.crt"), "utf8");
  const authority = makeAuthority();
  const pair = authority.issue({ san: "IP:127.0.0.1" });
  const calls = new Map<RbacCall, Set<string>>();
  const refused = new Map<RbacCall, string>();
  const sockets = new Set<Socket>();

  const forward = (from: IncomingMessage, to: ServerResponse): void => {
    const url = new URL(from.url ?? "/", "https://api");
    const asked = rbacCall(from.method ?? "GET", url);
    if (asked !== undefined) calls.set(asked.call, (calls.get(asked.call) ?? new Set()).add(asked.namespace));
    const options: RequestOptions = {
      host: "127.0.0.1",
      port: ports.apiServer,
      method: from.method,
      path: from.url,
      headers: from.headers,
      ca: clusterCa,
    };
    const upstream = request(options, (answer) => {
      to.writeHead(answer.statusCode ?? 502, answer.headers);
      if (answer.statusCode === 403 && asked !== undefined) {
        const chunks: Buffer[] = [];
        answer.on("data", (chunk: Buffer) => chunks.push(chunk));
        answer.on("end", () => refused.set(asked.call, Buffer.concat(chunks).toString().slice(0, 500)));
      }
      answer.pipe(to);
    });
    upstream.on("error", () => to.destroy());
    to.on("close", () => upstream.destroy());
    from.pipe(upstream);
  };
  const server = createServer({ cert: pair.certificate, key: pair.key }, forward);
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    caPem: authority.certificate,
    calls,
    refused,
    cut: () => {
      for (const socket of sockets) socket.destroy();
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
