import { MoorlineError } from "../../../../model/errors.ts";
import type { World } from "../../../world.ts";
import type { CertificateDocument } from "../../gathered.ts";
import { certManagerResources, certificateName, conditionOf, type WithConditions } from "./objects.ts";
import type { CertManager } from "./schema.ts";

const { certificates } = certManagerResources;

/**
 * Asks cert-manager to issue a certificate anew now, whether it is due or not, as `cmctl renew` does: by the condition
 * `Issuing`. The Secret keeps the old pair until the new one is there.
 * @param of `server`, or the name of a client
 * @returns the revision that the certificate has now; a higher one tells that the new one is there
 * @throws CERTIFICATE_NOT_ISSUED_YET where there is no Certificate, KUBERNETES_CONFLICT where cert-manager was faster
 */
export async function askForRenewal(
  given: CertManager,
  document: CertificateDocument,
  of: string,
  world: World,
  signal: AbortSignal,
): Promise<number> {
  const client = await world.kubernetes();
  const at = { namespace: given.namespace, name: certificateName(document, of) };
  const found = await client.get<WithConditions>(certificates, at, signal);
  if (found === undefined)
    throw new MoorlineError("CERTIFICATE_NOT_ISSUED_YET", { subject: document.metadata.name });
  const revision = found.status?.revision ?? 0;
  if (conditionOf(found, "Issuing")?.status === "True") return revision;
  const others = found.status?.conditions?.filter((c) => c.type !== "Issuing") ?? [];
  const condition = {
    type: "Issuing",
    status: "True",
    reason: "ManuallyTriggered",
    message: "Certificate re-issuance manually triggered",
    lastTransitionTime: world.clock
      .now()
      .toISOString()
      .replace(/\.\d+Z$/, "Z"),
    observedGeneration: found.metadata.generation ?? 0,
  };
  // With its version: the list of conditions is written as one, and cert-manager writes it too.
  const metadata = { resourceVersion: found.metadata.resourceVersion };
  const body = { metadata, status: { conditions: [...others, condition] } };
  await client.patch(certificates, at, "merge", body, { signal, subresource: "status" });
  return revision;
}
