import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { KubernetesClient } from "../../src/clients/kubernetes/client.ts";
import type { KubernetesObject, NewObject, Secret } from "../../src/clients/kubernetes/object.ts";
import type { Resource } from "../../src/clients/kubernetes/resources.ts";
import type { Store } from "../../src/sandbox/harbor/store.ts";

const path = join(import.meta.dirname, "earlier.json");
const signal = new AbortController().signal;

/** What of a state differs from one cluster and Harbor to the next. */
export interface Variables {
  readonly host: string;
  /** PEM of the CA that the registry document names. */
  readonly ca: string;
  /** The cluster's short name in robots' names. */
  readonly cluster: string;
}

interface Stored {
  /** Which commit left it so. */
  readonly commit: string;
  readonly objects: readonly (readonly [Resource, NewObject])[];
  readonly robots: readonly object[];
}

const variablesIn = (of: Variables): readonly (readonly [string, string])[] => [
  // As JSON holds it.
  [JSON.stringify(of.ca).slice(1, -1), "{{ca}}"],
  [of.host, "{{host}}"],
  [`.${of.cluster}.`, ".{{cluster}}."],
  [`cluster ${of.cluster}`, "cluster {{cluster}}"],
];

/** Keeps a state of earlier objects for clones that hold no earlier commit. */
export function writeStored(
  commit: string,
  objects: readonly (readonly [Resource, KubernetesObject])[],
  robots: readonly object[],
  variables: Variables,
): void {
  const kept = objects.map(([resource, object]) => [resource, plain(object)]);
  let text = JSON.stringify({ commit, objects: kept, robots }, undefined, 2);
  for (const [value, name] of variablesIn(variables)) text = text.replaceAll(value, name);
  writeFileSync(path, `${text}\n`);
}

/** Without what the server adds, and with a Secret's data as text. */
function plain(object: KubernetesObject): object {
  const { name, namespace, labels, annotations, finalizers } = object.metadata;
  const { metadata: _metadata, data, ...rest } = object as Secret;
  const stringData = Object.fromEntries(
    Object.entries(data ?? {}).map(([key, value]) => [key, Buffer.from(value, "base64").toString()]),
  );
  return {
    ...rest,
    metadata: { name, namespace, labels, annotations, finalizers },
    ...(data !== undefined && { stringData }),
  };
}

/**
 * Puts the kept state there.
 * @returns the commit that it was written by
 */
export async function restoreStored(
  client: KubernetesClient,
  store: Store,
  variables: Variables,
): Promise<string> {
  if (!existsSync(path)) throw new Error(`${path} is missing`);
  let text = readFileSync(path, "utf8");
  for (const [value, name] of variablesIn(variables)) text = text.replaceAll(name, value);
  const { commit, objects, robots } = JSON.parse(text) as Stored;
  for (const [resource, object] of objects) {
    const { status, ...rest } = object as NewObject & { readonly status?: unknown };
    const options = { signal, force: true, fieldManager: "moorline" };
    await client.apply(resource, rest, options);
    if (status === undefined) continue;
    const at = { name: object.metadata.name ?? "", namespace: object.metadata.namespace ?? "" };
    await client.patch(resource, at, "merge", { status }, { signal, subresource: "status" });
  }
  for (const robot of robots) store.insert("robots", robot as never);
  return commit;
}
