import type { KubernetesClient } from "../../../../clients/kubernetes/client.ts";
import { isError } from "../../../../model/errors.ts";
import { ownerAnnotation } from "../../contents.ts";
import { pairNames, type CertificateDocument } from "../../gathered.ts";
import type { CopyState, ObservedCertManager } from "../../observed.ts";
import type { World } from "../../../world.ts";
import {
  certManagerResources,
  conditionOf,
  covers,
  issuerName,
  wantedCertificate,
  wantedIssuer,
  type WithConditions,
} from "./objects.ts";
import { refusalOf } from "./refusal.ts";
import type { CertManager } from "./schema.ts";

const { certificates, issuers, clusterIssuers } = certManagerResources;

/** Reads cert-manager's objects of a document, and how far it is with them. */
export async function observeCertManager(
  given: CertManager,
  document: CertificateDocument,
  world: World,
  signal: AbortSignal,
): Promise<ObservedCertManager> {
  const client = await world.kubernetes();
  if (!(await client.serves(certificates, signal))) return { isInstalled: false, certificates: {} };
  const issuer = await observeIssuer(client, given, document, signal);
  const found = await Promise.all(
    pairNames(document.spec).map(
      async (of) => [of, await observeCertificate(client, given, document, of, signal)] as const,
    ),
  );
  return {
    isInstalled: true,
    ...(issuer !== undefined && { issuer }),
    certificates: Object.fromEntries(found),
  };
}

export function stateOf(
  found: WithConditions | undefined,
  wanted: { readonly spec: unknown },
  document: CertificateDocument,
): CopyState {
  if (found === undefined) return "absent";
  if (found.metadata.annotations?.[ownerAnnotation] !== document.metadata.name) return "foreign";
  return covers(found.spec, wanted.spec) ? "same" : "differs";
}

async function observeCertificate(
  client: KubernetesClient,
  given: CertManager,
  document: CertificateDocument,
  of: string,
  signal: AbortSignal,
): Promise<ObservedCertManager["certificates"][string]> {
  const wanted = wantedCertificate(given, document, of);
  const { namespace } = given;
  const { name } = wanted.metadata;
  const found = await client.get<WithConditions>(certificates, { namespace, name }, signal);
  const refused = found && (await refusalOf(client, found, signal));
  const issuer = found?.spec?.["issuerRef"];
  return {
    at: `${namespace}/${name}`,
    state: stateOf(found, wanted, document),
    isReady: isReady(found),
    isOfOtherIssuer: issuer !== undefined && !covers(issuer, wanted.spec["issuerRef"]),
    ...(refused !== undefined && { refused }),
  };
}

/** Ready for this very spec, and nothing under way. */
export function isReady(certificate: WithConditions | undefined): boolean {
  const ready = conditionOf(certificate, "Ready");
  const generation = certificate?.metadata.generation ?? 0;
  return (
    ready?.status === "True" &&
    (ready.observedGeneration ?? generation) >= generation &&
    conditionOf(certificate, "Issuing")?.status !== "True"
  );
}

/** Of an issuer of another group nothing is known but its name. */
async function observeIssuer(
  client: KubernetesClient,
  given: CertManager,
  document: CertificateDocument,
  signal: AbortSignal,
): Promise<ObservedCertManager["issuer"]> {
  const { issuerRef, namespace } = given;
  const name = issuerName(given, document);
  if (issuerRef !== undefined && issuerRef.group !== certificates.group) return undefined;
  const isCluster = issuerRef?.kind === "ClusterIssuer";
  try {
    const found = isCluster
      ? await client.get<WithConditions>(clusterIssuers, { name }, signal)
      : await client.get<WithConditions>(issuers, { namespace, name }, signal);
    const wanted = wantedIssuer(given, document);
    const ready = conditionOf(found, "Ready");
    return {
      at: isCluster ? `ClusterIssuer/${name}` : `Issuer/${namespace}/${name}`,
      state: wanted === undefined ? ((found && "same") ?? "absent") : stateOf(found, wanted, document),
      isOurs: wanted !== undefined,
      isReady: ready?.status === "True",
      message: ready?.message ?? "",
    };
  } catch (thrown) {
    // Whoever may write Certificates need not be allowed to read cluster-wide issuers.
    if (isError(thrown, "KUBERNETES_FORBIDDEN")) return undefined;
    throw thrown;
  }
}
