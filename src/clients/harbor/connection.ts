import type { z } from "zod";
import { MoorlineError } from "../../model/errors.ts";
import type { HttpEndpoint, HttpRequest, HttpResponse } from "../http/endpoint.ts";
import { refusePlainHttp } from "../http/url.ts";
import { Budget } from "./budget.ts";
import { basicAuthorization, type Credential } from "./credential.ts";
import { harborErrorOf, harborFailure } from "./failures.ts";
import { LoginGuard } from "./login-guard.ts";

export interface HarborOptions {
  /** Shared with whoever else speaks to the same Harbor; by default this client's own, of 8 calls at a time. */
  readonly budget?: Budget;
  /** Shared with other clients of the same Harbor, because failed logins lock the account for all of them. */
  readonly loginGuard?: LoginGuard;
}

/** One call of the API: path below /api/v2.0, segments encoded by {@link segment}. */
export interface Call {
  readonly method: HttpRequest["method"];
  readonly path: string;
  readonly query?: HttpRequest["query"];
  /** Beside those that every call has. */
  readonly headers?: HttpRequest["headers"];
  /** The path names a project by name; says so, since an all-digit name would be read as an id. */
  readonly byName?: true;
  readonly json?: unknown;
  /** Sent without the credential: nothing there needs it, and a wrong one would lock the account. */
  readonly anonymous?: true;
  readonly signal?: AbortSignal | undefined;
  /** Statuses that are answers to the question, not failures. */
  readonly expected?: readonly number[];
}

/** Answers 200 to users, 412 to robots and 401 to everybody else (facts/harbor.md §1.5). */
const whoAmICall = { method: "GET", path: "/users/current" } as const;

function loginWorks(answer: HttpResponse): boolean {
  const isRobot = answer.status === 412 && harborErrorOf(answer.text())?.code === "PRECONDITION";
  const isUser = answer.status === 200 && (answer.headers["content-type"] ?? "").includes("json");
  return isRobot || isUser;
}

/** Sends calls to one Harbor under one credential, and judges the answers. Never repeats a call. */
export class HarborConnection {
  readonly url: string;
  readonly credential: Credential | undefined;
  readonly #endpoint: HttpEndpoint;
  readonly #budget: Budget;
  readonly #guard: LoginGuard;

  constructor(endpoint: HttpEndpoint, credential: Credential | undefined, options: HarborOptions) {
    if (credential) refusePlainHttp(endpoint.url);
    this.url = endpoint.url;
    this.credential = credential;
    this.#endpoint = endpoint;
    this.#budget = options.budget ?? new Budget({ parallel: 8 });
    this.#guard = options.loginGuard ?? new LoginGuard();
  }

  /**
   * Sends a call.
   * @throws HARBOR_* for any status that is not a success or expected; NETWORK_*, TLS_*
   */
  async send(call: Call): Promise<HttpResponse> {
    const subject = `${call.method} ${this.url}/api/v2.0${call.path}`;
    const answer = await this.#budget.run(() => this.#authenticated(call), subject, call.signal);
    const fine = answer.status >= 200 && answer.status < 300;
    if (fine || call.expected?.includes(answer.status)) return answer;
    throw harborFailure(answer, this.credential?.username);
  }

  /**
   * Sends a call and reads its JSON.
   * @throws HARBOR_NOT_HARBOR for another content type, HARBOR_RESPONSE_UNEXPECTED for another shape
   */
  async read<T extends z.ZodType>(call: Call, schema: T): Promise<z.output<T>> {
    return parseAnswer(await this.send(call), schema);
  }

  /** As {@link read}, with undefined for 404. */
  async readIfThere<T extends z.ZodType>(call: Call, schema: T): Promise<z.output<T> | undefined> {
    const answer = await this.send({ ...call, expected: [404] });
    if (answer.status !== 404) return parseAnswer(answer, schema);
    // A 404 that is not Harbor's speaks of the path, not of the thing asked for.
    if (harborErrorOf(answer.text()) === undefined) throw harborFailure(answer, this.credential?.username);
    return undefined;
  }

