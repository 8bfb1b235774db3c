import type { KubernetesClient } from "../../clients/kubernetes/client.ts";
import type { Secret } from "../../clients/kubernetes/object.ts";
import { resources } from "../../clients/kubernetes/resources.ts";
import type { HarborCertificateSpec } from "../../kinds/harbor-certificate/schema.ts";
import { entries } from "../../kinds/harbor-certificate/store.ts";
import type { ClusterDocuments } from "./documents.ts";

/**
 * The revocation list of a HarborCertificate whose CA is kept in a Secret.
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
  const list = secret?.data?.[entries.crl];
  return list === undefined ? undefined : Buffer.from(list, "base64").toString("utf8");
}
