import { z } from "zod";
import { isError } from "../../../../model/errors.ts";
import { Sensitive } from "../../../../model/sensitive.ts";
import { importPrivateKey, type KeyPair } from "../../../../pki/key.ts";
import type { Store } from "../../store.ts";

/** Entries of the store that ACME needs besides the pairs. */
export const acmeEntries = {
  account: "acme-account.pem",
  /** The order under way of a document, with the key that its request is made of. */
  order: (document: string): string => `${document}.acme-order.json`,
} as const;

/** What an order is for; another of these is another order. */
export interface OrderPurpose {
  readonly server: string;
  readonly names: string;
  readonly keyType: string;
}

export interface KeptOrder {
  readonly url: string;
  readonly key: KeyPair;
  readonly keyPem: Sensitive;
}

const keptSchema = z.object({
  server: z.string(),
  names: z.string(),
  keyType: z.string(),
  url: z.url(),
  privateKey: z.string(),
});

/**
 * Keeps an order before anything is done for it, together with its key: after a power cut the same order is taken up, and
 * a certificate that the server issued meanwhile is of use.
 */
export async function keepOrder(
  store: Store,
  document: string,
  purpose: OrderPurpose,
  url: string,
  keyPem: Sensitive,
): Promise<void> {
  const text = JSON.stringify({ ...purpose, url, privateKey: keyPem.reveal() });
  await store.write(acmeEntries.order(document), new Sensitive(text));
}

/** The order that an earlier run left behind for that purpose. What is damaged counts as none: an order can be placed anew. */
export async function keptOrder(
  store: Store,
  document: string,
  purpose: OrderPurpose,
): Promise<KeptOrder | undefined> {
  const entry = acmeEntries.order(document);
  const text = (await store.read(entry))?.reveal();
  const parsed = keptSchema.safeParse(text === undefined ? undefined : fromJson(text));
  if (!parsed.success) return undefined;
  const { server, names, keyType, url, privateKey } = parsed.data;
  if (server !== purpose.server || names !== purpose.names || keyType !== purpose.keyType) return undefined;
  const keyPem = new Sensitive(privateKey);
  try {
    return { url, keyPem, key: await importPrivateKey(keyPem, undefined, `${store.name}: ${entry}`) };
  } catch (thrown) {
    if (isError(thrown, "PKI_NOT_PEM", "PKI_KEY_MISSING", "PKI_KEY_UNREADABLE", "PKI_KEY_UNSUPPORTED"))
      return undefined;
    throw thrown;
  }
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Damaged: the same as none.
    return undefined;
  }
}

/** A store in which an order ends with the pair that came of it: once that is kept, or taken away. */
export function endingOrders(store: Store, document: string, isPair: (entry: string) => boolean): Store {
  const end = (entry: string): Promise<void> =>
    isPair(entry) ? store.remove(acmeEntries.order(document)) : Promise.resolve();
  return {
    name: store.name,
    read: (entry) => store.read(entry),
    list: () => store.list(),
    write: async (entry, content, only) => {
      await store.write(entry, content, only);
      await end(entry);
    },
    remove: async (entry) => {
      await store.remove(entry);
      await end(entry);
    },
    exposed: () => store.exposed(),
  };
}