  async #authenticated(call: Call): Promise<HttpResponse> {
    const credential = this.credential;
    if (credential === undefined || call.anonymous) return this.#exchange(call, {});
    const subject = `${call.method} ${this.url}/api/v2.0${call.path}`;
    const attempt = {
      subject,
      refusal: () =>
        new MoorlineError("HARBOR_CREDENTIAL_REFUSED", {
          subject,
          parameters: { username: credential.username },
        }),
      refused: (answer: HttpResponse) => answer.status === 401,
      signal: call.signal,
    };
    const send = (what: Call) => () =>
      this.#exchange(what, { authorization: basicAuthorization(credential) });
    const whoAmI: Call = { ...whoAmICall, signal: call.signal };
    if (call.path === whoAmI.path) {
      return this.#guard.run(credential, { ...attempt, send: send(call), works: loginWorks });
    }
    // Harbor takes a wrong credential for nobody's and answers public calls all the same: a list would lack what is
    // private, and read as if it were not there. So the credential is proved before anything is believed.
    const proof = await this.#guard.prove(credential, {
      ...attempt,
      send: send(whoAmI),
      works: loginWorks,
    });
    if (proof && !loginWorks(proof)) throw harborFailure(proof, credential.username);
    return this.#guard.run(credential, { ...attempt, send: send(call) });
  }

  #exchange(call: Call, authorization: Record<string, string>): Promise<HttpResponse> {
    return this.#endpoint.request({
      method: call.method,
      path: `/api/v2.0${call.path}`,
      headers: {
        accept: "application/json",
        ...call.headers,
        ...authorization,
        ...(call.byName && { "x-is-resource-name": "true" }),
        ...(call.json !== undefined && { "content-type": "application/json" }),
      },
      ...(call.query && { query: call.query }),
      ...(call.json !== undefined && { body: JSON.stringify(call.json) }),
      ...(call.signal && { signal: call.signal }),
    });
  }
}

/** Reads an answer's JSON through a schema. */
export function parseAnswer<T extends z.ZodType>(answer: HttpResponse, schema: T): z.output<T> {
  const { subject } = answer;
  const contentType = answer.headers["content-type"] ?? "";
  if (!contentType.includes("json")) {
    const reason = `status ${answer.status} with content type ${contentType || "(none)"}`;
    throw new MoorlineError("HARBOR_NOT_HARBOR", { subject, parameters: { reason } });
  }
  const parsed = schema.safeParse(answer.json());
  if (parsed.success) return parsed.data;
  throw new MoorlineError("HARBOR_RESPONSE_UNEXPECTED", {
    subject,
    parameters: { reason: issuesOf(parsed.error) },
  });
}

/**
 * Checks what is about to be sent.
 * @throws HARBOR_REQUEST_INVALID
 */
export function checkRequest<T extends z.ZodType>(schema: T, value: unknown, subject: string): z.output<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new MoorlineError("HARBOR_REQUEST_INVALID", {
    subject,
    parameters: { reason: issuesOf(parsed.error) },
  });
}

function issuesOf(error: z.ZodError): string {
  return error.issues
    .map((i) => (i.path.length > 0 ? `${i.path.join(".")}: ${i.message}` : i.message))
    .join("; ");
}

/** One path segment. */
export function segment(text: string | number): string {
  return encodeURIComponent(text);
}

/** A repository's name in a path: its slashes are encoded twice (facts/harbor.md §1.1). */
export function repositorySegment(name: string): string {
  return encodeURIComponent(encodeURIComponent(name));
}

/** The id at the end of a Location header, which is all that a 201 of Harbor brings. */
export function createdId(answer: HttpResponse): number {
  const match = /\/(\d{1,15})$/.exec(answer.headers.location ?? "");
  if (match) return Number(match[1]);
  const reason = `no id in Location "${answer.headers.location ?? ""}"`;
  throw new MoorlineError("HARBOR_RESPONSE_UNEXPECTED", { subject: answer.subject, parameters: { reason } });
}
