import { randomUUID } from "node:crypto";
import { PassThrough, Readable } from "node:stream";
import type { Agent, Dispatcher } from "undici";
import { fromUnknown, MoorlineError } from "../../model/errors.ts";
import type { Dial } from "../host/host.ts";
import { agentOf, connectLimitOf, strangersTls } from "./agent.ts";
import { bodyOf, readBounded } from "./body.ts";
import { Deadline } from "./deadline.ts";
import { explainClosedConnection, explainUntrusted } from "./explain.ts";
import {
  isClosedByPeer,
  timeoutError,
  tlsMistakeInPage,
  transportError,
  type Limits,
  type Phase,
  type Place,
} from "./failures.ts";
import { mayFollow, redirectTarget } from "./redirect.ts";
import type { TlsOptions } from "./tls-options.ts";
import { flatHeaders, responseOf, type HttpHeaders, type HttpResponse } from "./response.ts";
import { parseBaseUrl, pathOf, type Query } from "./url.ts";

export type { TlsOptions } from "./tls-options.ts";
export type { HttpHeaders, HttpResponse } from "./response.ts";
export type { Query } from "./url.ts";

export interface EndpointOptions {
  readonly tls?: TlsOptions;
  /** Connections kept at most; default 16. */
  readonly connections?: number;
  /** Default limit of each exchange; default 30 s. */
  readonly timeoutMs?: number;
  /** Sent with every request. */
  readonly headers?: HttpHeaders;
  /** Where request ids come from; random UUIDs by default. */
  readonly requestId?: () => string;
  /** Told of each exchange when its headers are here, or it failed. */
  readonly onExchange?: (exchange: Exchange) => void;
  /** Opens the connections, so that another machine's network is used; from this machine by default. */
  readonly dial?: Dial;
}

/** What was asked, and how it ended. */
export interface Exchange {
  readonly method: HttpRequest["method"];
  readonly path: string;
  /** The status, or the code of the error. */
  readonly result: number | string;
}

export interface HttpRequest {
  readonly method: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Absolute path below the base URL, percent-encoded by the caller, sent byte for byte. */
  readonly path: string;
  readonly query?: Query;
  readonly headers?: HttpHeaders;
  readonly body?: string | Buffer | Readable;
  readonly signal?: AbortSignal;
  /**
   * Limit in milliseconds of the whole exchange, for `stream` until the headers are here; 0 sets none. While a body is
   * streamed up, the limit starts anew with each piece.
   */
  readonly timeoutMs?: number;
  /** Redirects followed at most; default 0. Credentials never go to another origin. */
  readonly redirects?: number;
}

export interface BoundedRequest extends HttpRequest {
  /** Default 16 MiB. */
  readonly maxBodyBytes?: number;
}

export interface StreamRequest extends HttpRequest {
  /** Silence in the body that ends it with NETWORK_TIMEOUT; default 60 s, 0 waits for ever. */
  readonly idleTimeoutMs?: number;
}

/** An answer whose body arrives piece by piece; read it to its end or destroy it, or its connection stays taken. */
export interface HttpStream {
  readonly status: number;
  readonly headers: HttpHeaders;
  readonly requestId: string;
  readonly subject: string;
  readonly body: Readable;
}

const defaultBodyLimit = 16 * 1024 * 1024;

/** Headers that carry a credential, and stay with the origin they were meant for. */
const credentials = new Set(["authorization", "cookie", "proxy-authorization"]);

/**
 * Opens one server: its own connections, trust and client certificate. Nothing is sent before the first request.
 * @param baseUrl https://host[:port][/prefix]
 * @throws NETWORK_URL_INVALID, TLS_CA_UNREADABLE, TLS_CLIENT_PAIR_UNUSABLE
 */
export function openEndpoint(baseUrl: string, options: EndpointOptions = {}): HttpEndpoint {
  return new HttpEndpoint(parseBaseUrl(baseUrl), options);
}

/** One server with its pooled connections. Keeps no cookies (facts/harbor.md §1.1, CSRF). */
export class HttpEndpoint implements AsyncDisposable {
  /** Base URL without a slash at its end. */
  readonly url: string;
  readonly #base: URL;
  readonly #options: EndpointOptions;
  readonly #agent: Agent;
  readonly #origin: Place;
  #strangers: Agent | undefined;
  #answered = false;

