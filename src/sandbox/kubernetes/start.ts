import { randomBytes, randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { MoorlineError } from "../../model/errors.ts";
import type { Sensitive } from "../../model/sensitive.ts";
import { authenticate, type TokenPrincipal, type User } from "./auth/principals.ts";
import type { ServerContext } from "./context.ts";
import { startControllers } from "./controllers/controllers.ts";
import { Faults } from "./faults.ts";
import { route } from "./handlers/route.ts";
import { sendError } from "./http/answer.ts";
import { kubeconfigText } from "./kubeconfig.ts";
import type { ApiObject } from "./object.ts";
import { Persistence } from "./persistence.ts";
import { Registry } from "./registry.ts";
import { seed, type NodeSeed } from "./seeds.ts";
import { Store } from "./store.ts";
import { unauthorized } from "./status.ts";

export interface KubernetesOptions {
  /** Where to keep the data; in memory alone where not given. */
  readonly directory?: string;
  /** The address to listen on, and a port (0 for any). */
  readonly host: string;
  readonly port: number;
  readonly tls: {
    /** The server's certificate, leaf first. */
    readonly certificatePem: string;
    readonly privateKeyPem: Sensitive;
    /** What clients are to trust; the certificate itself where not given. Goes into kubeconfigs and namespaces. */
    readonly authorityPem?: string;
    /** Who signs client certificates (CN is the user, O the groups). */
    readonly clientCaPem?: string;
  };
  readonly tokens: readonly TokenPrincipal[];
  /** Nodes that a new cluster begins with. */
  readonly nodes?: readonly NodeSeed[];
  readonly clock: () => Date;
  /** How many changes watches can catch up on. */
  readonly watchWindow?: number;
  /** Heard after a pod was created: room for a tiny kubelet. */
  readonly onPodCreated?: (pod: ApiObject) => void;
}

export interface SandboxKubernetes extends AsyncDisposable {
  /** `https://host:port` */
  readonly url: string;
  readonly port: number;
  readonly faults: Faults;
  /** All objects, for seeding and for tests; keys are plurals, with the group where there is one. */
  readonly store: Store;
  /** Everything that the parts of the server share; with it the writes of `writes/` can be called without HTTP. */
  readonly context: ServerContext;
  /** A kubeconfig for a user with a token; YAML text, which holds that token. */
  kubeconfig(user: string): string;
  /** Resolves when the controllers have nothing left to do. */
  settled(): Promise<void>;
  /** Who sends this request, if its credentials are known here. @throws ApiError 401 */
  authenticate(request: IncomingMessage): User;
  /** Answers a request that another server received, on behalf of a user. */
  handle(request: IncomingMessage, response: ServerResponse, user: User, address: URL): Promise<void>;
}

/**
 * Starts an embedded Kubernetes API that answers as kube-apiserver 1.20 does, over HTTPS.
 * @throws MoorlineError SANDBOX_PORT_TAKEN, SANDBOX_DATA_UNUSABLE
 */
export async function startKubernetes(options: KubernetesOptions): Promise<SandboxKubernetes> {
  const persistence = options.directory === undefined ? undefined : new Persistence(options.directory);
  const context = makeContext(options, persistence);
  const queue = startControllers(context);
  const isKept = persistence?.load(context.store) ?? false;
  if (isKept) for (const [resource, object] of context.store.entries()) takeUp(context, resource, object);
  else seed(context, options.nodes ?? []);

  const identify = (request: IncomingMessage): User => authenticate(request, options.tokens, context.store);
  const server = createServer({
    cert: options.tls.certificatePem,
    key: options.tls.privateKeyPem.reveal(),
    requestCert: options.tls.clientCaPem !== undefined,
    // Tokens come without a certificate; one that is shown and not known is refused with 401 (auth/principals.ts).
    rejectUnauthorized: false,
    ...(options.tls.clientCaPem === undefined ? {} : { ca: options.tls.clientCaPem }),
    minVersion: "TLSv1.2",
    keepAliveTimeout: 60_000,
  });
  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    void answer(context, identify, request, response);
  });
  const port = await listen(server, options);
  await queue.settled();
  const url = `https://${options.host}:${port}`;
  return {
    url,
    port,
    faults: context.faults,
    store: context.store,
    context,
    kubeconfig: (user) => {
      const principal = options.tokens.find((one) => one.user === user);
      if (principal === undefined) throw unauthorized();
      return kubeconfigText({
        url,
        authorityPem: context.authorityPem,
        user,
        token: principal.token.reveal(),
      });
    },
    settled: () => queue.settled(),
    authenticate: identify,
    handle: (request, response, user, address) =>
      guarded(response, () => route(context, user, request, response, address)),
    [Symbol.asyncDispose]: async () => {
      queue.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function makeContext(options: KubernetesOptions, persistence: Persistence | undefined): ServerContext {
  const store = new Store({
    ...(options.watchWindow === undefined ? {} : { window: options.watchWindow }),
    ...(persistence === undefined ? {} : { onEvent: (event) => persistence.record(event) }),
  });
  return {
    store,
    registry: new Registry(),
    faults: new Faults(),
    clock: options.clock,
    uuid: randomUUID,
    suffix,
    authorityPem: options.tls.authorityPem ?? options.tls.certificatePem,
    onPodCreated: options.onPodCreated,
  };
}

// The letters that Kubernetes makes names of: no vowels, so no words.
function suffix(): string {
  const letters = "bcdfghjklmnpqrstvwxz2456789";
  return [...randomBytes(5)].map((byte) => letters[byte % letters.length]).join("");
}

// After a restart nobody announces what is there already.
function takeUp(context: ServerContext, resource: string, object: ApiObject): void {
  if (resource === "customresourcedefinitions.apiextensions.k8s.io") context.registry.define(object, false);
}

async function answer(
  context: ServerContext,
  identify: (request: IncomingMessage) => User,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  await guarded(response, () => {
    const address = new URL(request.url ?? "/", "https://sandbox");
    return route(context, identify(request), request, response, address);
  });
}

async function guarded(response: ServerResponse, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    sendError(response, error);
  }
}

async function listen(server: ReturnType<typeof createServer>, options: KubernetesOptions): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const subject = `${options.host}:${options.port}`;
      const code = error.code === "EADDRINUSE" ? "SANDBOX_PORT_TAKEN" : "SANDBOX_CANNOT_LISTEN";
      reject(new MoorlineError(code, { subject, parameters: { reason: error.message }, cause: error }));
    });
    server.listen(options.port, options.host, resolve);
  });
  // A client that breaks off its handshake is no matter of the server's.
  server.on("tlsClientError", () => undefined);
  return (server.address() as AddressInfo).port;
}
