import { createPublicKey } from "node:crypto";
import { MoorlineError } from "../model/errors.ts";
import { finding, type Finding } from "../model/finding.ts";
import type { Sensitive } from "../model/sensitive.ts";
import {
  isSelfIssued,
  isSignedBy,
  readCertificates,
  sameCertificate,
  type Certificate,
} from "./certificate.ts";
import { pathChecks, titleOf } from "./checks.ts";
import { readCrl } from "./crl.ts";
import { describeCertificate, type CertificateDescription } from "./inspect.ts";
import { readPrivateKey } from "./key.ts";
import { sameName } from "./names.ts";
import { trustLimits } from "./pem.ts";
import { buildPath, mayHaveIssued } from "./path.ts";
import { revocationFindings } from "./revocation.ts";

export interface VerifyOptions {
  /** The certificate alone; `chainPem` may then hold what is sent with it. */
  readonly leafPem?: string;
  /** What the server or client sends: its certificate and the intermediates. */
  readonly chainPem?: string;
  /** The authorities that are trusted; empty where none is. Who verifies many chains reads them once. */
  readonly trustedPem: string | readonly Certificate[];
  /** Certificates known from elsewhere but not sent: they tell a missing intermediate from an unknown authority. */
  readonly knownPem?: string;
  readonly purpose: "server" | "client";
  /** The name under which clients reach the server. */
  readonly hostname?: string;
  readonly ipAddress?: string;
  /** The key that should belong to the certificate. */
  readonly privateKeyPem?: Sensitive;
  readonly passphrase?: Sensitive;
  /** Revocation lists; where any is given, every issuer in the chain needs one. */
  readonly crlPems?: readonly string[];
  readonly now: Date;
}

export interface Verdict {
  /** No finding is an error. */
  readonly ok: boolean;
  readonly findings: readonly Finding[];
  /** The path that was judged, the leaf first and the trusted one last, as far as it was found. */
  readonly chain: readonly CertificateDescription[];
}

/** The authorities of a PEM text; none where it is empty. @throws MoorlineError as `verifyChain` */
export const readTrusted = (pem: string): readonly Certificate[] =>
  pem.trim() === "" ? [] : readCertificates(pem, "the trusted CA", trustLimits);

/**
 * Verifies a certificate chain (RFC 5280 §6) as the other end of a TLS connection would, and says everything that is wrong.
 * @throws MoorlineError where something given cannot be read: PKI_NOT_PEM, PKI_CERTIFICATE_*, PKI_KEY_*, PKI_CRL_UNREADABLE
 */
export function verifyChain(options: VerifyOptions): Verdict {
  const given = givenCertificates(options);
  const trusted =
    typeof options.trustedPem === "string" ? readTrusted(options.trustedPem) : options.trustedPem;
  const publicKey =
    options.privateKeyPem === undefined
      ? undefined
      : createPublicKey(readPrivateKey(options.privateKeyPem, options.passphrase));
  const leaf = leafAmong(given, (c) => publicKey?.equals(c.publicKey) === true);
  const sent = given.filter((c) => c !== leaf);
  const { certificates: path, isComplete } = buildPath(leaf, sent, trusted, options.now);
  const lists = (options.crlPems ?? []).map((pem) => readCrl(pem));
  const known = options.knownPem === undefined ? [] : readCertificates(options.knownPem);
  const findings = [
    ...(publicKey === undefined || publicKey.equals(leaf.publicKey)
      ? []
      : [finding("CERTIFICATE_KEY_MISMATCH", titleOf(leaf))]),
    ...(isComplete ? [] : pathBreaks(path, { sent, trusted, known })),
    ...pathChecks.flatMap((check) => check({ ...options, path, isComplete })),
    ...(lists.length === 0 ? [] : revocationFindings(path, lists, options.now)),
    ...orderFindings(given, path, isComplete),
    ...trustEndsEarly(path, isComplete),
  ];
  return {
    ok: !findings.some((f) => f.severity === "error"),
    findings,
    chain: path.map(describeCertificate),
  };
}

function givenCertificates({ leafPem, chainPem }: VerifyOptions): readonly Certificate[] {
  const chain = chainPem === undefined ? [] : readCertificates(chainPem, "the chain");
  const [leaf] = leafPem === undefined ? [] : readCertificates(leafPem);
  return leaf === undefined ? chain : [leaf, ...chain.filter((c) => !sameCertificate(c, leaf))];
}