  constructor(base: URL, options: EndpointOptions) {
    this.#base = base;
    this.url = base.href.replace(/\/+$/, "");
    this.#options = options;
    this.#agent = agentOf(base, options, options.tls ?? {});
    this.#origin = placeOf(base, this.url, options.tls ?? {});
  }

  get tls(): TlsOptions | undefined {
    return this.#options.tls;
  }

  /**
   * Sends a request and reads the whole answer. Any status is an answer, not an error.
   * @throws NETWORK_*, TLS_*, CANCELLED when the caller's signal stopped it
   */
  async request(request: BoundedRequest): Promise<HttpResponse> {
    const limit = request.maxBodyBytes ?? defaultBodyLimit;
    using deadline = new Deadline(this.#limitOf(request), request.signal);
    const answer = await this.#dispatch(request, deadline, 0);
    try {
      const body = await readBounded(answer, limit);
      const mistake =
        body.length < 8192 && tlsMistakeInPage(answer.status, body.toString("latin1"), this.#origin);
      if (mistake) throw mistake;
      return responseOf({ ...answer, body });
    } catch (thrown) {
      throw this.#failure(thrown, request, deadline, "body");
    }
  }

  /**
   * Sends a request and gives the body as it arrives; never buffers more than the stream's high-water mark.
   * @throws NETWORK_*, TLS_*, CANCELLED; the body's own failures arrive as errors of the stream
   */
  async stream(request: StreamRequest): Promise<HttpStream> {
    const deadline = new Deadline(this.#limitOf(request), request.signal);
    try {
      const answer = await this.#dispatch(request, deadline, request.idleTimeoutMs ?? 60_000);
      deadline.stopClock();
      if (answer.status === 400) {
        const page = await readBounded(answer, 64 * 1024);
        const mistake = tlsMistakeInPage(400, page.toString("latin1"), this.#origin);
        if (mistake) throw mistake;
        deadline[Symbol.dispose]();
        return { ...answer, body: Readable.from([page]) };
      }
      return { ...answer, body: this.#guarded(answer.body, request, deadline) };
    } catch (thrown) {
      deadline[Symbol.dispose]();
      throw this.#failure(thrown, request, deadline, "body");
    }
  }

  /** Closes idle connections and lets exchanges under way end. */
  async close(): Promise<void> {
    await Promise.all([this.#agent.close(), this.#strangers?.close()]);
  }

  /** Cuts every connection. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#agent.destroy(), this.#strangers?.destroy()]);
  }

  async #dispatch(request: HttpRequest, deadline: Deadline, idleMs: number) {
    const { onExchange } = this.#options;
    if (onExchange === undefined) return this.#follow(request, deadline, idleMs);
    const { method, path } = request;
    try {
      const answer = await this.#follow(request, deadline, idleMs);
      onExchange({ method, path, result: answer.status });
      return answer;
    } catch (thrown) {
      onExchange({ method, path, result: fromUnknown(thrown, path).code });
      throw thrown;
    }
  }

  async #follow(request: HttpRequest, deadline: Deadline, idleMs: number) {
    const requestId = request.headers?.["x-request-id"] ?? (this.#options.requestId ?? randomUUID)();
    const subject = this.#subject(request);
    const headers: Record<string, string> = {
      ...this.#options.headers,
      ...request.headers,
      "x-request-id": requestId,
    };
    let dispatcher: Agent = this.#agent;
    let target = { origin: this.#base.origin, path: pathOf(this.#base, request.path, request.query) };
    for (let hop = 0; ; hop++) {
      let answer: Dispatcher.ResponseData;
      try {
        answer = await dispatcher.request({
          origin: target.origin,
          path: target.path,
          method: request.method,
          headers,
          body: bodyOf(request.body, deadline),
          signal: deadline.signal,
          // The deadline rules; undici's own limits would cut long uploads and watches.
          headersTimeout: 0,
          bodyTimeout: idleMs,
        });
      } catch (thrown) {
        throw await this.#explained(thrown, request, deadline, target.origin);
      }
      this.#answered = true;
      const flat = flatHeaders(answer.headers);
      const location = redirectTarget(answer.statusCode, flat, target);
      if (location === undefined || hop >= (request.redirects ?? 0)) {
        return {
          status: answer.statusCode,
          headers: flat,
          requestId,
          subject,
          body: answer.body,
        };
      }
      await answer.body.dump();
      mayFollow(request.method, location, this.#base, subject);
      if (location.origin !== this.#base.origin) {
        for (const name of Object.keys(headers))
          if (credentials.has(name.toLowerCase())) delete headers[name];
        dispatcher = this.#strangers ??= agentOf(location, this.#options, strangersTls(this.#options.tls));
      } else dispatcher = this.#agent;
      target = { origin: location.origin, path: location.pathname + location.search };
    }
  }

  /** Turns what undici threw into words; asks the server again over bare TLS where undici cannot know the reason. */
  async #explained(
    thrown: unknown,
    request: HttpRequest,
    deadline: Deadline,
    origin: string,
  ): Promise<MoorlineError> {
    if (deadline.expired || deadline.cancelled) return this.#failure(thrown, request, deadline, "headers");
    const isOurs = origin === this.#base.origin;
    const place = isOurs ? this.#origin : placeOf(new URL(origin), origin, {});
    const error = transportError(thrown, place, this.#limits(this.#limitOf(request)));
    if (this.#base.protocol !== "https:" || !isOurs) return error;
    const { tls, dial } = this.#options;
    const where = { place: this.#origin, tls, dial, signal: deadline.signal };
    const unexplained = isClosedByPeer(thrown) || error.code === "TLS_HANDSHAKE_FAILED";
    if (unexplained && !this.#answered) return explainClosedConnection(error, where);
    return explainUntrusted(error, where);
  }

  #failure(thrown: unknown, request: HttpRequest, deadline: Deadline, phase: Phase): MoorlineError {
    if (thrown instanceof MoorlineError) return thrown;
    const place = this.#place(request);
    if (deadline.expired) return timeoutError(this.#origin, this.#limitOf(request) / 1000, phase, thrown);
    if (deadline.cancelled) return new MoorlineError("CANCELLED", { subject: place.subject, cause: thrown });
    return transportError(thrown, this.#origin, this.#limits(this.#limitOf(request)));
  }

  /** The body behind a stream that ends with our errors, and whose end frees the caller's signal. */
  #guarded(body: Readable, request: StreamRequest, deadline: Deadline): Readable {
    const limits = this.#limits(request.idleTimeoutMs ?? 60_000);
    const out = new PassThrough();
    // An error that comes before the reader listens must wait for it, not end the process.
    out.on("error", () => undefined);
    body.on("error", (thrown) => {
      const error = deadline.cancelled
        ? new MoorlineError("CANCELLED", { subject: this.#place(request).subject, cause: thrown })
        : transportError(thrown, this.#origin, limits);
      out.destroy(error);
    });
    out.once("close", () => {
      deadline[Symbol.dispose]();
      // An unread rest must not hold the connection; the error that destroying makes has told its story already.
      if (!body.readableEnded) body.destroy();
    });
    return body.pipe(out);
  }

  #limitOf(request: HttpRequest): number {
    return request.timeoutMs ?? this.#options.timeoutMs ?? 30_000;
  }

  #limits(exchangeMs: number): Limits {
    return { connect: connectLimitOf(this.#options) / 1000, exchange: exchangeMs / 1000 };
  }

  #place(request: HttpRequest): Place {
    return { ...this.#origin, subject: this.#subject(request) };
  }

  #subject({ method, path }: HttpRequest): string {
    return `${method} ${this.url}${path}`;
  }
}

function placeOf(url: URL, subject: string, tls: TlsOptions): Place {
  return {
    subject,
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: Number(url.port || (url.protocol === "https:" ? 443 : 80)),
    minimumVersion: tls.minimumVersion ?? "TLSv1.2",
    sentClientCertificate: tls.clientCertificate !== undefined,
  };
}
