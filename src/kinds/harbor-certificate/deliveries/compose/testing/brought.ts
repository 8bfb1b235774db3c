import { createAuthority } from "../../../../../pki/authority.ts";
import { issueServer } from "../../../../../pki/leaf.ts";
import { systemRandomBytes } from "../../../../../pki/serial.ts";

export interface Parts {
  readonly certificate: string;
  readonly key: string;
  /** The intermediate that signed it. */
  readonly above: string;
}

export interface Brought {
  readonly root: string;
  readonly good: Parts;
  readonly other: Parts;
  readonly expired: Parts;
}

/** Certificates of an intermediate, as a company's CA hands them out. */
export async function bring(): Promise<Brought> {
  const from = {
    keyType: "ECDSA_P256",
    now: new Date("2026-04-01T00:00:00Z"),
    randomBytes: systemRandomBytes,
  } as const;
  const root = await createAuthority({ ...from, commonName: "Company root", validityDays: 3000 });
  const issuing = await createAuthority({
    ...from,
    commonName: "Company issuing CA",
    validityDays: 2000,
    issuer: root,
  });
  const issue = async (name: string, validityDays: number): Promise<Parts> => {
    const leaf = await issueServer(issuing, { ...from, dnsNames: [name], ipAddresses: [], validityDays });
    return {
      certificate: leaf.certificatePem,
      key: leaf.privateKeyPem.reveal(),
      above: issuing.certificatePem,
    };
  };
  return {
    root: root.certificatePem,
    good: await issue("harbor.example.com", 365),
    other: await issue("other.example.com", 365),
    expired: await issue("harbor.example.com", 10),
  };
}
