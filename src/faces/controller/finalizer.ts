import { isError } from "../../model/errors.ts";
import { fieldManager, resourceNamed, type DocumentObject } from "./documents.ts";
import type { ShiftOptions } from "./options.ts";

/** Holds a document in the cluster until what it made is taken away. */
const finalizer = "moorline.io/removal";

export const isHeld = ({ metadata }: DocumentObject): boolean =>
  metadata.finalizers?.includes(finalizer) === true;

/** Puts the finalizer on a document. */
export async function hold(kind: string, object: DocumentObject, options: ShiftOptions): Promise<void> {
  if (!isHeld(object)) await set(kind, object, [...(object.metadata.finalizers ?? []), finalizer], options);
}

/** Takes it off: with the last finalizer the document goes. */
export const release = (kind: string, object: DocumentObject, options: ShiftOptions): Promise<void> =>
  set(
    kind,
    object,
    (object.metadata.finalizers ?? []).filter((f) => f !== finalizer),
    options,
  );

async function set(
  kind: string,
  object: DocumentObject,
  finalizers: readonly string[],
  { sight, term, kinds }: ShiftOptions,
): Promise<void> {
  const { name = "" } = object.metadata;
  const fresh = sight.documents.object(`${kind}/${name}`) ?? object;
  const body = { metadata: { resourceVersion: fresh.metadata.resourceVersion, finalizers } };
  try {
    await sight.client.patch(resourceNamed(kinds, kind), { name }, "merge", body, {
      signal: term.lost,
      fieldManager,
    });
  } catch (thrown) {
    if (!isError(thrown, "KUBERNETES_NOT_FOUND")) throw thrown;
  }
}
