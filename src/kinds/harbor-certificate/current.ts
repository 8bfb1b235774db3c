import { resources } from "../../clients/kubernetes/resources.ts";
import type { Secret } from "../../clients/kubernetes/object.ts";
import { nameOfReference, type Document } from "../../model/document.ts";
import { MoorlineError } from "../../model/errors.ts";
import { Sensitive } from "../../model/sensitive.ts";
import type { World } from "../world.ts";
import { issuerOf } from "./issuers/catalogue.ts";
import { requirePair, type IssuedPair } from "./pair.ts";
import { harborCertificateSchema, type HarborCertificateSpec } from "./schema.ts";

type CertificateDocument = Document<HarborCertificateSpec>;

function find(name: string, world: World): CertificateDocument {
  const reference = { kind: harborCertificateSchema.kind, name };
  const found = world.documents.find(reference);
  if (found === undefined)
    throw new MoorlineError("DOCUMENT_REFERENCE_MISSING", {
      subject: nameOfReference(reference),
      parameters: { reference: nameOfReference(reference) },
    });
  // Documents of a kind were parsed by that kind's schema.
  return found as CertificateDocument;
}

/**
 * The CA of a HarborCertificate document, wherever it can be read from here: where the CA is kept, or where its
 * certificate was delivered to. A node has the delivered copy at most.
 * @throws CERTIFICATE_NOT_ISSUED_YET
 */
export async function resolveCertificateAuthority(
  name: string,
  world: World,
  signal: AbortSignal,
): Promise<string> {
  const document = find(name, world);
  const { deliver } = document.spec;
  const kept = await issuerOf(document.spec).trust(document, world, signal);
  if (kept !== undefined) return kept;
  for (const { ca } of deliver.files) {
    const file = ca === undefined ? undefined : await world.host.readFile(ca);
    if (file !== undefined) return file.bytes.toString("utf8");
  }
  for (const secret of deliver.secrets) {
    const value = (await readSecret(secret, world, signal))?.["ca.crt"];
    if (value !== undefined) return value;
  }
  throw notYet(document);
}

/**
 * A client certificate that a HarborCertificate document issued.
 * @throws CERTIFICATE_NOT_ISSUED_YET, PKI_KEY_MISMATCH
 */
export async function resolveIssuedClient(
  name: string,
  client: string,
  world: World,
  signal: AbortSignal,
): Promise<IssuedPair> {
  const document = find(name, world);
  const { deliver } = document.spec;
  const subject = `${nameOfReference({ kind: document.kind, name })} (${client})`;
  const kept = await issuerOf(document.spec).pair(document, client, world, signal);
  if (kept !== undefined) return kept;
  for (const file of deliver.files.filter((f) => f.of === client)) {
    if (file.certificate === undefined || file.privateKey === undefined) continue;
    const [certificate, key] = await Promise.all([
      world.host.readFile(file.certificate),
      world.host.readFile(file.privateKey),
    ]);
    if (certificate !== undefined && key !== undefined)
      return requirePair(
        certificate.bytes.toString("utf8"),
        new Sensitive(key.bytes.toString("utf8")),
        subject,
      );
  }
  for (const secret of deliver.secrets.filter((s) => s.of === client)) {
    const data = await readSecret(secret, world, signal);
    const [certificate, key] = [data?.["tls.crt"], data?.["tls.key"]];
    if (certificate !== undefined && key !== undefined)
      return requirePair(certificate, new Sensitive(key), subject);
  }
  throw notYet(document);
}

async function readSecret(
  { namespace, name }: { readonly namespace: string; readonly name: string },
  world: World,
  signal: AbortSignal,
): Promise<Readonly<Record<string, string>> | undefined> {
  const client = await world.kubernetes();
  const secret = await client.get<Secret>(resources.secrets, { namespace, name }, signal);
  if (secret === undefined) return undefined;
  const decode = ([key, value]: [string, string]): [string, string] => [
    key,
    Buffer.from(value, "base64").toString("utf8"),
  ];
  return Object.fromEntries(Object.entries(secret.data ?? {}).map(decode));
}

const notYet = (document: Document): MoorlineError =>
  new MoorlineError("CERTIFICATE_NOT_ISSUED_YET", { subject: document.metadata.name });
