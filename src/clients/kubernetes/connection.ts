import type { Sensitive } from "../../model/sensitive.ts";
import type {
  BoundedRequest,
  HttpEndpoint,
  HttpRequest,
  HttpResponse,
  HttpStream,
  StreamRequest,
} from "../http/endpoint.ts";
import { isPrivateToThisMachine, refusePlainHttp } from "../http/url.ts";
import type { ClusterConfig } from "./config.ts";

/** An API server's endpoint with the credential in every request. */
export class Connection implements AsyncDisposable {
  readonly #endpoint: HttpEndpoint;
  readonly #config: ClusterConfig;

  constructor(endpoint: HttpEndpoint, config: ClusterConfig) {
    this.#endpoint = endpoint;
    this.#config = config;
    if (config.authorization && !isPrivateToThisMachine(config.server)) refusePlainHttp(config.server);
  }

  /** Any status is an answer. */
  request(request: BoundedRequest): Promise<HttpResponse> {
    return this.#authorized(request, (authorized) => this.#endpoint.request(authorized));
  }

  stream(request: StreamRequest): Promise<HttpStream> {
    return this.#authorized(
      request,
      (authorized) => this.#endpoint.stream(authorized),
      (answer) => {
        answer.body.on("error", () => undefined).destroy();
      },
    );
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#endpoint[Symbol.asyncDispose]();
  }

  /** Sends with the credential; once more with a fresh one where the server refuses it (a token rotates on disk). */
  async #authorized<Request extends HttpRequest, Answer extends { readonly status: number }>(
    request: Request,
    send: (request: Request) => Promise<Answer>,
    drop: (answer: Answer) => void = () => undefined,
  ): Promise<Answer> {
    const { authorization } = this.#config;
    if (!authorization) return send(request);
    const signal = request.signal ?? new AbortController().signal;
    const withHeader = (header: Sensitive): Request => ({
      ...request,
      headers: { ...request.headers, authorization: header.reveal() },
    });
    const header = await authorization(signal);
    const answer = await send(withHeader(header));
    if (answer.status !== 401) return answer;
    const fresh = await authorization(signal, header);
    if (fresh.reveal() === header.reveal()) return answer;
    drop(answer);
    return send(withHeader(fresh));
  }
}
