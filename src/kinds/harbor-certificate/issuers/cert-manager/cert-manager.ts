import type { Secret } from "../../../../clients/kubernetes/object.ts";
import { resources, type Resource } from "../../../../clients/kubernetes/resources.ts";
import { MoorlineError } from "../../../../model/errors.ts";
import type { World } from "../../../world.ts";
import type { CertificateContext } from "../../action.ts";
import { ownerAnnotation } from "../../contents.ts";
import { pairNames, type CertificateDocument, type Gathered } from "../../gathered.ts";
import type { IssuedPair } from "../../pair.ts";
import type { Issuer } from "../issuer.ts";
import { issueByCertManager } from "./follow.ts";
import {
  certificateName,
  certManagerResources,
  fieldManager,
  issuerName,
  secretNameOf,
  wantedIssuer,
  type WithConditions,
} from "./objects.ts";
import { observeCertManager, stateOf } from "./observe.ts";
import { certManagerFindings, planCertificate, planCertManagerRemoval, prepareIssuer } from "./plan.ts";
import type { CertManager } from "./schema.ts";
import { readPairOf, trustOf } from "./secrets.ts";

const { certificates, issuers } = certManagerResources;

/** cert-manager issues and renews; Moorline writes what it is to issue, follows it, and checks what comes. */
export const certManagerIssuer = (given: CertManager): Issuer => ({
  gather: (document, world, signal) => gather(given, document, world, signal),
  trust: (document, world, signal) => trustOf(given, document, world, signal),
  pair: (document, of, world, signal) => readPairOf(given, document, of, world, signal),
  observe: async (document, world, signal) => ({
    certManager: await observeCertManager(given, document, world, signal),
    store: `Secret/${given.namespace}/${secretNameOf(given, document, "server")}`,
  }),
  findings: certManagerFindings,
  prepare: prepareIssuer,
  runPreparation: async (action, context) => {
    if (action.type === "write-issuer") await writeIssuer(given, context);
    else if (action.type === "remove-certificate") await removeCertificate(given, action.of, context);
    else if (action.type === "remove-issuer")
      await removeOurs(issuers, given.namespace, issuerName(given, context.document), context);
  },
  planIssue: (document, observed, of, _now, after) => planCertificate(document, observed, of, after),
  issue: (of, context) => issueByCertManager(given, of, context),
  planRemoval: (_document, observed, after, because) => planCertManagerRemoval(observed, after, because),
});

async function gather(
  given: CertManager,
  document: CertificateDocument,
  world: World,
  signal: AbortSignal,
): Promise<Gathered> {
  const pairs = new Map<string, IssuedPair>();
  for (const of of pairNames(document.spec)) {
    const pair = await readPairOf(given, document, of, world, signal);
    if (pair !== undefined) pairs.set(of, pair);
  }
  const trust = await trustOf(given, document, world, signal);
  return { pairs, ...(trust !== undefined && { trust }) };
}

async function writeIssuer(
  given: CertManager,
  { document, world, signal }: CertificateContext,
): Promise<void> {
  const wanted = wantedIssuer(given, document);
  if (wanted === undefined) return;
  const client = await world.kubernetes();
  const at = { namespace: given.namespace, name: wanted.metadata.name };
  const found = await client.get<WithConditions>(issuers, at, signal);
  if (stateOf(found, wanted, document) === "foreign")
    throw new MoorlineError("CERTIFICATE_STORE_CHANGED", { subject: `Issuer/${at.namespace}/${at.name}` });
  const resourceVersion = found?.metadata.resourceVersion;
  await client.apply(issuers, wanted, {
    signal,
    fieldManager,
    force: true,
    ...(resourceVersion !== undefined && { resourceVersion }),
  });
}

/** The Certificate first: while it is there, cert-manager makes its Secret again. */
async function removeCertificate(given: CertManager, of: string, context: CertificateContext): Promise<void> {
  const { document, world, signal } = context;
  const name = certificateName(document, of);
  await removeOurs(certificates, given.namespace, name, context);
  const client = await world.kubernetes();
  const at = { namespace: given.namespace, name: secretNameOf(given, document, of) };
  const secret = await client.get<Secret>(resources.secrets, at, signal);
  if (secret?.metadata.annotations?.["cert-manager.io/certificate-name"] !== name) return;
  const { uid } = secret.metadata;
  await client.delete(resources.secrets, at, { signal, ...(uid !== undefined && { uid }) });
}

async function removeOurs(
  resource: Resource,
  namespace: string,
  name: string,
  { document, world, signal }: CertificateContext,
): Promise<void> {
  const client = await world.kubernetes();
  const found = await client.get(resource, { namespace, name }, signal);
  if (found?.metadata.annotations?.[ownerAnnotation] !== document.metadata.name) return;
  const { uid } = found.metadata;
  await client.delete(resource, { namespace, name }, { signal, ...(uid !== undefined && { uid }) });
}
