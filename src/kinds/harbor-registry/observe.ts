import type { HarborClient } from "../../clients/harbor/client.ts";
import type { Identity } from "../../clients/harbor/system.ts";
import { probeTls, type TlsObservation } from "../../clients/tls/probe.ts";
import type { Document } from "../../model/document.ts";
import { isError } from "../../model/errors.ts";
import { readCertificates } from "../../pki/certificate.ts";
import type { World } from "../world.ts";
import { connectHarbor, type ConnectedHarbor } from "./connect.ts";
import { observeKubesphere } from "./kubesphere.ts";
import { observeRobot } from "./platform-robot.ts";
import { caMountOf, digestOf } from "./kubesphere-trust.ts";
import type { ObservedRegistry } from "./observed.ts";
import type { HarborRegistrySpec } from "./schema.ts";

/** What Harbor's installer sets until somebody changes it. */
const shippedPassword = "Harbor12345";

/**
 * Reads what a registry is.
 * @throws what makes all else pointless: NETWORK_*, TLS_*, HARBOR_CREDENTIAL_REFUSED, HARBOR_TOO_OLD, CREDENTIAL_*
 */
export async function observe(
  document: Document<HarborRegistrySpec>,
  world: World,
  signal: AbortSignal,
): Promise<ObservedRegistry> {
  const connected = await connectHarbor(document, world, signal);
  const { harbor, caPem, credential, url } = connected;
  // First, because Harbor answers anybody else's questions to a wrong credential as if it were nobody's.
  const identity = await harbor.system.currentUser(signal);
  const version = await harbor.system.version(signal);
  const [info, health, handshake, lacks, robot] = await Promise.all([
    harbor.system.systemInfo(signal),
    harbor.system.health(signal),
    shakeHands(connected, signal),
    missingRights(harbor, identity, signal),
    identity.kind === "robot" ? observeRobot(harbor, identity.username, signal) : undefined,
  ]);
  const mount = caMountOf(document.metadata.name, document.spec);
  const kubesphere = await observeKubesphere(mount, world, signal);
  return {
    url,
    version: version.text,
    username: credential.username,
    identity: identityOf(identity),
    ...(robot !== undefined && { robot }),
    lacks,
    defaultPassword: credential.password.reveal() === shippedPassword,
    unhealthy: health.components
      .filter((c) => c.status !== "healthy")
      .map((c) => ({ component: c.name, status: c.status })),
    readOnly: info.read_only ?? false,
    ...(info.external_url !== undefined && { externalUrl: info.external_url }),
    ...(handshake.notAfter !== undefined && { certificateNotAfter: handshake.notAfter.toISOString() }),
    wantsClientCertificates: await wantsClientCertificates(connected, signal),
    ...(caPem !== undefined && { caDigest: digestOf(caPem), caNotAfter: firstEnd(caPem) }),
    ...(kubesphere !== undefined && { kubesphere }),
  };
}

function firstEnd(pem: string): string {
  const ends = readCertificates(pem).map((c) => c.notAfter.getTime());
  return new Date(Math.min(...ends)).toISOString();
}

/** A handshake as the document asks for it. */
export function shakeHands({ url, tls }: ConnectedHarbor, signal: AbortSignal): Promise<TlsObservation> {
  const { hostname, port } = new URL(url);
  return probeTls({ host: hostname.replaceAll(/[[\]]/g, ""), port: Number(port || 443), tls, signal });
}

/** Whether a client without a certificate is turned away; asked only where we have one to leave out. */
async function wantsClientCertificates(connected: ConnectedHarbor, signal: AbortSignal): Promise<boolean> {
  const { clientCertificate, ...without } = connected.tls;
  if (clientCertificate === undefined) return false;
  return (await shakeHands({ ...connected, tls: without }, signal)).client === "required";
}

function identityOf(identity: Identity): ObservedRegistry["identity"] {
  if (identity.kind === "robot") return "robot";
  return identity.kind === "user" && identity.systemAdministrator ? "administrator" : "user";
}

/** Tries what Moorline needs on the first project that the account sees; Harbor tells rights in no other way to robots. */
async function missingRights(
  harbor: HarborClient,
  identity: Identity,
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (identityOf(identity) === "administrator") return [];
  const [project] = await Array.fromAsync(firstOf(harbor.projects.list(signal)));
  if (project === undefined) return [];
  const tried = await Promise.all([
    allowed("robot:list", harbor.robots.listOfProject(project.project_id, signal)),
    allowed("quota:list", harbor.quotas.getByProject(project.project_id, signal)),
  ]);
  return tried.flatMap((right) => right ?? []);
}

async function* firstOf<T>(items: AsyncIterable<T>): AsyncGenerator<T> {
  for await (const item of items) {
    yield item;
    return;
  }
}

/** @returns the right's name where Harbor refused it */
async function allowed(right: string, work: Promise<unknown>): Promise<string | undefined> {
  try {
    await work;
    return undefined;
  } catch (thrown) {
    if (isError(thrown, "HARBOR_FORBIDDEN")) return right;
    throw thrown;
  }
}
