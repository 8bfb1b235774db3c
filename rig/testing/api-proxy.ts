import { createServer, request, type RequestOptions } from "node:https";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { join } from "node:path";
import { pipeline } from "node:stream";
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
  /**
   * Breaks watches in the middle of their answers, and nothing else.
   * @param chosen asked for each; all otherwise
   * @returns how many
   */
  cutWatches(chosen?: () => boolean): number;
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

/** Whom a proxy stands before, and as whom; the rig's API server, by a certificate of its own authority. */
export interface ProxyOptions {
  readonly server?: { readonly url: string; readonly ca: string };
  /** The rig's own server certificate, for clients that trust the rig's authority alone. */
  readonly asRig?: boolean;
}

export async function startApiProxy({ server: of, asRig = false }: ProxyOptions = {}): Promise<ApiProxy> {
  const pki = (name: string): string => readFileSync(join(rigLayout().pki, name), "utf8");
  const target = of ?? { url: `https://127.0.0.1:${ports.apiServer}`, ca: pki("cluster-ca.crt") };
  const authority = makeAuthority();
  const pair = asRig
    ? { certificate: pki("kube-apiserver.crt"), key: pki("kube-apiserver.key") }
    : authority.issue({ san: "IP:127.0.0.1" });
  const calls = new Map<RbacCall, Set<string>>();
  const refused = new Map<RbacCall, string>();
  const sockets = new Set<Socket>();
  const watches = new Set<ServerResponse>();

  const note = ({ call, namespace }: NonNullable<ReturnType<typeof rbacCall>>): void => {
    calls.set(call, (calls.get(call) ?? new Set()).add(namespace));
  };
  const forward = (from: IncomingMessage, to: ServerResponse): void => {
    const url = new URL(from.url ?? "/", "https://api");
    const asked = rbacCall(from.method ?? "GET", url);
    if (asked !== undefined) note(asked);
    if (asked?.call.startsWith("watch ")) {
      watches.add(to);
      to.on("close", () => watches.delete(to));
    }
    const options: RequestOptions = {
      host: "127.0.0.1",
      port: new URL(target.url).port,
      method: from.method,
      path: from.url,
      headers: from.headers,
      ca: target.ca,
    };
    const upstream = request(options, (answer) => {
      to.writeHead(answer.statusCode ?? 502, answer.headers);
      // A watch of what does not change has nothing else to say for a minute.
      to.flushHeaders();
      // A server-side apply of what is not there asks for `create` too.
      if (asked?.call.startsWith("patch ") && answer.statusCode === 201)
        note({ ...asked, call: asked.call.replace("patch ", "create ") });
      if (answer.statusCode === 403 && asked !== undefined) {
        const chunks: Buffer[] = [];
        answer.on("data", (chunk: Buffer) => chunks.push(chunk));
        answer.on("end", () => refused.set(asked.call, Buffer.concat(chunks).toString().slice(0, 500)));
      }
      // A server that dies in the middle of an answer takes the client's connection with it, as without a proxy.
      pipeline(answer, to, () => undefined);
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
    caPem: asRig ? pki("cluster-ca.crt") : authority.certificate,
    calls,
    refused,
    cut: () => {
      for (const socket of sockets) socket.destroy();
    },
    cutWatches: (chosen = () => true) => {
      const cut = [...watches].filter(() => chosen());
      for (const watch of cut) watch.destroy();
      return cut.length;
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