/** The certificate of the key, or the first; where that is an authority's, the first that signed none of the others. */
function leafAmong(given: readonly Certificate[], hasTheKey: (c: Certificate) => boolean): Certificate {
  const [first] = given;
  if (first === undefined) throw new MoorlineError("PKI_CERTIFICATE_MISSING", { subject: "the chain" });
  const ofKey = given.find(hasTheKey);
  if (ofKey !== undefined || !first.extensions.isAuthority) return ofKey ?? first;
  return given.find((c) => !given.some((other) => other !== c && mayHaveIssued(c, other))) ?? first;
}

interface Surroundings {
  readonly sent: readonly Certificate[];
  readonly trusted: readonly Certificate[];
  readonly known: readonly Certificate[];
}

/** Why the path ends where it does, without trust. */
function pathBreaks(path: readonly Certificate[], around: Surroundings): readonly Finding[] {
  const top = path.at(-1);
  if (top === undefined) return [];
  const issuer = top.issuer.text;
  const namesakes = [...around.trusted, ...around.sent].filter(
    (c) => !sameCertificate(c, top) && sameName(c.subject, top.issuer),
  );
  if (isSelfIssued(top) && isSignedBy(top, top)) {
    const code = namesakes.length > 0 ? "CERTIFICATE_ISSUER_NAMESAKE" : "CERTIFICATE_SELF_SIGNED_UNTRUSTED";
    return [finding(code, titleOf(top), { issuer })];
  }
  if (namesakes.some((c) => mayHaveIssued(c, top)) || (isSelfIssued(top) && namesakes.length === 0))
    return [finding("CERTIFICATE_SIGNATURE_INVALID", titleOf(top), { issuer })];
  if (namesakes.length > 0) return [finding("CERTIFICATE_ISSUER_NAMESAKE", titleOf(top), { issuer })];
  const code = isIntermediateMissing(top, around)
    ? "CERTIFICATE_INTERMEDIATE_MISSING"
    : "CERTIFICATE_ISSUER_UNKNOWN";
  return [finding(code, titleOf(top), { issuer })];
}

/**
 * An issuer that is known from elsewhere and leads to trust is missing for certain; one of the same organisation as a
 * trusted root that may have authorities below it, very probably.
 */
function isIntermediateMissing(top: Certificate, { trusted, known }: Surroundings): boolean {
  if (known.some((c) => mayHaveIssued(c, top) && isSignedBy(top, c))) return true;
  const { organization } = top.issuer;
  return (
    organization !== undefined &&
    trusted.some((root) => root.subject.organization === organization && root.extensions.pathLength !== 0)
  );
}

/** TLS 1.2 demands the order (RFC 5246 §7.4.2); servers take the first certificate for their own whatever it is. */
function orderFindings(
  given: readonly Certificate[],
  path: readonly Certificate[],
  isComplete: boolean,
): readonly Finding[] {
  const places = given
    .map((c) => path.findIndex((p) => sameCertificate(p, c)))
    .filter((place) => place !== -1);
  const [leaf] = path;
  const leafIsFirst = given[0] === leaf;
  const inOrder = leafIsFirst && places.every((place, i) => i === 0 || place > (places[i - 1] ?? -1));
  const order = given.map(titleOf).join(" → ");
  return [
    ...(inOrder || leaf === undefined
      ? []
      : [
          finding(
            "CERTIFICATE_CHAIN_WRONG_ORDER",
            titleOf(leaf),
            { order },
            leafIsFirst ? "warning" : "error",
          ),
        ]),
    ...given
      // where the path breaks off, nobody can tell what is needed above
      .filter((c) => isComplete && !path.some((p) => sameCertificate(p, c)))
      .map((c) => finding("CERTIFICATE_CHAIN_SUPERFLUOUS", titleOf(c))),
  ];
}

function trustEndsEarly(path: readonly Certificate[], isComplete: boolean): readonly Finding[] {
  const top = path.at(-1);
  if (!isComplete || top === undefined || isSelfIssued(top)) return [];
  return [finding("CERTIFICATE_TRUST_ENDS_AT_INTERMEDIATE", titleOf(top), { issuer: top.issuer.text })];
}
