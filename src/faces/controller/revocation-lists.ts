import type { KubernetesClient } from "../../clients/kubernetes/client.ts";
import type { Secret } from "../../clients/kubernetes/object.ts";
import { resources } from "../../clients/kubernetes/resources.ts";
import type { HarborCertificateSpec } from "../../kinds/harbor-certificate/schema.ts";
import { entries } from "../../kinds/harbor-certificate/store.ts";
import type { ClusterDocuments } from "./documents.ts";

/** The current CA's list, that of the one before while it is trusted, and that of an intermediate's root. */
const lists = [entries.crl, entries.previousList, entries.rootList];

/**
 * The revocation lists of a HarborCertificate whose CA is kept in a Secret, the current CA's first.
 * @returns PEM, or undefined where there is no such document or no list
 */
export async function readRevocationList(
  certificate: string,
  documents: ClusterDocuments,
  client: KubernetesClient,
  signal: AbortSignal,
): Promise<string | undefined> {
  const name = `HarborCertificate/${certificate}`;
  const object = documents.object(name);
  const parsed = object && documents.parse(name, object);
  if (parsed === undefined || !("document" in parsed)) return undefined;
  const spec = parsed.document.spec as HarborCertificateSpec;
  const at = spec.issuer.ownAuthority?.secretRef;
  if (at === undefined || spec.crl === undefined) return undefined;
  const secret = await client.get<Secret>(resources.secrets, at, signal);
  if (secret?.data?.[entries.crl] === undefined) return undefined;
  return lists
    .flatMap((entry) => secret.data?.[entry] ?? [])
    .map((list) => Buffer.from(list, "base64").toString("utf8"))
    .join("\n");
}
