import { MoorlineError, isError } from "../../model/errors.ts";
import { openEndpoint, type BoundedRequest, type HttpResponse, type Query } from "../http/endpoint.ts";
import type { ClusterConfig } from "./config.ts";
import { Connection } from "./connection.ts";
import { kubernetesFailure, type Attempt } from "./failures.ts";
import { listAll, type ListOptions, type ObjectList } from "./list.ts";
import type { KubernetesObject, NewObject, ObjectMetadata, ObjectName } from "./object.ts";
import { readPodLog, type PodLogOptions } from "./pod-log.ts";
import { apiVersionOf, collectionPath, groupPath, objectPath, scopeOf, type Resource } from "./resources.ts";
import { parseVersion, type KubernetesVersion } from "./version.ts";
import { watchResource, type WatchEvent, type WatchOptions } from "./watch.ts";

export interface ClientOptions {
  /** Who owns the fields that are set. */
  readonly fieldManager: string;
  /** Connections at most, watches not counted; default 50. */
  readonly connections?: number;
  /** Limit of each exchange in milliseconds; default 30 s. */
  readonly timeoutMs?: number;
}

export interface WriteOptions {
  readonly signal: AbortSignal;
  readonly fieldManager?: string;
  /** The server does everything but keep the result. */
  readonly dryRun?: boolean;
}

export interface PatchOptions extends WriteOptions {
  readonly subresource?: "status";
}

export interface ApplyOptions extends WriteOptions {
  /** Takes fields over from their owners; otherwise KUBERNETES_FIELD_CONFLICT. */
  readonly force?: boolean;
  /** Only over this version; otherwise KUBERNETES_CONFLICT. An object that is gone is made anew all the same (seen on 1.20). */
  readonly resourceVersion?: string;
  /** Only to this very object: one that is gone is not made anew, but KUBERNETES_CONFLICT. */
  readonly uid?: string;
}

export interface DeleteOptions {
  readonly signal: AbortSignal;
  /** Only if it is still this object; otherwise KUBERNETES_CONFLICT. */
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly propagation?: "Background" | "Foreground" | "Orphan";
}

export type PatchType = "json" | "merge" | "strategic";

export interface AccessQuestion {
  readonly verb: string;
  readonly resource: Resource;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name?: string;
}

/**
 * One Kubernetes API server. Objects are their JSON as it is; T only says what the caller expects in it.
 * Every call throws KUBERNETES_* for what the server refuses, NETWORK_* and TLS_* for the way there, CANCELLED for the
 * signal. Nothing is tried again here, except a request whose credential a fresh one can replace.
 */
export interface KubernetesClient extends AsyncDisposable {
  readonly server: string;
  /** Where server and credential were read, for messages. */
  readonly source: string;
  /** The context's own namespace. */
  readonly namespace: string;
  /** The server's certificate is not verified, as the user's configuration asks; to be shown in every report. */
  readonly insecure: boolean;

  /** @returns undefined where there is no such object; an API that is not served is KUBERNETES_API_MISSING */
  get<T extends KubernetesObject>(
    resource: Resource,
    at: ObjectName,
    signal: AbortSignal,
  ): Promise<T | undefined>;
  /**
   * What a watch tells of an object, without asking the server: the same value as long as no change is heard of, and maybe
   * behind the server. @returns undefined where no watch tells of it, which says nothing of the object
   */
  watched?(resource: Resource, at: ObjectName): KubernetesObject | undefined;
  /** Everything, in pages of 500; a list that grew too old under way starts over. */
  list<T extends KubernetesObject>(resource: Resource, options: ListOptions): Promise<ObjectList<T>>;
  /** The same with nothing but metadata: a fraction of the bytes, and no secret among them. */
  listMetadata(resource: Resource, options: ListOptions): Promise<ObjectList<KubernetesObject>>;
  /** Everything at first and then each change, for ever; see {@link WatchEvent}. */
  watch<T extends KubernetesObject>(resource: Resource, options: WatchOptions): AsyncIterable<WatchEvent<T>>;

