import { MoorlineError } from "../../model/errors.ts";
import { basicAuthorization, type Credential } from "../harbor/credential.ts";
import { secondsOf } from "../harbor/failures.ts";
import { LoginGuard } from "../harbor/login-guard.ts";
import type { HttpEndpoint, HttpResponse } from "../http/endpoint.ts";
import { refusePlainHttp } from "../http/url.ts";
import { parseChallenges, type Challenge } from "./challenge.ts";
import { grantedActions, readToken, type Token } from "./token.ts";

/** Rights in one repository: `pull`, `push`, `delete`. */
export interface Scope {
  readonly repository: string;
  readonly actions: readonly string[];
}

export interface AuthorizerOptions {
  /**
   * Token services on other origins that may have the credential. By default only the registry's own origin may: a
   * registry could otherwise send its callers' passwords anywhere.
   */
  readonly tokenServices?: readonly HttpEndpoint[];
  /** Shared with other clients of the same Harbor. */
  readonly loginGuard?: LoginGuard;
  /** Milliseconds of a monotonic clock. */
  readonly now?: () => number;
}

type Method =
  | { readonly kind: "none" }
  | { readonly kind: "basic" }
  | {
      readonly kind: "bearer";
      readonly service: HttpEndpoint;
      readonly path: string;
      readonly query: URLSearchParams;
    };

/** A token is asked for anew a little before it ends, since it must live until the call arrives. */
const marginMs = 10_000;

/** Obtains what a registry wants to see with each call: nothing, Basic, or a token per scope (facts/harbor.md §4). */
export class Authorizer {
  readonly #endpoint: HttpEndpoint;
  readonly #credential: Credential | undefined;
  readonly #services: readonly HttpEndpoint[];
  readonly #guard: LoginGuard;
  readonly #now: () => number;
  readonly #tokens = new Map<string, { token: Token; until: number }>();
  #method: Method | undefined;

  constructor(endpoint: HttpEndpoint, credential: Credential | undefined, options: AuthorizerOptions) {
    if (credential) refusePlainHttp(endpoint.url);
    this.#endpoint = endpoint;
    this.#credential = credential;
    this.#services = [endpoint, ...(options.tokenServices ?? [])];
    this.#now = options.now ?? (() => performance.now());
    this.#guard = options.loginGuard ?? new LoginGuard({ now: this.#now });
  }

  /**
   * The Authorization header for a call.
   * @returns undefined where the registry wants none
   * @throws REGISTRY_ANONYMOUS_TOKEN, REGISTRY_NO_PERMISSION, REGISTRY_LOGIN_REQUIRED when the token lacks an action
   */
  async headerFor(scopes: readonly Scope[], signal?: AbortSignal): Promise<string | undefined> {
    const method = await this.#discover(signal);
    if (method.kind === "none") return undefined;
    if (method.kind === "basic") return this.#credential && basicAuthorization(this.#credential);
    const token = await this.token(scopes, signal);
    for (const scope of scopes) this.#demand(token, scope);
    return `Bearer ${token.value}`;
  }

  /** Whether a header for these scopes would come from memory, and might have been overtaken by events. */
  hasCached(scopes: readonly Scope[]): boolean {
    return this.#tokens.has(keyOf(scopes));
  }

  /** Drops what is remembered, so that the next call asks anew. */
  forget(scopes: readonly Scope[]): void {
    this.#tokens.delete(keyOf(scopes));
  }

