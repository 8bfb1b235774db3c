import type { KeyPair } from "./key.ts";
import { signingAlgorithm } from "./key.ts";
import { loadX509 } from "./library.ts";
import { checkNames } from "./subject-names.ts";

const longestCommonName = 64;

/**
 * A certificate request (PKCS#10, RFC 2986) of a server's key, for a CA elsewhere.
 * @returns DER
 * @throws PKI_NAME_INVALID
 */
export async function createRequest(
  key: KeyPair,
  given: { readonly dnsNames: readonly string[]; readonly ipAddresses: readonly string[] },
): Promise<Uint8Array> {
  const names = checkNames(given, given.dnsNames[0] ?? given.ipAddresses[0] ?? "the request");
  const x509 = await loadX509();
  const commonName = names.dnsNames.find((name) => name.length <= longestCommonName);
  const alternative = [
    ...names.dnsNames.map((value) => ({ type: "dns" as const, value })),
    ...names.ipAddresses.map((value) => ({ type: "ip" as const, value })),
  ];
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    keys: { privateKey: key.privateKey, publicKey: key.publicKey },
    signingAlgorithm: signingAlgorithm(key.type),
    ...(commonName !== undefined && { name: [{ CN: [commonName] }] }),
    extensions: [new x509.SubjectAlternativeNameExtension(alternative)],
  });
  return new Uint8Array(request.rawData);
}
