import { text } from "node:stream/consumers";
import { openEndpoint, type HttpEndpoint } from "../../http/endpoint.ts";
import { serveHttp, type TestServer } from "../../http/testing/servers.ts";
import { filled, readRecording, type Exchange } from "./recording.ts";

/** A request as it came, to be compared with the recorded one. */
export interface Seen {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly json: unknown;
}

export interface Replay extends AsyncDisposable {
  readonly endpoint: HttpEndpoint;
  readonly seen: readonly Seen[];
  /** Answers the next requests with these recorded exchanges, in order. */
  next(...ids: string[]): void;
  recorded(id: string): Exchange;
}

/** A server that says, word for word, what a real Harbor said. */
export async function replay(version: string): Promise<Replay> {
  const recording = readRecording(version);
  const queue: string[] = [];
  const seen: Seen[] = [];
  const recorded = (id: string): Exchange => {
    const found = recording.get(id);
    if (!found) throw new Error(`no recorded exchange ${id}`);
    return found;
  };
  const server: TestServer = await serveHttp((request, response) => {
    const answer = (body: string): void => {
      if (
        request.url === "/api/v2.0/users/current" &&
        !queue[0]?.startsWith("user.current") &&
        queue[0] !== "robot.current"
      ) {
        // The client proves its credential before its first call.
        response.setHeader("content-type", "application/json");
        return void response.end(JSON.stringify(filled(recorded("user.current").response.body, server.url)));
      }
      const id = queue.shift() ?? "notfound.path";
      const url = new URL(request.url ?? "/", server.url);
      const isJson = (request.headers["content-type"] ?? "").includes("json") && body !== "";
      const json: unknown = isJson ? JSON.parse(body) : undefined;
      const path = (request.url ?? "").split("?")[0] ?? "";
      seen.push({
        id,
        method: request.method ?? "",
        path,
        query: url.searchParams,
        headers: request.headers,
        json,
      });
      const { status, headers, body: recordedBody } = recorded(id).response;
      const sent = filled(recordedBody, server.url);
      response.writeHead(status, filled(headers, server.url) as Record<string, string>);
      response.end(sent === null || typeof sent === "string" ? (sent ?? undefined) : JSON.stringify(sent));
    };
    void text(request).then(answer);
  });
  const endpoint = openEndpoint(server.url);
  return {
    endpoint,
    seen,
    recorded,
    next: (...ids) => void queue.push(...ids),
    [Symbol.asyncDispose]: async () => {
      await endpoint[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}
