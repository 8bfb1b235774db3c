import { createPublicKey } from "node:crypto";
import type { Secret } from "../../../clients/kubernetes/object.ts";
import { resources } from "../../../clients/kubernetes/resources.ts";
import { MoorlineError } from "../../../model/errors.ts";
import { describeFinding, finding } from "../../../model/finding.ts";
import { Sensitive } from "../../../model/sensitive.ts";
import { certificatePem, readCertificates } from "../../../pki/certificate.ts";
import { readPrivateKey } from "../../../pki/key.ts";
import { readSource } from "../../shared/source.ts";
import type { World } from "../../world.ts";
import type { CertificateDocument, Gathered } from "../gathered.ts";
import { requirePair } from "../pair.ts";
import { readPassphrase } from "../passphrase.ts";
import type { Provided } from "../schema-issuer.ts";
import { requireUsable } from "../usable.ts";
import type { Issuer } from "./issuer.ts";

/** A certificate that somebody else issued. */
export const providedIssuer = (provided: Provided): Issuer => ({
  gather: (document, world, signal) => gatherProvided(provided, document, world, signal),
  trust: async ({ source }, world, signal) =>
    provided.files === undefined
      ? (await readSecretOf(provided, world, signal))?.["ca.crt"]
      : (await readSource(provided.files.authority, source.directory, world)).text,
  pair: () => Promise.resolve(undefined),
});

async function readSecretOf(
  { secretRef }: Provided,
  world: World,
  signal: AbortSignal,
): Promise<Readonly<Record<string, string>> | undefined> {
  if (secretRef === undefined) return undefined;
  const client = await world.kubernetes();
  const secret = await client.get<Secret>(resources.secrets, secretRef, signal);
  if (secret === undefined) return undefined;
  const decoded = ([key, value]: [string, string]): [string, string] => [
    key,
    Buffer.from(value, "base64").toString("utf8"),
  ];
  return Object.fromEntries(Object.entries(secret.data ?? {}).map(decoded));
}

async function gatherProvided(
  provided: Provided,
  document: CertificateDocument,
  world: World,
  signal: AbortSignal,
): Promise<Gathered> {
  const { certificate, key, authority, subject } = await readProvided(provided, document, world, signal);
  const passphrase = provided.passphrase && (await readPassphrase(provided.passphrase, document, world));
  requireLeafFirst(certificate, key, passphrase, subject);
  const pair = requirePair(certificate, key, subject, passphrase);
  const trust = readCertificates(authority, subject).map(certificatePem).join("");
  requireUsable(document, "server", pair, trust, world.clock.now());
  return { pairs: new Map([["server", pair]]), trust };
}

/**
 * A chain in the wrong order looks like a wrong key to whoever compares the first certificate alone.
 * @throws CERTIFICATE_NOT_USABLE
 */
function requireLeafFirst(
  certificate: string,
  key: Sensitive,
  passphrase: Sensitive | undefined,
  subject: string,
): void {
  const chain = readCertificates(certificate, subject);
  const own = createPublicKey(readPrivateKey(key, passphrase, subject));
  const leaf = chain.find((c) => own.equals(c.publicKey));
  if (leaf === undefined || leaf === chain[0]) return;
  const order = chain.map((c) => c.subject.text).join(" → ");
  const found = finding("CERTIFICATE_CHAIN_WRONG_ORDER", leaf.subject.text, { order });
  const reason = { en: describeFinding(found, "en"), zh: describeFinding(found, "zh-CN") };
  throw new MoorlineError("CERTIFICATE_NOT_USABLE", { subject, parameters: { reason } });
}

async function readProvided(
  { files, secretRef }: Provided,
  document: CertificateDocument,
  world: World,
  signal: AbortSignal,
): Promise<{ certificate: string; key: Sensitive; authority: string; subject: string }> {
  if (files !== undefined) {
    const { directory } = document.source;
    const [certificate, key, authority] = await Promise.all([
      readSource(files.certificate, directory, world),
      readSource(files.privateKey, directory, world),
      readSource(files.authority, directory, world),
    ]);
    return {
      certificate: certificate.text,
      key: new Sensitive(key.text),
      authority: authority.text,
      subject: certificate.subject,
    };
  }
  const at = secretRef as NonNullable<Provided["secretRef"]>;
  const subject = `Secret/${at.namespace}/${at.name}`;
  const data = await readSecretOf({ secretRef: at }, world, signal);
  const value = (key: string): string => {
    const text = data?.[key];
    if (text === undefined)
      throw new MoorlineError("TRUST_SOURCE_MISSING", { subject: `${subject} (${key})` });
    return text;
  };
  return {
    certificate: value("tls.crt"),
    key: new Sensitive(value("tls.key")),
    authority: value("ca.crt"),
    subject,
  };
}
