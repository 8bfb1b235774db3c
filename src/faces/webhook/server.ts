import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { createSecureContext } from "node:tls";
import { count, noCounts, type ServedCounts } from "./counts.ts";
import { answerReview, BadReview, routes, type Reviewer, type Route } from "./review.ts";

/** The API server's own limit of an object is 3 MiB; a review of an update holds two, but pods are far smaller. */
const longestBody = 3 * 1024 * 1024;

/** Longer than the API server keeps an idle connection (90 s), so that it never writes into one that closes. */
const idleMs = 120_000;

/** A certificate with its key, in PEM. */
export interface ServedPair {
  readonly certificate: string;
  readonly key: string;
}

export interface ServerOptions {
  readonly host: string;
  readonly port: number;
  readonly pair: ServedPair;
  readonly reviewer: Reviewer;
  /** While false, every request gets 503, and the API server does as its failure policy says. */
  readonly ready: () => boolean;
  /** Several listen at one port, and the kernel shares out connections. */
  readonly shared: boolean;
}

export interface WebhookServer extends AsyncDisposable {
  readonly port: number;
  readonly counts: ServedCounts;
  /** New connections get the new certificate; those that are open stay. */
  setPair(pair: ServedPair): void;
  /** From now on each answer asks to close its connection. */
  drain(): void;
}

/** Starts the HTTPS server that the API server calls. */
export async function startServer(options: ServerOptions): Promise<WebhookServer> {
  const counts = noCounts();
  let draining = false;
  const server = createServer(
    { ...tlsOf(options.pair), requestTimeout: 10_000, keepAliveTimeout: idleMs, headersTimeout: 10_000 },
    (request, response) => {
      if (draining) response.setHeader("connection", "close");
      void handle(request, response, options, counts);
    },
  );
  server.maxConnections = 2000;
  server.listen({ host: options.host, port: options.port, reusePort: options.shared });
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    counts,
    setPair: (pair) => server.setSecureContext(tlsOf(pair)),
    drain: () => {
      draining = true;
    },
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeIdleConnections();
      const cut = setTimeout(() => server.closeAllConnections(), 5000);
      await closed;
      clearTimeout(cut);
    },
  };
}

function tlsOf({ certificate, key }: ServedPair) {
  const pair = { cert: certificate, key, minVersion: "TLSv1.2" } as const;
  // Throws where the two do not fit, before a connection does.
  createSecureContext(pair);
  return pair;
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  { reviewer, ready }: ServerOptions,
  counts: ServedCounts,
): Promise<void> {
  const started = performance.now();
  const route = routeOf(request);
  const finish = (status: number, text: string, outcome: Parameters<typeof count>[2]): void => {
    count(counts, route ?? "other", outcome, performance.now() - started);
    const type = status === 200 ? "application/json" : "text/plain";
    response.writeHead(status, { "content-type": type, "content-length": Buffer.byteLength(text) }).end(text);
  };
  if (route === undefined) {
    request.resume();
    finish(404, "not found\n", "bad");
    return;
  }
  if (!ready()) {
    request.resume();
    finish(503, "not ready\n", "failed");
    return;
  }
  try {
    const text = await readBody(request);
    if (text === undefined) {
      response.setHeader("connection", "close");
      finish(413, "the review is larger than 3 MiB\n", "bad");
      return;
    }
    const { body, outcome } = await answerReview(text, route, reviewer);
    finish(200, body, outcome);
  } catch (thrown) {
    if (request.destroyed && !request.complete) return;
    const bad = thrown instanceof BadReview;
    finish(bad ? 400 : 500, bad ? `${thrown.message}\n` : "the review failed\n", bad ? "bad" : "failed");
  }
}

function routeOf({ method, url }: IncomingMessage): Route | undefined {
  if (method !== "POST") return undefined;
  // The API server adds `?timeout=5s`.
  const path = (url ?? "").split("?", 1)[0];
  return routes.find((route) => path === `/${route}`);
}

/** @returns undefined for more than may come */
function readBody(request: IncomingMessage): Promise<string | undefined> {
  if (Number(request.headers["content-length"] ?? 0) > longestBody) return Promise.resolve(undefined);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > longestBody) {
        request.pause();
        resolve(undefined);
      } else chunks.push(chunk);
    });
    request.once("end", () => resolve((chunks.length === 1 ? chunks[0] : Buffer.concat(chunks))?.toString()));
    request.once("error", reject);
  });
}
