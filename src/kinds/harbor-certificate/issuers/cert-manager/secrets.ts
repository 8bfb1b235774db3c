import type { Secret } from "../../../../clients/kubernetes/object.ts";
import { resources } from "../../../../clients/kubernetes/resources.ts";
import { MoorlineError } from "../../../../model/errors.ts";
import { Sensitive } from "../../../../model/sensitive.ts";
import { certificatePem, readCertificates } from "../../../../pki/certificate.ts";
import { publicRootOf } from "../../../../pki/public-roots.ts";
import { readSource } from "../../../shared/source.ts";
import type { World } from "../../../world.ts";
import { pairNames, type CertificateDocument } from "../../gathered.ts";
import { requirePair, type IssuedPair } from "../../pair.ts";
import { secretNameOf } from "./objects.ts";
import type { CertManager } from "./schema.ts";

async function dataOf(
  given: CertManager,
  document: CertificateDocument,
  of: string,
  world: World,
  signal: AbortSignal,
): Promise<(key: string) => string> {
  const at = { namespace: given.namespace, name: secretNameOf(given, document, of) };
  const secret = await (await world.kubernetes()).get<Secret>(resources.secrets, at, signal);
  return (key) => Buffer.from(secret?.data?.[key] ?? "", "base64").toString("utf8");
}

/**
 * The pair that cert-manager keeps in a Secret. One that is incomplete or damaged counts as missing: cert-manager sees that
 * itself and issues anew.
 */
export async function readPairOf(
  given: CertManager,
  document: CertificateDocument,
  of: string,
  world: World,
  signal: AbortSignal,
): Promise<IssuedPair | undefined> {
  const text = await dataOf(given, document, of, world, signal);
  if (text("tls.crt") === "" || text("tls.key") === "") return undefined;
  const subject = `Secret/${given.namespace}/${secretNameOf(given, document, of)}`;
  try {
    return requirePair(text("tls.crt"), new Sensitive(text("tls.key")), subject);
  } catch (thrown) {
    if (thrown instanceof MoorlineError && thrown.code.startsWith("PKI_")) return undefined;
    throw thrown;
  }
}

/** The CA that clients are to trust: the one that is named, the one beside the certificate, or the public one above it. */
export async function trustOf(
  given: CertManager,
  document: CertificateDocument,
  world: World,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (given.authority !== undefined) {
    const { text, subject } = await readSource(given.authority, document.source.directory, world);
    return readCertificates(text, subject).map(certificatePem).join("");
  }
  for (const of of pairNames(document.spec)) {
    const text = await dataOf(given, document, of, world, signal);
    // An issuer that signs itself is its own CA; cert-manager writes both.
    if (text("ca.crt").includes("BEGIN CERTIFICATE"))
      return readCertificates(text("ca.crt")).map(certificatePem).join("");
    const root = text("tls.crt") === "" ? undefined : publicRootOf(text("tls.crt"), world.clock.now());
    if (root !== undefined) return root;
  }
  return undefined;
}
