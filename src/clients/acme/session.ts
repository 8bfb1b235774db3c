import type { z } from "zod";
import { MoorlineError } from "../../model/errors.ts";
import type { HttpEndpoint, HttpResponse } from "../http/endpoint.ts";
import { signRequest, type AccountKey } from "./jws.ts";
import { kindOf, problemOf, refusal } from "./problem.ts";
import { directorySchema, type Directory, type Problem } from "./resources.ts";
import { pause, type Waiting } from "./waiting.ts";

export interface SessionOptions {
  /** URL of the server's directory. */
  readonly directoryUrl: string;
  /** Opens a server by its origin; trust, proxies and connections are the caller's. */
  readonly endpoint: (origin: string) => HttpEndpoint;
  readonly key: AccountKey;
  readonly time: Waiting;
  /** Ends every request and every wait. */
  readonly signal: AbortSignal;
}

/** What a request was answered with; a problem where it was refused. */
export interface Answer {
  readonly response: HttpResponse;
  readonly problem?: Problem;
}

/** Nonces refused in a row. At 50 % refusals one request in 65,000 meets more. */
const mostNonces = 16;
/** The first few are repeated at once, as RFC 8555 §6.5 wants; the rest after a pause. */
const promptNonces = 4;
const nonceForm = /^[A-Za-z0-9_-]{1,500}$/;
const maxBodyBytes = 1024 * 1024;
const requestLimitMs = 30_000;

/** One account's conversation with one ACME server: directory, nonces, signed requests. */
export class AcmeSession {
  readonly key: AccountKey;
  readonly time: Waiting;
  readonly signal: AbortSignal;
  readonly #options: SessionOptions;
  readonly #nonces: string[] = [];
  #directory: Promise<Directory> | undefined;
  /** The account's URL, once it is known. */
  account: string | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.key = options.key;
    this.time = options.time;
    this.signal = options.signal;
  }

  /** What messages call the server. */
  get name(): string {
    return this.#options.directoryUrl;
  }

  /** @throws ACME_SERVER_UNREADABLE, ACME_SERVER_FAILED, NETWORK_*, TLS_* */
  directory(): Promise<Directory> {
    return (this.#directory ??= this.#readDirectory());
  }

  async #readDirectory(): Promise<Directory> {
    const response = await this.#send("GET", this.#options.directoryUrl);
    if (response.status !== 200) {
      const problem = problemOf(response);
      if (response.status >= 500 || response.status === 429) throw this.refusal({ response, problem });
      throw this.#unreadable(`HTTP ${response.status}`);
    }
    return this.parse(directorySchema, response);
  }

  /**
   * Sends a signed request; nonces that the server refuses are replaced, a bounded number of times (RFC 8555 §6.5).
   * @param payload undefined reads (POST-as-GET, RFC 8555 §6.3)
   * @throws ACME_NONCES_REFUSED, NETWORK_*, TLS_*, CANCELLED
   */
  async post(url: string, payload: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    for (let attempt = 0; attempt < mostNonces; attempt++) {
      const nonce = this.#nonces.pop() ?? (await this.#newNonce());
      const identity = this.account === undefined ? {} : { kid: this.account };
      const body = signRequest(this.key, { url, nonce, ...identity }, payload);
      const response = await this.#send(
        "POST",
        url,
        { "content-type": "application/jose+json", ...headers },
        body,
      );
      if (response.status < 400) return { response };
      const problem = problemOf(response);
      if (kindOf(problem) !== "badNonce") return { response, problem };
      // Whatever else is kept is of the same age.
      this.#nonces.splice(0, Math.max(0, this.#nonces.length - 1));
      if (attempt >= promptNonces)
        await this.time.sleep(pause(attempt - promptNonces, this.time.fraction(), 4000), this.signal);
    }
    throw new MoorlineError("ACME_NONCES_REFUSED", {
      subject: this.name,
      parameters: { count: mostNonces },
    });
  }

  /** As `post`, but a refusal is an error. @throws ACME_* */
  async demand(
    url: string,
    payload: unknown,
    more: { readonly identifier?: string; readonly headers?: Readonly<Record<string, string>> } = {},
  ): Promise<HttpResponse> {
    const answer = await this.post(url, payload, more.headers);
    if (answer.problem !== undefined) throw this.refusal(answer, more.identifier);
    return answer.response;
  }

  refusal({ response, problem }: Answer, identifier?: string): MoorlineError {
    return refusal(problem ?? problemOf(response), response, {
      subject: this.name,
      now: this.time.now(),
      ...(identifier !== undefined && { identifier }),
    });
  }

  /** @throws ACME_SERVER_UNREADABLE */
  parse<T>(schema: z.ZodType<T>, response: HttpResponse): T {
    let value: unknown;
    try {
      value = JSON.parse(response.text());
    } catch {
      throw this.#unreadable(`${response.subject}: no JSON`);
    }
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    throw this.#unreadable(`${response.subject}: ${issue?.path.join(".") ?? ""} ${issue?.message ?? ""}`);
  }

  async #newNonce(): Promise<string> {
    const response = await this.#send("HEAD", (await this.directory()).newNonce);
    const nonce = this.#nonces.pop();
    if (nonce !== undefined) return nonce;
    if (response.status >= 400) throw this.refusal({ response });
    throw this.#unreadable("newNonce: no Replay-Nonce");
  }

  async #send(
    method: "GET" | "HEAD" | "POST",
    url: string,
    headers: Readonly<Record<string, string>> = {},
    body?: string,
  ): Promise<HttpResponse> {
    const { origin, protocol, pathname, search } = new URL(url);
    // A server must not lead from HTTPS to plain HTTP (RFC 8555 §6.1).
    if (protocol !== "https:" && protocol !== new URL(this.#options.directoryUrl).protocol)
      throw this.#unreadable(url);
    const response = await this.#options.endpoint(origin).request({
      method,
      path: pathname + search,
      headers: { "user-agent": "moorline", ...headers },
      ...(body !== undefined && { body }),
      ...(method === "GET" && { redirects: 2 }),
      maxBodyBytes,
      timeoutMs: requestLimitMs,
      signal: this.signal,
    });
    const nonce = response.headers["replay-nonce"];
    if (nonce !== undefined && nonceForm.test(nonce) && this.#nonces.length < 10) this.#nonces.push(nonce);
    return response;
  }

  #unreadable(reason: string): MoorlineError {
    return new MoorlineError("ACME_SERVER_UNREADABLE", { subject: this.name, parameters: { reason } });
  }
}
