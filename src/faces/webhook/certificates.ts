import type { Sensitive } from "../../model/sensitive.ts";
import { createAuthority, loadAuthority, type Authority } from "../../pki/authority.ts";
import { certificatePem, isSignedBy, readCertificates, type Certificate } from "../../pki/certificate.ts";
import { inspectCertificate } from "../../pki/inspect.ts";
import { exportPrivateKey } from "../../pki/key.ts";
import { issueServer } from "../../pki/leaf.ts";
import { systemRandomBytes, type RandomBytes } from "../../pki/serial.ts";

/** The webhook's own PKI, as its Secret keeps it. */
export interface KeptCertificates {
  /** The authorities that the API server is told to trust, newest first. */
  readonly authorities: string;
  /** Of the newest. */
  readonly authorityKey: Sensitive;
  /** Since when the newest is there. */
  readonly authoritySince: Date;
  readonly certificate: string;
  readonly key: Sensitive;
  readonly certificateSince: Date;
  /** What an administrator wants replaced before its time. */
  readonly renew?: "certificate" | "authority" | undefined;
}

export interface CertificateNames {
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
}

export interface CertificateRules extends CertificateNames {
  readonly now: Date;
  /**
   * How long everybody needs to learn what the Secret holds, in milliseconds: so long the authority of a new certificate
   * is published before that is served, and the old one stays trusted afterwards.
   */
  readonly settleMs: number;
  /** The authorities that this process saw the API server take; a new one signs nothing before it stands there. */
  readonly published: string | undefined;
  readonly randomBytes?: RandomBytes;
}

const authorityDays = 365;
const certificateDays = 90;

/**
 * What should stand there next, one step at a time: a new authority is trusted beside the old one first, signs the
 * certificate when all had time to learn of it, and the old one goes after that.
 * @returns the same object where all is well
 */
export async function nextCertificates(
  kept: KeptCertificates | undefined,
  rules: CertificateRules,
): Promise<KeptCertificates> {
  const read = kept === undefined ? undefined : readable(kept);
  if (kept === undefined || read === undefined) return begin(rules);
  const { authorities, served, signer } = read;
  const [newest] = authorities;
  const { now, settleMs } = rules;
  // Trusted by nobody, or at its end: nothing is left to keep.
  if (newest === undefined || signer === undefined || ended(newest, now)) return begin(rules);
  const settled = (since: Date): boolean => now.getTime() - since.getTime() >= settleMs;
  const rolling = signer !== newest;
  if (rolling) {
    const published = rules.published === kept.authorities;
    return (published && settled(kept.authoritySince)) || ended(served, now) ? reissue(kept, rules) : kept;
  }
  if (kept.renew === "authority" || isDue(newest, now)) return addAuthority(kept, rules);
  if (kept.renew === "certificate" || isDue(served, now) || lacksNames(kept.certificate, rules)) {
    return reissue(kept, rules);
  }
  if (authorities.length > 1 && settled(kept.certificateSince)) {
    return { ...kept, authorities: certificatePem(newest) };
  }
  return kept;
}

interface Readable {
  readonly authorities: readonly Certificate[];
  readonly served: Certificate;
  /** The authority that signed it, if it is among those that are trusted. */
  readonly signer: Certificate | undefined;
}

function readable(kept: KeptCertificates): Readable | undefined {
  try {
    const authorities = readCertificates(kept.authorities);
    const [served] = readCertificates(kept.certificate);
    if (served === undefined) return undefined;
    return { authorities, served, signer: authorities.find((each) => isSignedBy(served, each)) };
  } catch {
    // What can not be read serves nobody: it is made anew.
    return undefined;
  }
}

interface Lasting {
  readonly notBefore: Date;
  readonly notAfter: Date;
}

const ended = ({ notAfter }: Lasting, now: Date): boolean => notAfter <= now;

/** At two thirds of its life. */
function isDue({ notBefore, notAfter }: Lasting, now: Date): boolean {
  const life = notAfter.getTime() - notBefore.getTime();
  return now.getTime() >= notBefore.getTime() + (life * 2) / 3;
}

function lacksNames(certificate: string, { dnsNames, ipAddresses }: CertificateNames): boolean {
  const found = inspectCertificate(certificate);
  return (
    dnsNames.some((name) => !found.dnsNames.includes(name)) ||
    ipAddresses.some((address) => !found.ipAddresses.includes(address))
  );
}

const newAuthority = ({ now, randomBytes = systemRandomBytes }: CertificateRules): Promise<Authority> =>
  createAuthority({
    commonName: "Moorline webhook",
    keyType: "ECDSA_P256",
    validityDays: authorityDays,
    pathLength: 0,
    now,
    randomBytes,
  });

async function begin(rules: CertificateRules): Promise<KeptCertificates> {
  const authority = await newAuthority(rules);
  return {
    authorities: authority.certificatePem,
    authorityKey: await exportPrivateKey(authority.key),
    authoritySince: rules.now,
    ...(await issue(authority, rules)),
  };
}

async function addAuthority(kept: KeptCertificates, rules: CertificateRules): Promise<KeptCertificates> {
  const authority = await newAuthority(rules);
  const { renew: _renew, ...rest } = kept;
  return {
    ...rest,
    authorities: authority.certificatePem + kept.authorities,
    authorityKey: await exportPrivateKey(authority.key),
    authoritySince: rules.now,
  };
}

async function reissue(kept: KeptCertificates, rules: CertificateRules): Promise<KeptCertificates> {
  const authority = await loadAuthority(kept.authorities, kept.authorityKey);
  const { renew: _renew, ...rest } = kept;
  return { ...rest, ...(await issue(authority, rules)) };
}

async function issue(authority: Authority, { dnsNames, ipAddresses, now }: CertificateRules) {
  const leaf = await issueServer(authority, {
    dnsNames,
    ipAddresses,
    keyType: "ECDSA_P256",
    validityDays: certificateDays,
    now,
  });
  return { certificate: leaf.chainPem, key: leaf.privateKeyPem, certificateSince: now };
}
