import type { IncomingHttpHeaders } from "node:http";
import { generateKeyPairSync } from "node:crypto";
import { Sensitive } from "../../../model/sensitive.ts";
import { openEndpoint, type HttpEndpoint } from "../../http/endpoint.ts";
import { serveHttp, type TestServer } from "../../http/testing/servers.ts";
import { readAccountKey, type AccountKey } from "../jws.ts";
import { AcmeSession } from "../session.ts";
import { signal, slowTime } from "./support.ts";

export interface Said {
  readonly status?: number;
  /** An object is sent as JSON, with the media type of problems where the status is one. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Asked {
  readonly path: string;
  readonly payload: unknown;
  readonly header: { readonly nonce: string; readonly url: string; readonly kid?: string };
  readonly headers: IncomingHttpHeaders;
}

export interface ScriptedServer extends AsyncDisposable {
  readonly url: string;
  readonly session: AcmeSession;
  readonly time: ReturnType<typeof slowTime>;
  readonly asked: Asked[];
}

const accountKey = (): AccountKey => readAccountKey(accountPem(), "the account");
const accountPem = (): Sensitive => {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return new Sensitive(privateKey.export({ type: "pkcs8", format: "pem" }).toString());
};

/** A problem as servers send it (RFC 8555 §6.7). */
export const problem = (type: string, detail = "the server's words", more: object = {}): Said => ({
  status: 403,
  body: { type: `urn:ietf:params:acme:error:${type}`, detail, ...more },
});

/** An ACME server that gives directory and nonces and says to requests what the test wants. */
export async function scripted(
  answer: (asked: Asked, url: string) => Said,
  stop: AbortSignal = signal,
): Promise<ScriptedServer> {
  const asked: Asked[] = [];
  let nonce = 0;
  const server: TestServer = await serveHttp((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const url = `http://${request.headers.host ?? ""}`;
      const path = request.url ?? "";
      const send = ({ status = 200, body, headers = {} }: Said): void => {
        const type = status >= 400 ? "application/problem+json" : "application/json";
        response.writeHead(status, { "replay-nonce": `nonce${nonce++}`, "content-type": type, ...headers });
        response.end(typeof body === "string" ? body : JSON.stringify(body ?? {}));
      };
      if (path === "/nonce") return send({});
      if (path === "/dir")
        return send({
          body: { newNonce: `${url}/nonce`, newAccount: `${url}/account`, newOrder: `${url}/order` },
        });
      const jws = JSON.parse(Buffer.concat(chunks).toString()) as { protected: string; payload: string };
      const read = (part: string): unknown => JSON.parse(Buffer.from(part, "base64url").toString());
      const one: Asked = {
        path,
        payload: jws.payload === "" ? undefined : read(jws.payload),
        header: read(jws.protected) as Asked["header"],
        headers: request.headers,
      };
      asked.push(one);
      return send(answer(one, url));
    });
  });
  const endpoints = new Map<string, HttpEndpoint>();
  const time = slowTime();
  const session = new AcmeSession({
    directoryUrl: `${server.url}/dir`,
    endpoint: (origin) => {
      const known = endpoints.get(origin) ?? openEndpoint(origin);
      endpoints.set(origin, known);
      return known;
    },
    key: accountKey(),
    time,
    signal: stop,
  });
  return {
    url: server.url,
    session,
    time,
    asked,
    [Symbol.asyncDispose]: async () => {
      for (const endpoint of endpoints.values()) await endpoint[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}
