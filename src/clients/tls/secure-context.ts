import { X509Certificate } from "node:crypto";
import { createSecureContext, getCACertificates, type SecureContext } from "node:tls";
import { MoorlineError } from "../../model/errors.ts";
import type { TlsOptions } from "../http/tls-options.ts";

const pemCertificate =
  /-----BEGIN (?:TRUSTED )?CERTIFICATE-----[\s\S]*?-----END (?:TRUSTED )?CERTIFICATE-----/g;

/**
 * Makes the OpenSSL context of an endpoint once, so that a bad bundle or pair is told before any connection.
 * @throws TLS_CA_UNREADABLE, TLS_CLIENT_PAIR_UNUSABLE
 */
export function secureContextOf(tls: TlsOptions, subject: string): SecureContext {
  return contextWith(tls.ca === undefined ? machineRoots() : checkedBundle(tls.ca, subject), tls, subject);
}

/** The same without any root: it trusts nobody, and adds nothing of its own to a chain that a server served. */
export function rootlessContextOf(tls: TlsOptions, subject: string): SecureContext {
  return contextWith([], tls, subject);
}

function contextWith(ca: string[], tls: TlsOptions, subject: string): SecureContext {
  const pair = tls.clientCertificate;
  try {
    return createSecureContext({
      ca,
      minVersion: tls.minimumVersion ?? "TLSv1.2",
      ...(pair && { cert: pair.certificate, key: pair.privateKey.reveal() }),
      ...(pair?.passphrase && { passphrase: pair.passphrase.reveal() }),
    });
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw new MoorlineError("TLS_CLIENT_PAIR_UNUSABLE", { subject, parameters: { reason }, cause: thrown });
  }
}

/** What curl and the container runtimes of this machine trust; Node's own list where the machine has none. */
function machineRoots(): string[] {
  const system = [...getCACertificates("system"), ...getCACertificates("extra")];
  return system.length > 0 ? system : getCACertificates("bundled");
}

/** OpenSSL takes a bundle without any certificate in silence, and then trusts nobody; so the bundle is read here. */
function checkedBundle(pem: string, subject: string): string[] {
  const blocks = pem.match(pemCertificate) ?? [];
  const unreadable = (reason: string, cause?: unknown) =>
    new MoorlineError("TLS_CA_UNREADABLE", { subject, parameters: { reason }, cause });
  if (blocks.length === 0) throw unreadable("no BEGIN CERTIFICATE block");
  for (const [index, block] of blocks.entries()) {
    try {
      void new X509Certificate(block);
    } catch (thrown) {
      throw unreadable(`certificate ${index + 1} of ${blocks.length} does not parse`, thrown);
    }
  }
  return blocks;
}