  create<T extends NewObject>(resource: Resource, object: T, options: WriteOptions): Promise<T>;
  /** Server-side apply: makes the object or sets exactly these fields; those set before and left out now go. */
  apply<T extends NewObject>(resource: Resource, object: T, options: ApplyOptions): Promise<T>;
  applyStatus<T extends NewObject>(resource: Resource, object: T, options: ApplyOptions): Promise<T>;
  patch<T extends KubernetesObject>(
    resource: Resource,
    at: ObjectName,
    type: PatchType,
    body: unknown,
    options: PatchOptions,
  ): Promise<T>;
  /** Writes the whole object; with metadata.resourceVersion only over that version. */
  replace<T extends NewObject>(resource: Resource, object: T, options: WriteOptions): Promise<T>;
  /** @returns whether there was one */
  delete(resource: Resource, at: ObjectName, options: DeleteOptions): Promise<boolean>;

  version(signal: AbortSignal): Promise<KubernetesVersion>;
  /** Whether the server has this resource; needs no rights but discovery, which every user has. */
  serves(resource: Resource, signal: AbortSignal): Promise<boolean>;
  /** Whether this client may do something (SelfSubjectAccessReview). */
  can(question: AccessQuestion, signal: AbortSignal): Promise<boolean>;
  /** A container's log, piece by piece; see {@link readPodLog}. */
  podLog(pod: ObjectName, options: PodLogOptions): AsyncIterable<Buffer>;
  /** Any other path of the server, such as a service's proxy; any status is an answer. */
  request(request: BoundedRequest): Promise<HttpResponse>;
}

const patchTypes: Readonly<Record<PatchType, string>> = {
  json: "application/json-patch+json",
  merge: "application/merge-patch+json",
  strategic: "application/strategic-merge-patch+json",
};