  /**
   * A token for scopes, from memory while it lives. Says nothing about what it grants.
   * @throws REGISTRY_CREDENTIAL_REFUSED, REGISTRY_REALM_REFUSED, REGISTRY_NOT_REGISTRY
   */
  async token(scopes: readonly Scope[], signal?: AbortSignal): Promise<Token> {
    const key = keyOf(scopes);
    const known = this.#tokens.get(key);
    if (known && known.until > this.#now()) return known.token;
    const method = await this.#discover(signal);
    if (method.kind !== "bearer") throw this.#notRegistry("it hands out no tokens");
    const token = await this.#request(method, scopes, signal);
    // A token that refuses is not kept: the right may be granted, or the robot enabled, at any moment.
    if (scopes.every((scope) => grants(token, scope))) {
      this.#tokens.set(key, { token, until: this.#now() + token.lifetimeSeconds * 1000 - marginMs });
    }
    return token;
  }

  async #discover(signal: AbortSignal | undefined): Promise<Method> {
    if (this.#method) return this.#method;
    const answer = await this.#endpoint.request({ method: "GET", path: "/v2/", ...(signal && { signal }) });
    if (answer.status === 200) return (this.#method = { kind: "none" });
    if (answer.status === 429 || answer.status >= 500) throw serviceFailure(answer);
    const challenges = parseChallenges(answer.headers["www-authenticate"] ?? "");
    const bearer = challenges.find((c) => c.scheme === "bearer");
    if (answer.status === 401 && bearer) return (this.#method = this.#bearer(bearer));
    if (answer.status === 401 && challenges.some((c) => c.scheme === "basic")) {
      return (this.#method = { kind: "basic" });
    }
    throw this.#notRegistry(`GET /v2/ gives status ${answer.status} without a challenge that is known`);
  }

  #bearer(challenge: Challenge): Method {
    const { realm = "", service } = challenge.parameters;
    if (!URL.canParse(realm)) throw this.#notRegistry(`its token realm "${realm}" is no URL`);
    const url = new URL(realm);
    const endpoint = this.#services.find((each) => new URL(each.url).origin === url.origin);
    if (!endpoint) {
      const parameters = { realm: url.origin + url.pathname };
      throw new MoorlineError("REGISTRY_REALM_REFUSED", { subject: this.#endpoint.url, parameters });
    }
    const query = new URLSearchParams(url.search);
    if (service !== undefined) query.set("service", service);
    return { kind: "bearer", service: endpoint, path: url.pathname, query };
  }

  async #request(
    method: Method & { kind: "bearer" },
    scopes: readonly Scope[],
    signal: AbortSignal | undefined,
  ): Promise<Token> {
    const credential = this.#credential;
    const query = new URLSearchParams(method.query);
    if (credential) query.set("account", credential.username);
    for (const scope of scopes) query.append("scope", scopeText(scope));
    const path = `${method.path}?${query.toString()}`;
    const send = (authorization?: string) =>
      method.service.request({
        method: "GET",
        path,
        headers: { accept: "application/json", ...(authorization && { authorization }) },
        ...(signal && { signal }),
      });
    const subject = this.#endpoint.url;
    if (credential === undefined) return this.#read(await send(), undefined);
    const refusal = () =>
      new MoorlineError("REGISTRY_CREDENTIAL_REFUSED", {
        subject,
        parameters: { username: credential.username },
      });
    const answer = await this.#guard.run(credential, {
      subject,
      send: () => send(basicAuthorization(credential)),
      refused: (a) => a.status === 401 || isAnonymous(a),
      works: (a) => a.status === 200,
      refusal,
      signal,
    });
    return this.#read(answer, refusal);
  }

  #read(answer: HttpResponse, refusal: (() => MoorlineError) | undefined): Token {
    if (answer.status === 401 && refusal) throw refusal();
    if (answer.status === 429 || answer.status >= 500) throw serviceFailure(answer);
    const token = answer.status === 200 ? readToken(answer.json()) : undefined;
    if (token) return token;
    throw this.#notRegistry(`its token service gives status ${answer.status} and no token`);
  }

  /** Harbor answers a wrong credential with 200 and an anonymous token; the failure would show later, as another. */
  #demand(token: Token, scope: Scope): void {
    if (!token.claims || grants(token, scope)) return;
    const granted = grantedActions(token.claims, scope.repository);
    const username = this.#credential?.username;
    const parameters = {
      repository: scope.repository,
      actions: scope.actions.join(", "),
      granted: granted.join(", ") || "-",
      username: username ?? "anonymous",
    };
    const subject = this.#endpoint.url;
    if (username === undefined) throw new MoorlineError("REGISTRY_LOGIN_REQUIRED", { subject, parameters });
    const code = token.claims.subject === "" ? "REGISTRY_ANONYMOUS_TOKEN" : "REGISTRY_NO_PERMISSION";
    throw new MoorlineError(code, { subject, parameters });
  }

  #notRegistry(reason: string): MoorlineError {
    return new MoorlineError("REGISTRY_NOT_REGISTRY", {
      subject: this.#endpoint.url,
      parameters: { reason },
    });
  }
}

/** A token that cannot be read is taken to grant: the registry will tell. */
function grants(token: Token, scope: Scope): boolean {
  if (!token.claims) return true;
  const granted = grantedActions(token.claims, scope.repository);
  return granted.includes("*") || scope.actions.every((action) => granted.includes(action));
}

function isAnonymous(answer: HttpResponse): boolean {
  return answer.status === 200 && readToken(answer.json())?.claims?.subject === "";
}

function serviceFailure(answer: HttpResponse): MoorlineError {
  const { status, subject, requestId } = answer;
  const retryAfterSeconds = secondsOf(answer.headers["retry-after"]);
  return new MoorlineError(status === 429 ? "HARBOR_TOO_MANY_REQUESTS" : "REGISTRY_FAILED", {
    subject,
    parameters: { status, requestId, reason: `HTTP ${status}` },
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  });
}

function scopeText(scope: Scope): string {
  return `repository:${scope.repository}:${scope.actions.join(",")}`;
}

function keyOf(scopes: readonly Scope[]): string {
  return scopes.map(scopeText).join(" ");
}
