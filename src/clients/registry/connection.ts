import type { Readable } from "node:stream";
import { MoorlineError } from "../../model/errors.ts";
import type { Credential } from "../harbor/credential.ts";
import type { HttpEndpoint, HttpRequest, HttpResponse, HttpStream } from "../http/endpoint.ts";
import { Authorizer, type AuthorizerOptions, type Scope } from "./authorizer.ts";
import { registryFailure } from "./failures.ts";

/** One call of the distribution protocol. */
export interface RegistryCall {
  readonly method: HttpRequest["method"];
  /** From /v2 on. */
  readonly path: string;
  readonly query?: HttpRequest["query"];
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | string | Readable;
  /** The rights it needs; the first names the repository in errors. */
  readonly scopes: readonly [Scope, ...Scope[]];
  /** What it is about, for errors. */
  readonly thing: string;
  /** Statuses that are answers, besides 2xx. */
  readonly expected?: readonly number[];
  readonly timeoutMs?: number;
  readonly maxBodyBytes?: number;
  readonly signal?: AbortSignal | undefined;
}

/** Storage backends redirect blob reads (S3, OSS), and Harbor redirects Docker Hub's short names in proxy caches. */
const redirects = 3;

/** Sends calls to one registry with what it wants for login. */
export class RegistryConnection {
  readonly url: string;
  readonly username: string | undefined;
  readonly authorizer: Authorizer;
  readonly #endpoint: HttpEndpoint;

  constructor(endpoint: HttpEndpoint, credential: Credential | undefined, options: AuthorizerOptions) {
    this.url = endpoint.url;
    this.username = credential?.username;
    this.#endpoint = endpoint;
    this.authorizer = new Authorizer(endpoint, credential, options);
  }

  /** @throws REGISTRY_*, HARBOR_* for statuses that are neither success nor expected; NETWORK_*, TLS_* */
  async send(call: RegistryCall): Promise<HttpResponse> {
    const answer = await this.#authorized(call, (request) =>
      this.#endpoint.request({ ...request, ...(call.maxBodyBytes && { maxBodyBytes: call.maxBodyBytes }) }),
    );
    if (isFine(answer.status, call)) return answer;
    throw registryFailure(answer, this.#asked(call));
  }

  /** As {@link send}, with a body that arrives as it is read. */
  async stream(call: RegistryCall): Promise<HttpStream> {
    const answer = await this.#authorized(call, (request) => this.#endpoint.stream(request));
    if (isFine(answer.status, call)) return answer;
    throw registryFailure({ ...answer, text: await drained(answer.body) }, this.#asked(call));
  }

  /**
   * The path of an upload that a Location names, which must lie on this registry: the next call carries a token and
   * bytes.
   * @throws REGISTRY_NOT_REGISTRY
   */
  uploadPath(location: string | undefined): string {
    const base = new URL(this.url);
    const target =
      location !== undefined && URL.canParse(location, this.url) ? new URL(location, this.url) : undefined;
    if (target?.origin === base.origin && target.pathname.includes("/v2/")) {
      return target.pathname.slice(target.pathname.indexOf("/v2/")) + target.search;
    }
    const reason = `it puts an upload at "${target?.origin ?? location ?? ""}", which is not this registry`;
    throw new MoorlineError("REGISTRY_NOT_REGISTRY", { subject: this.url, parameters: { reason } });
  }

  async #authorized<T extends { status: number; body?: Readable }>(
    call: RegistryCall,
    send: (request: HttpRequest) => Promise<T>,
  ): Promise<T> {
    const remembered = this.authorizer.hasCached(call.scopes);
    const answer = await send(await this.#request(call));
    const isRead = call.method === "GET" || call.method === "HEAD";
    // A remembered token can be too old for a project made anew (Harbor 2.15); a read may ask once more with a new one.
    if (answer.status !== 401 || !remembered || !isRead) return answer;
    answer.body?.destroy();
    this.authorizer.forget(call.scopes);
    return send(await this.#request(call));
  }

  async #request(call: RegistryCall): Promise<HttpRequest> {
    const authorization = await this.authorizer.headerFor(call.scopes, call.signal);
    const isRead = call.method === "GET" || call.method === "HEAD";
    return {
      method: call.method,
      path: call.path,
      headers: { ...call.headers, ...(authorization !== undefined && { authorization }) },
      ...(call.query && { query: call.query }),
      ...(call.body !== undefined && { body: call.body }),
      ...(call.timeoutMs !== undefined && { timeoutMs: call.timeoutMs }),
      ...(call.signal && { signal: call.signal }),
      ...(isRead && { redirects }),
    };
  }

  #asked(call: RegistryCall) {
    const [{ repository, actions }] = call.scopes;
    return { thing: call.thing, repository, actions, username: this.username };
  }
}

function isFine(status: number, call: RegistryCall): boolean {
  return (status >= 200 && status < 300) || call.expected?.includes(status) === true;
}

/** The beginning of an error's body; the rest is not worth the wait. */
async function drained(body: Readable): Promise<() => string> {
  let text = "";
  for await (const chunk of body as AsyncIterable<Buffer>) {
    text += chunk.toString("utf8");
    if (text.length > 16_384) break;
  }
  return () => text;
}