/** Opens an API server; nothing is sent before the first call. Dispose it to close its connections. */
export function createKubernetesClient(config: ClusterConfig, options: ClientOptions): KubernetesClient {
  const common = { tls: config.tls, timeoutMs: options.timeoutMs ?? 30_000 };
  const calls = new Connection(
    openEndpoint(config.server, { ...common, connections: options.connections ?? 50 }),
    config,
  );
  // Watches hold their connections for minutes; calls must not wait for them (facts/stack.md §1.3).
  const watches = new Connection(openEndpoint(config.server, { ...common, connections: 256 }), config);
  const query = (write: WriteOptions): Query => ({
    fieldManager: write.fieldManager ?? options.fieldManager,
    dryRun: write.dryRun === true ? "All" : undefined,
  });

  async function exchange<T>(request: BoundedRequest, attempt: Attempt): Promise<T> {
    const answer = await calls.request(request);
    if (answer.status >= 300) throw kubernetesFailure(answer, attempt, config.server);
    return objectOf(answer, attempt, config.server) as T;
  }

  async function apply<T extends NewObject>(
    resource: Resource,
    object: T,
    apply: ApplyOptions,
    subresource?: "status",
  ): Promise<T> {
    const { name, namespace } = object.metadata;
    const path = objectPath(resource, name, namespace) + (subresource ? `/${subresource}` : "");
    const metadata: ObjectMetadata = {
      ...object.metadata,
      ...(apply.resourceVersion !== undefined && { resourceVersion: apply.resourceVersion }),
      ...(apply.uid !== undefined && { uid: apply.uid }),
    };
    const attempt: Attempt = {
      verb: "patch",
      resource,
      name,
      namespace,
      ...(subresource && { subresource }),
    };
    return exchange<T>(
      {
        method: "PATCH",
        path,
        query: { ...query(apply), force: apply.force === true ? "true" : undefined },
        headers: { "content-type": "application/apply-patch+yaml" },
        body: JSON.stringify({ ...typed(resource, object), metadata }),
        signal: apply.signal,
      },
      attempt,
    );
  }

  return {
    server: config.server,
    source: config.source,
    namespace: config.namespace,
    insecure: config.tls.insecureSkipVerify === true,

    get: async <T extends KubernetesObject>(resource: Resource, at: ObjectName, signal: AbortSignal) => {
      const path = objectPath(resource, at.name, at.namespace);
      try {
        return await exchange<T>({ method: "GET", path, signal }, { verb: "get", resource, ...at });
      } catch (thrown) {
        if (isError(thrown, "KUBERNETES_NOT_FOUND", "KUBERNETES_NAMESPACE_MISSING")) return undefined;
        throw thrown;
      }
    },
    list: (resource, list) => listAll(calls, config.server, resource, list, "objects"),
    listMetadata: (resource, list) => listAll(calls, config.server, resource, list, "metadata"),
    watch: (resource, watch) => watchResource({ calls, watches, server: config.server }, resource, watch),

    create: (resource, object, write) => {
      const { name, namespace } = object.metadata;
      const path = collectionPath(resource, scopeOf(resource, name, namespace));
      const body = JSON.stringify(typed(resource, object));
      return exchange(
        { method: "POST", path, query: query(write), headers: json, body, signal: write.signal },
        { verb: "create", resource, name, namespace },
      );
    },
    apply: (resource, object, write) => apply(resource, object, write),
    applyStatus: (resource, object, write) => apply(resource, object, write, "status"),
    patch: (resource, at, type, body, write) =>
      exchange(
        {
          method: "PATCH",
          path: objectPath(resource, at.name, at.namespace) + (write.subresource ? "/status" : ""),
          query: query(write),
          headers: { "content-type": patchTypes[type] },
          body: JSON.stringify(body),
          signal: write.signal,
        },
        {
          verb: "patch",
          resource,
          ...at,
          ...(write.subresource !== undefined && { subresource: write.subresource }),
        },
      ),
    replace: (resource, object, write) => {
      const { name, namespace } = object.metadata;
      const path = objectPath(resource, name, namespace);
      const body = JSON.stringify(typed(resource, object));
      return exchange(
        { method: "PUT", path, query: query(write), headers: json, body, signal: write.signal },
        { verb: "update", resource, name, namespace },
      );
    },
    delete: async (resource, at, remove) => {
      const { uid, resourceVersion, propagation, signal } = remove;
      const body = JSON.stringify({
        apiVersion: "v1",
        kind: "DeleteOptions",
        ...((uid ?? resourceVersion) !== undefined && { preconditions: { uid, resourceVersion } }),
        ...(propagation && { propagationPolicy: propagation }),
      });
      const path = objectPath(resource, at.name, at.namespace);
      try {
        await exchange(
          { method: "DELETE", path, headers: json, body, signal },
          { verb: "delete", resource, ...at },
        );
        return true;
      } catch (thrown) {
        if (isError(thrown, "KUBERNETES_NOT_FOUND", "KUBERNETES_NAMESPACE_MISSING")) return false;
        throw thrown;
      }
    },

    version: async (signal) => {
      const answer = await calls.request({ method: "GET", path: "/version", signal });
      return parseVersion(answer, config.server);
    },
    serves: async (resource, signal) => {
      const path = groupPath(resource.group, resource.version);
      const answer = await calls.request({ method: "GET", path, signal });
      if (answer.status === 404) return false;
      const attempt: Attempt = { verb: "get", resource };
      if (answer.status >= 300) throw kubernetesFailure(answer, attempt, config.server);
      const { resources } = answer.json() as { readonly resources?: readonly { readonly name?: unknown }[] };
      return Array.isArray(resources) && resources.some((each) => each.name === resource.plural);
    },
    can: async (question, signal) => {
      const { resource, ...rest } = question;
      const attributes = {
        ...rest,
        group: resource.group,
        version: resource.version,
        resource: resource.plural,
      };
      const review = await exchange<{ readonly status?: { readonly allowed?: boolean } }>(
        {
          method: "POST",
          path: collectionPath(accessReviews),
          headers: json,
          body: JSON.stringify({ ...typeOf(accessReviews), spec: { resourceAttributes: attributes } }),
          signal,
        },
        { verb: "create", resource: accessReviews },
      );
      return review.status?.allowed === true;
    },
    podLog: (pod, log) => readPodLog(watches, config.server, pod, log),
    request: (request) => calls.request(request),
    [Symbol.asyncDispose]: async () => {
      await Promise.all([calls[Symbol.asyncDispose](), watches[Symbol.asyncDispose]()]);
    },
  };
}

const json = { "content-type": "application/json" } as const;

const accessReviews: Resource = {
  group: "authorization.k8s.io",
  version: "v1",
  plural: "selfsubjectaccessreviews",
  kind: "SelfSubjectAccessReview",
  namespaced: false,
};

const typeOf = (resource: Resource) => ({ apiVersion: apiVersionOf(resource), kind: resource.kind });

/** The API wants apiVersion and kind in each body; callers need not repeat them. */
function typed<T extends KubernetesObject>(resource: Resource, object: T): T {
  return { ...typeOf(resource), ...object };
}

function objectOf(answer: HttpResponse, attempt: Attempt, server: string): object {
  const value = answer.json();
  if (typeof value === "object" && value !== null && "kind" in value) return value;
  throw new MoorlineError("KUBERNETES_UNEXPECTED", {
    subject: attempt.resource.kind,
    parameters: { server, status: answer.status, reason: "-" },
  });
}
