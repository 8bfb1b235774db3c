import { Agent, request } from "undici";

/** An API server, and an administrator's way in. */
export interface ServerUnderTest {
  readonly url: string;
  readonly authorityPem: string;
  readonly token?: string;
  readonly certificatePem?: string;
  readonly privateKeyPem?: string;
}

/** Managed fields: paths as keys. */
export interface Fields {
  readonly [path: string]: Fields | undefined;
}

/** What answers may have in them. Tests read what they expect, and fail where it is not there. */
export interface Body {
  readonly kind: string;
  readonly apiVersion: string;
  readonly name: string;
  readonly type: string;
  readonly code: number;
  readonly message: string;
  readonly reason: string;
  readonly field: string;
  readonly manager: string;
  readonly operation: string;
  readonly image: string;
  readonly phase: string;
  readonly allowed: boolean;
  readonly gitVersion: string;
  readonly free: unknown;
  readonly any: unknown;
  readonly stringData: unknown;
  readonly annotations: unknown;
  readonly labels: unknown;
  readonly finalizers: unknown;
  readonly names: unknown;
  readonly acceptedNames: unknown;
  readonly storedVersions: unknown;
  readonly items: readonly Body[];
  readonly tags: readonly string[];
  readonly uid: string;
  readonly generation: number;
  readonly resourceVersion: string;
  readonly creationTimestamp: string;
  readonly deletionTimestamp: string;
  readonly deletionGracePeriodSeconds: number;
  readonly continue: string | undefined;
  readonly remainingItemCount: number;
  readonly holderIdentity: string;
  readonly metadata: Body;
  readonly data: Readonly<Record<string, string>>;
  readonly spec: Body;
  readonly status: Body;
  readonly template: Body;
  readonly details: Body;
  readonly object: Body;
  readonly fieldsV1: Fields;
  readonly managedFields: readonly [Body, ...Body[]];
  readonly causes: readonly Body[];
  readonly conditions: readonly Body[];
  readonly containers: readonly Body[];
  readonly secrets: readonly [Body, ...Body[]];
  readonly imagePullSecrets: readonly Body[];
  readonly resources: readonly Body[];
  readonly groups: readonly Body[];
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Body;
}

/** Requests with nothing of Moorline's in between, so that the tests are of the server alone. */
export interface Raw {
  readonly namespace: string;
  send(method: string, path: string, body?: unknown, contentType?: string): Promise<Answer>;
  get(path: string): Promise<Answer>;
  post(path: string, body: unknown): Promise<Answer>;
  apply(path: string, manager: string, body: unknown, query?: string): Promise<Answer>;
  merge(path: string, body: unknown): Promise<Answer>;
  /** The events of a watch until the server ends it. */
  watch(path: string): Promise<readonly Body[]>;
  close(): Promise<void>;
}

const limitMilliseconds = 20_000;

export function openRaw(server: ServerUnderTest, namespace: string): Raw {
  const { certificatePem: cert, privateKeyPem: key } = server;
  const agent = new Agent({
    connect: { ca: server.authorityPem, ...(cert === undefined || key === undefined ? {} : { cert, key }) },
    pipelining: 1,
  });
  const call = async (method: string, path: string, body?: unknown, contentType = "application/json") => {
    const response = await request(`${server.url}${path}`, {
      method,
      dispatcher: agent,
      signal: AbortSignal.timeout(limitMilliseconds),
      headers: {
        "user-agent": "conformance/1",
        accept: "application/json",
        ...(server.token === undefined ? {} : { authorization: `Bearer ${server.token}` }),
        ...(body === undefined ? {} : { "content-type": contentType }),
      },
      body: body === undefined ? null : typeof body === "string" ? body : JSON.stringify(body),
    });
    return { status: response.statusCode, headers: response.headers, text: await response.body.text() };
  };
  const send: Raw["send"] = async (method, path, body, contentType) => {
    const { text, ...rest } = await call(method, path, body, contentType);
    const isJson = String(rest.headers["content-type"]).startsWith("application/json");
    return { ...rest, body: (isJson ? JSON.parse(text) : text) as Body };
  };
  return {
    namespace,
    send,
    get: (path) => send("GET", path),
    post: (path, body) => send("POST", path, body),
    apply: (path, manager, body, query = "") =>
      send("PATCH", `${path}?fieldManager=${manager}${query}`, body, "application/apply-patch+yaml"),
    merge: (path, body) => send("PATCH", path, body, "application/merge-patch+json"),
    watch: async (path) => {
      const { text } = await call("GET", path);
      return text
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line) as Body);
    },
    close: () => agent.close(),
  };
}

/** Asks again until the answer is the one waited for. @throws where it does not come in half a minute */
export async function until(ask: () => Promise<boolean>, what: string): Promise<void> {
  for (let attempt = 0; attempt < 150; attempt += 1) {
    if (await ask()) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`waited in vain for ${what}`);
}
