import { X509Certificate } from "node:crypto";
import { join } from "node:path";
import { Sensitive } from "../src/model/sensitive.ts";
import {
  authorityCertificate,
  createAuthority,
  loadAuthority,
  type Authority,
} from "../src/pki/authority.ts";
import { certificatePem } from "../src/pki/certificate.ts";
import { exportPrivateKey, generateKey } from "../src/pki/key.ts";
import { issueClient, issueServer } from "../src/pki/leaf.ts";
import { loadX509 } from "../src/pki/library.ts";
import { systemRandomBytes } from "../src/pki/serial.ts";
import { signCertificate } from "../src/pki/sign.ts";
import { readIfPresent, writeAtomically } from "./files.ts";

const keyType = "ECDSA_P256";
const validityDays = 30;
const day = 86_400_000;

/** What a certificate of the rig says. Some are wrong on purpose; all are made with Moorline's own PKI. */
export type CertificateRequest =
  | { readonly kind: "authority"; readonly commonName: string }
  | { readonly kind: "client"; readonly commonName: string; readonly organization?: string }
  | {
      readonly kind: "server";
      readonly commonName: string;
      readonly dnsNames: readonly string[];
      readonly ipAddresses?: readonly string[];
      /** Ended some days ago. */
      readonly expired?: boolean;
    }
  | { readonly kind: "serverWithoutSan"; readonly commonName: string };

/** Where a certificate and its key are. */
export interface CertificateFiles {
  readonly certificate: string;
  readonly key: string;
}

interface Pair {
  readonly certificatePem: string;
  readonly privateKeyPem: Sensitive;
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
  const requestPath = `${files.certificate}.request`;
  const authorityPem = authority === undefined ? "" : await readIfPresent(authority.certificate);
  const madeFor = `${JSON.stringify(request)}\n${authorityPem}`;
  const current = await readIfPresent(files.certificate);
  const forThis = (await readIfPresent(requestPath)) === madeFor;
  if (current !== undefined && forThis && (isExpiredOnPurpose(request) || lasts(current))) return files;
  const made =
    authority === undefined ? await makeAuthority(request) : await issue(request, await load(authority));
  await writeAtomically(files.key, made.privateKeyPem.reveal(), 0o600);
  await writeAtomically(files.certificate, made.certificatePem);
  await writeAtomically(requestPath, madeFor);
  return files;
}

function isExpiredOnPurpose(request: CertificateRequest): boolean {
  return request.kind === "server" && request.expired === true;
}

function lasts(pem: string): boolean {
  return new X509Certificate(pem).validToDate.getTime() > Date.now() + day;
}

// Begun a while ago, so that there is room in its life for a certificate that has ended.
async function makeAuthority({ commonName }: CertificateRequest): Promise<Pair> {
  const now = new Date(Date.now() - 90 * day);
  const { key, certificatePem: pem } = await createAuthority({ commonName, keyType, validityDays: 455, now });
  return { certificatePem: pem, privateKeyPem: await exportPrivateKey(key) };
}

async function issue(request: CertificateRequest, authority: Authority): Promise<Pair> {
  const now = new Date(isExpiredOnPurpose(request) ? Date.now() - (validityDays + 10) * day : Date.now());
  if (request.kind === "authority") throw new Error("the rig has no intermediate authorities");
  if (request.kind === "client") return issueClient(authority, { ...request, keyType, validityDays, now });
  if (request.kind === "server")
    return issueServer(authority, { ipAddresses: [], ...request, keyType, validityDays, now });
  return issueWithoutSan(request.commonName, authority, now);
}

// The PKI itself refuses to make one, so it is put together from the parts.
async function issueWithoutSan(commonName: string, authority: Authority, now: Date): Promise<Pair> {
  const x509 = await loadX509();
  const key = await generateKey(keyType);
  const der = await signCertificate({
    subject: { commonName },
    notBefore: new Date(now.getTime() - day),
    notAfter: new Date(now.getTime() + validityDays * day),
    publicKey: key.publicKey,
    extensions: [new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth])],
    signer: { key: authority.key, issuer: authorityCertificate(authority) },
    randomBytes: systemRandomBytes,
  });
  return { certificatePem: certificatePem({ der }), privateKeyPem: await exportPrivateKey(key) };
}

async function load(files: CertificateFiles): Promise<Authority> {
  const pem = (await readIfPresent(files.certificate)) ?? "";
  return loadAuthority(pem, new Sensitive((await readIfPresent(files.key)) ?? ""));
}
