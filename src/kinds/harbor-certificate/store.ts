import { join, resolve } from "node:path/posix";
import type { KubernetesClient } from "../../clients/kubernetes/client.ts";
import type { Secret } from "../../clients/kubernetes/object.ts";
import { resources } from "../../clients/kubernetes/resources.ts";
import { isError, MoorlineError } from "../../model/errors.ts";
import { Sensitive } from "../../model/sensitive.ts";
import { revocationEntries } from "../../pki/revocation-record.ts";
import type { World } from "../world.ts";

/** Where a document says that its store is: exactly one of the two. */
export interface StorePlace {
  readonly directory?: string | undefined;
  readonly secretRef?: { readonly namespace: string; readonly name: string } | undefined;
}

/**
 * Where a CA keeps its key and what it has issued: a folder or a Secret, each entry one file or key.
 * An entry is written whole or not at all, readable by its owner alone.
 */
export interface Store {
  /** What messages call it. */
  readonly name: string;
  read(entry: string): Promise<Sensitive | undefined>;
  /** @param only `absent` makes it a conflict (CERTIFICATE_STORE_CHANGED) where the entry is there */
  write(entry: string, content: Sensitive, only?: "absent"): Promise<void>;
  remove(entry: string): Promise<void>;
  /** Names of all entries. */
  list(): Promise<readonly string[]>;
  /** Entries that others than their owner may read. */
  exposed(): Promise<readonly string[]>;
}

export const entries = {
  /** The CA's key and certificate in one, so that they change together. */
  authority: "ca.pem",
  /** A CA that was put there by hand, or by `moorline pki ca`. */
  certificate: "ca.crt",
  key: "ca.key",
  crl: "ca.crl",
  /** The highest number that a list has had, and what was revoked by command. */
  listNumber: revocationEntries.number,
  revoked: revocationEntries.record,
  /** What an intermediate's root is asked to certify, and the root's own list: its key is elsewhere. */
  request: "ca.csr",
  rootList: "root.crl",
  /**
   * A CA's successor while it only is trusted, and its predecessor while it still is, each with its key: the predecessor
   * must be able to revoke until nobody trusts it. And what a rollover may do.
   */
  next: "ca-next.pem",
  previous: "ca-previous.pem",
  /** The same without its key, as earlier versions left it. */
  previousCertificate: "ca-previous.crt",
  previousList: "ca-previous.crl",
  rollover: "ca.rotation.json",
  /** Which of a document's certificates are to be replaced. */
  rotation: (document: string): string => `${document}.rotation.json`,
  /** A CA may serve several documents. @param of `server` or a client */
  pair: (document: string, of: string): string => `${document}.${slotOf(of)}.pem`,
  /** Certificates that a pair's successors replaced. */
  replaced: (document: string, of: string): string => `${document}.${slotOf(of)}.replaced.json`,
} as const;

const slotOf = (of: string): string => (of === "server" ? "server" : `client-${of}`);

/** Which document's pair an entry is, the other way round; undefined for what is none. */
export function pairOfEntry(entry: string): { readonly document: string; readonly of: string } | undefined {
  const found = /^(?<document>.+?)\.(?:server|client-(?<client>.+))\.pem$/.exec(entry)?.groups;
  return found?.document === undefined
    ? undefined
    : { document: found.document, of: found.client ?? "server" };
}

/** Opens the place that a document names; nothing is read yet. */
export async function openStore(
  { directory, secretRef }: StorePlace,
  documentDirectory: string,
  world: World,
  signal: AbortSignal,
): Promise<Store> {
  if (secretRef !== undefined) return secretStore(await world.kubernetes(), secretRef, signal);
  return folderStore(world, resolve(documentDirectory, directory ?? ""));
}

function folderStore({ documentsHost: host }: World, folder: string): Store {
  const at = (entry: string): string => join(folder, entry);
  return {
    name: folder,
    read: async (entry) => {
      const file = await host.readFile(at(entry));
      return file === undefined ? undefined : new Sensitive(file.bytes.toString("utf8"));
    },
    write: async (entry, content, only) => {
      await host.makeDirectory(folder, 0o700);
      if (only === "absent" && (await host.stat(at(entry))) !== undefined) throw changed(folder);
      await host.writeFile(at(entry), content.reveal(), { mode: 0o600, keepOwner: true });
    },
    remove: (entry) => host.remove(at(entry)),
    list: async () => ((await host.list(folder)) ?? []).map((each) => each.name).toSorted(),
    exposed: async () => {
      const folderStat = await host.stat(folder);
      if (folderStat === undefined || (folderStat.mode & 0o077) === 0) return [];
      const keys = [entries.authority, entries.key, entries.next, entries.previous];
      const stats = await Promise.all(keys.map((entry) => host.stat(at(entry))));
      return keys.filter((_, i) => ((stats[i]?.mode ?? 0) & 0o077) !== 0);
    },
  };
}

function secretStore(
  client: KubernetesClient,
  at: { readonly namespace: string; readonly name: string },
  signal: AbortSignal,
): Store {
  const get = (): Promise<Secret | undefined> => client.get<Secret>(resources.secrets, at, signal);
  const patch = (found: Secret, data: Readonly<Record<string, string | null>>): Promise<unknown> =>
    client.patch(
      resources.secrets,
      at,
      "merge",
      { metadata: { resourceVersion: found.metadata.resourceVersion }, data },
      { signal },
    );
  return {
    name: `Secret/${at.namespace}/${at.name}`,
    read: async (entry) => {
      const value = (await get())?.data?.[entry];
      return value === undefined ? undefined : new Sensitive(Buffer.from(value, "base64").toString("utf8"));
    },
    write: async (entry, content, only) => {
      const data = { [entry]: Buffer.from(content.reveal()).toString("base64") };
      const found = await get();
      if (only === "absent" && found?.data?.[entry] !== undefined)
        throw changed(`Secret/${at.namespace}/${at.name}`);
      if (found !== undefined) await patch(found, data);
      else await createSecret(client, at, data, signal);
    },
    remove: async (entry) => {
      const found = await get();
      if (found?.data?.[entry] !== undefined) await patch(found, { [entry]: null });
    },
    list: async () => Object.keys((await get())?.data ?? {}).toSorted(),
    exposed: () => Promise.resolve([]),
  };
}

async function createSecret(
  client: KubernetesClient,
  at: { readonly namespace: string; readonly name: string },
  data: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<void> {
  const labels = { "app.kubernetes.io/managed-by": "moorline" };
  const secret = { apiVersion: "v1", kind: "Secret", metadata: { ...at, labels }, type: "Opaque", data };
  try {
    await client.create(resources.secrets, secret, { signal });
  } catch (thrown) {
    if (!isError(thrown, "KUBERNETES_ALREADY_EXISTS")) throw thrown;
    // Somebody was faster: look again before anything is written over what they made.
    throw changed(`Secret/${at.namespace}/${at.name}`);
  }
}

const changed = (subject: string): MoorlineError =>
  new MoorlineError("CERTIFICATE_STORE_CHANGED", { subject });
