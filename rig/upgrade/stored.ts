import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { KubernetesClient } from "../../src/clients/kubernetes/client.ts";
import type { KubernetesObject, NewObject, Secret } from "../../src/clients/kubernetes/object.ts";
import type { Resource } from "../../src/clients/kubernetes/resources.ts";
import type { Tables } from "../../src/sandbox/harbor/records.ts";
import { hashSecret } from "../../src/sandbox/harbor/secrets.ts";
import type { Store } from "../../src/sandbox/harbor/store.ts";

const path = join(import.meta.dirname, "earlier.json");
const signal = new AbortController().signal;

/** What of a state differs from one cluster and Harbor to the next. */
interface Variables {
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
  readonly robots: readonly Tables["robots"][];
}

interface StoredObject extends NewObject {
  readonly status?: unknown;
  readonly stringData?: Readonly<Record<string, string>>;
}

const dockerConfig = ".dockerconfigjson";
interface DockerConfig {
  readonly auths: Readonly<Record<string, { readonly username: string; readonly password: string }>>;
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
  const harmless = robots.map((robot) => ({ ...robot, secret: "" }));
  let text = JSON.stringify({ commit, objects: kept, robots: harmless }, undefined, 2);
  for (const [value, name] of variablesIn(variables)) text = text.replaceAll(value, name);
  writeFileSync(path, `${text}\n`);
}

/** Without what the server adds, and with a Secret's data as text that holds no password. */
function plain(object: KubernetesObject): object {
  const { name, namespace, labels, annotations, finalizers } = object.metadata;
  const { metadata: _metadata, data, ...all } = object as Secret;
  // On a service account: the cluster's own tokens.
  const { secrets: _secrets, ...rest } = all as typeof all & { readonly secrets?: unknown };
  const decoded = Buffer.from(data?.[dockerConfig] ?? "", "base64").toString();
  return {
    ...rest,
    metadata: { name, namespace, labels, annotations, finalizers },
    ...(data !== undefined && { stringData: { [dockerConfig]: withPasswords(decoded, () => "") } }),
  };
}

/** docker's configuration with other passwords in it, everything else and its order as it was. */
function withPasswords(text: string, passwordOf: (username: string) => string): string {
  const config = JSON.parse(text) as DockerConfig;
  const auths = Object.entries(config.auths).map(([host, entry]) => {
    const password = passwordOf(entry.username);
    const auth = password && Buffer.from(`${entry.username}:${password}`).toString("base64");
    return [host, { ...entry, password, auth }] as const;
  });
  return JSON.stringify({ ...config, auths: Object.fromEntries(auths) });
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
  const passwords = new Map<string, string>();
  const newPassword = (username: string): string => {
    const password = `Aa1${randomBytes(16).toString("hex")}`;
    passwords.set(username, password);
    return password;
  };
  for (const [resource, object] of objects) {
    const { status, stringData, ...plainly } = object as StoredObject;
    const config = stringData?.[dockerConfig];
    const filled = config && { stringData: { [dockerConfig]: withPasswords(config, newPassword) } };
    const rest: NewObject = { ...plainly, ...filled };
    const options = { signal, force: true, fieldManager: "moorline" };
    await client.apply(resource, rest, options);
    if (status === undefined) continue;
    const at = { name: object.metadata.name ?? "", namespace: object.metadata.namespace ?? "" };
    await client.patch(resource, at, "merge", { status }, { signal, subresource: "status" });
  }
  for (const { id: _id, ...robot } of robots) {
    const password = passwords.get(`robot$${robot.name}`);
    if (password === undefined) throw new Error(`no Secret of ${path} holds ${robot.name}`);
    store.insert("robots", { ...robot, secret: hashSecret(password) });
  }
  return commit;
}
