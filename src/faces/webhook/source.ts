import type { KubernetesClient } from "../../clients/kubernetes/client.ts";
import { startInformer, type Informer } from "../../clients/kubernetes/informer.ts";
import type { KubernetesObject } from "../../clients/kubernetes/object.ts";
import { resources, type Resource } from "../../clients/kubernetes/resources.ts";
import { harborCertificateSchema } from "../../kinds/harbor-certificate/schema.ts";
import { harborRegistrySchema, type HarborRegistrySpec } from "../../kinds/harbor-registry/schema.ts";
import type { AdmittingBinding } from "../../kinds/project-binding/admission/policy.ts";
import { projectBindingSchema, type ProjectBindingSpec } from "../../kinds/project-binding/schema.ts";
import { rewritesOf } from "../../kinds/proxy-cache/names.ts";
import { proxyCacheSchema, type ProxyCacheSpec } from "../../kinds/proxy-cache/schema.ts";
import type { Document, Reference } from "../../model/document.ts";
import { apiGroup, apiVersion, type KindSchema } from "../../model/kind-schema.ts";
import type { MoorlineError } from "../../model/errors.ts";
import type { PolicyChange } from "./policy-index.ts";

/** What the cluster says of bindings and namespaces, followed for ever. */
export interface Source {
  readonly synced: Promise<unknown>;
  find(reference: Reference): Document | undefined;
}

export interface SourceOptions {
  readonly client: KubernetesClient;
  /** Moorline's own namespace, which is left alone whatever a binding says. */
  readonly ownNamespace: string;
  readonly signal: AbortSignal;
  readonly tell: (change: PolicyChange) => void;
  readonly onTrouble: (error: MoorlineError) => void;
  /** An object that its schema refuses; what was known of it before stays in force. */
  readonly onInvalid: (name: string) => void;
}

const followed = [
  projectBindingSchema,
  harborRegistrySchema,
  proxyCacheSchema,
  harborCertificateSchema,
] as const;

const resourceOf = (schema: KindSchema): Resource => ({
  group: apiGroup,
  version: "v1alpha1",
  plural: schema.plural,
  kind: schema.kind,
  namespaced: false,
});

interface CustomObject extends KubernetesObject {
  readonly spec?: unknown;
}

/** Follows documents and namespaces, and tells of each change that admission cares for. */
export function followCluster(options: SourceOptions): Source {
  const { client, signal, tell, onTrouble } = options;
  const documents = new Map<string, Document>();
  const trouble = { signal, onTrouble };
  const informers = followed.map((schema) => ({
    schema,
    informer: startInformer<CustomObject>(client, resourceOf(schema), trouble),
  }));
  // Registries name certificates rarely: who has none, or may not read them, must not wait for them.
  const needed = informers.filter(({ schema }) => schema.kind !== harborCertificateSchema.kind);
  const publish = (): void => {
    if (needed.every(({ informer }) => informer.isSynced))
      tell({ type: "bindings", bindings: bindingsOf(documents, options.ownNamespace) });
  };
  for (const { schema, informer } of informers) {
    informer.onChange(({ object, before }) => {
      // A new status says nothing to admission.
      const generation = object?.metadata.generation;
      if (generation !== undefined && generation === before?.metadata.generation) return;
      const key = `${schema.kind}/${(object ?? before)?.metadata.name ?? ""}`;
      if (object === undefined) documents.delete(key);
      else {
        const document = documentOf(schema, object);
        if (document === undefined) options.onInvalid(key);
        else documents.set(key, document);
      }
      publish();
    });
    void informer.synced(signal).then(publish, () => undefined);
  }
  const namespaces = followNamespaces(options);
  return {
    synced: Promise.all([
      ...needed.map(({ informer }) => informer.synced(signal)),
      namespaces.synced(signal),
    ]),
    find: ({ kind, name }) => documents.get(`${kind}/${name}`),
  };
}

function followNamespaces({ client, signal, tell, onTrouble }: SourceOptions): Informer<KubernetesObject> {
  const informer = startInformer(client, resources.namespaces, {
    signal,
    onTrouble,
    metadataOnly: true,
    transform: ({ metadata: { name = "", uid = "", resourceVersion = "", labels = {} } }) => ({
      metadata: { name, uid, resourceVersion, labels },
    }),
  });
  const factsOf = ({ metadata }: KubernetesObject) => ({
    name: metadata.name ?? "",
    labels: metadata.labels ?? {},
  });
  informer.onChange(({ object, before }) => {
    if (!informer.isSynced) return;
    if (object === undefined) tell({ type: "namespaceGone", name: before?.metadata.name ?? "" });
    else tell({ type: "namespaces", all: false, namespaces: [factsOf(object)] });
  });
  void informer.synced(signal).then(
    () => tell({ type: "namespaces", all: true, namespaces: [...informer.list()].map(factsOf) }),
    () => undefined,
  );
  return informer;
}

function documentOf(schema: KindSchema, { metadata, spec }: CustomObject): Document | undefined {
  const parsed = schema.spec.safeParse(spec);
  const name = metadata.name ?? "";
  if (!parsed.success) return undefined;
  return {
    apiVersion,
    kind: schema.kind,
    metadata: { name, labels: metadata.labels ?? {}, annotations: metadata.annotations ?? {} },
    spec: parsed.data,
    source: { name: `${schema.kind}/${name}`, line: 1, column: 1, directory: "/" },
  };
}

function bindingsOf(
  documents: ReadonlyMap<string, Document>,
  ownNamespace: string,
): readonly AdmittingBinding[] {
  const all = [...documents.values()];
  const caches = all.filter((d) => d.kind === proxyCacheSchema.kind) as Document<ProxyCacheSpec>[];
  const bindings = all.filter((d) => d.kind === projectBindingSchema.kind) as Document<ProjectBindingSpec>[];
  return bindings.flatMap(({ metadata, spec }) => {
    const registry = documents.get(`${harborRegistrySchema.kind}/${spec.registry}`);
    // Projects of another cluster are admitted by the webhook over there.
    if (spec.admission === undefined || registry === undefined || spec.cluster !== undefined) return [];
    const harborHost = new URL((registry.spec as HarborRegistrySpec).url).host;
    const cacheRewrites = caches
      .filter((cache) => cache.spec.registry === spec.registry)
      .flatMap((cache) => rewritesOf(cache, harborHost));
    const { exempt } = spec.admission;
    const namespaces = [...exempt.namespaces, ownNamespace];
    const admission = { ...spec.admission, exempt: { ...exempt, namespaces } };
    return [{ name: metadata.name, spec, admission, harborHost, cacheRewrites }];
  });
}
