import "reflect-metadata";
import { randomBytes, webcrypto } from "node:crypto";
import { join } from "node:path";
import * as x509 from "@peculiar/x509";
import { readIfPresent, writeAtomically } from "./files.ts";

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const day = 86_400_000;

/** What a certificate of the rig says. Unlike the product's, it may be wrong on purpose: expired, or without a SAN. */
export interface CertificateRequest {
  readonly commonName: string;
  readonly organization?: string;
  readonly usage: "authority" | "server" | "client";
  readonly dns?: readonly string[];
  readonly addresses?: readonly string[];
  /** Days from now; negative for one that has expired. 30 unless told. */
  readonly days?: number;
}

/** Where a certificate and its key are. */
export interface CertificateFiles {
  readonly certificate: string;
  readonly key: string;
}

/**
 * The files of a certificate, which is made unless it is there, was made for the same request, by the authority as it now
 * is, and lasts another day (an expired one on purpose excepted).
 */
export async function ensureCertificate(
  folder: string,
  name: string,
  request: CertificateRequest,
  authority?: CertificateFiles,
): Promise<CertificateFiles> {
  const files = { certificate: join(folder, `${name}.crt`), key: join(folder, `${name}.key`) };
  const madeFor = `${JSON.stringify(request)}\n${authority === undefined ? "" : await readIfPresent(authority.certificate)}`;
  const current = await readIfPresent(files.certificate);
  const same = (await readIfPresent(`${files.certificate}.request`)) === madeFor;
  const wanted = current !== undefined && same && ((request.days ?? 30) < 0 || lasts(current));
  if (wanted) return files;
  const made = await issue(request, authority);
  await writeAtomically(files.key, made.key, 0o600);
  await writeAtomically(files.certificate, made.certificate);
  await writeAtomically(`${files.certificate}.request`, madeFor);
  return files;
}

function lasts(pem: string): boolean {
  return new x509.X509Certificate(pem).notAfter.getTime() > Date.now() + day;
}

async function issue(
  request: CertificateRequest,
  authority?: CertificateFiles,
): Promise<{ certificate: string; key: string }> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const notAfter = Date.now() + (request.days ?? 30) * day;
  const subject = [
    { CN: [request.commonName] },
    ...(request.organization === undefined ? [] : [{ O: [request.organization] }]),
  ];
  const signer = authority === undefined ? undefined : await load(authority);
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: `01${randomBytes(15).toString("hex")}`,
    subject,
    issuer: signer?.certificate.subject ?? new x509.Name(subject).toString(),
    notBefore: new Date(Math.min(Date.now(), notAfter) - day),
    notAfter: new Date(notAfter),
    signingAlgorithm: algorithm,
    publicKey: keys.publicKey,
    signingKey: signer?.key ?? keys.privateKey,
    extensions: extensions(request),
  });
  const exported = await webcrypto.subtle.exportKey("pkcs8", keys.privateKey);
  return {
    certificate: `${certificate.toString("pem")}\n`,
    key: `${x509.PemConverter.encode(exported, "PRIVATE KEY")}\n`,
  };
}

function extensions(request: CertificateRequest): x509.Extension[] {
  const usages = x509.KeyUsageFlags;
  if (request.usage === "authority") {
    return [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(usages.keyCertSign | usages.cRLSign, true),
    ];
  }
  const names: x509.JsonGeneralNames = [
    ...(request.dns ?? []).map((value) => ({ type: "dns" as const, value })),
    ...(request.addresses ?? []).map((value) => ({ type: "ip" as const, value })),
  ];
  return [
    new x509.BasicConstraintsExtension(false, undefined, true),
    new x509.KeyUsagesExtension(usages.digitalSignature, true),
    new x509.ExtendedKeyUsageExtension([
      x509.ExtendedKeyUsage[request.usage === "server" ? "serverAuth" : "clientAuth"],
    ]),
    ...(names.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(names)]),
  ];
}

async function load(
  files: CertificateFiles,
): Promise<{ certificate: x509.X509Certificate; key: webcrypto.CryptoKey }> {
  const certificate = (await readIfPresent(files.certificate)) ?? "";
  const key = (await readIfPresent(files.key)) ?? "";
  return {
    certificate: new x509.X509Certificate(certificate),
    key: await webcrypto.subtle.importKey("pkcs8", x509.PemConverter.decodeFirst(key), algorithm, false, [
      "sign",
    ]),
  };
}
