import type { KubernetesClient } from "../../../../clients/kubernetes/client.ts";
import { isError, MoorlineError } from "../../../../model/errors.ts";
import type { CertificateContext } from "../../action.ts";
import type { IssuedPair } from "../../pair.ts";
import { requireUsable } from "../../usable.ts";
import {
  certManagerResources,
  certificateName,
  fieldManager,
  wantedCertificate,
  type WithConditions,
} from "./objects.ts";
import { isReady, stateOf } from "./observe.ts";
import { readPairOf, trustOf } from "./secrets.ts";
import { refusalOf, waitOf } from "./refusal.ts";
import type { CertManager } from "./schema.ts";

const { certificates } = certManagerResources;

/** ACME by DNS-01 takes minutes; a step has five of them. */
const looks = 130;
const pauseMs = 2000;

/**
 * Asks cert-manager for a certificate and waits until its Secret holds one that is of use.
 * @throws CERT_MANAGER_ISSUE_FAILED where it failed, CERT_MANAGER_NOT_READY where it takes longer, CERTIFICATE_STORE_CHANGED
 */
export async function issueByCertManager(
  given: CertManager,
  of: string,
  context: CertificateContext,
): Promise<IssuedPair> {
  const { document, world, signal } = context;
  const client = await world.kubernetes();
  const name = certificateName(document, of);
  const at = { namespace: given.namespace, name };
  const subject = `Certificate/${given.namespace}/${name}`;
  const wanted = wantedCertificate(given, document, of);
  const before = await client.get<WithConditions>(certificates, at, signal);
  const state = stateOf(before, wanted, document);
  if (state === "foreign") throw new MoorlineError("CERTIFICATE_STORE_CHANGED", { subject });
  if (state !== "same") {
    const resourceVersion = before?.metadata.resourceVersion;
    await client.apply(certificates, wanted, {
      signal,
      fieldManager,
      force: true,
      ...(resourceVersion !== undefined && { resourceVersion }),
    });
  }
  // A failure that was there before an edit speaks of what was asked for then.
  const stale = state === "same" ? undefined : before?.status?.lastFailureTime;
  for (let look = 1; look <= looks; look++) {
    const found = await client.get<WithConditions>(certificates, at, signal);
    const pair = isReady(found) ? await usable(given, of, context) : undefined;
    if (pair !== undefined) return pair;
    if (found !== undefined && found.status?.lastFailureTime !== stale)
      await refuse(client, found, subject, signal);
    await world.clock.sleep(pauseMs, signal);
  }
  const found = await client.get<WithConditions>(certificates, at, signal);
  const reason = found === undefined ? "-" : await waitOf(client, found, signal);
  throw new MoorlineError("CERT_MANAGER_NOT_READY", { subject, parameters: { reason } });
}

async function refuse(
  client: KubernetesClient,
  found: WithConditions,
  subject: string,
  signal: AbortSignal,
): Promise<void> {
  const reason = await refusalOf(client, found, signal);
  if (reason !== undefined)
    throw new MoorlineError("CERT_MANAGER_ISSUE_FAILED", { subject, parameters: { reason } });
}

/** The Secret is written before the conditions are set, but read from another moment: it must hold what fits. */
async function usable(
  given: CertManager,
  of: string,
  { document, world, signal }: CertificateContext,
): Promise<IssuedPair | undefined> {
  const pair = await readPairOf(given, document, of, world, signal);
  if (pair === undefined) return undefined;
  const trust = await trustOf(given, document, world, signal);
  try {
    if (trust !== undefined) requireUsable(document, of, pair, trust, world.clock.now());
    return pair;
  } catch (thrown) {
    if (isError(thrown, "CERTIFICATE_NOT_USABLE")) return undefined;
    throw thrown;
  }
}
