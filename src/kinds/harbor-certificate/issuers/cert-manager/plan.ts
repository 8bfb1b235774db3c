import { nameOf } from "../../../../model/document.ts";
import { finding, type Finding } from "../../../../model/finding.ts";
import { message, type Message } from "../../../../text/message.ts";
import { day, type CertificateStep } from "../../action.ts";
import type { CertificateDocument } from "../../gathered.ts";
import type { ObservedCertificate, ObservedPair } from "../../observed.ts";
import type { Preparation } from "../issuer.ts";

/** Pure: the Issuer, where the document has one of its own. */
export function prepareIssuer(
  _document: CertificateDocument,
  { certManager }: ObservedCertificate,
): Preparation {
  const issuer = certManager?.issuer;
  if (certManager?.isInstalled !== true) return { steps: [], isStuck: true };
  if (issuer?.state === "foreign") return { steps: [], isStuck: true };
  if (issuer === undefined || issuer.state === "same") return { steps: [], isStuck: false };
  const step: CertificateStep = {
    id: "issuer",
    change: issuer.state === "absent" ? "create" : "update",
    title: message("certManager.writeIssuer", { issuer: issuer.at }),
    target: issuer.at,
    reason: message(issuer.state === "absent" ? "certManager.becauseNoIssuer" : "certManager.becauseDiffers"),
    after: [],
    action: { type: "write-issuer" },
  };
  return { steps: [step], isStuck: false };
}

/** Pure. When a certificate is due is cert-manager's to say; ours is that it is asked for, and that it comes. */
export function planCertificate(
  document: CertificateDocument,
  observed: ObservedCertificate,
  of: string,
  after: readonly string[],
): readonly CertificateStep[] {
  const certificate = observed.certManager?.certificates[of];
  if (certificate === undefined || certificate.state === "foreign") return [];
  const reason = reasonToAsk(document, observed, of);
  if (reason === undefined) return [];
  const { spec } = document;
  const isOther = certificate.isOfOtherIssuer && observed.pairs[of] !== undefined;
  return [
    {
      id: `certificate/${of}`,
      change: certificate.state === "absent" ? "create" : "update",
      title: message("certManager.ask", {
        names: of === "server" ? [...spec.hosts, ...spec.ipAddresses].join(", ") : of,
      }),
      target: `Certificate/${certificate.at}`,
      reason,
      after,
      ...(isOther && { interrupts: message("harborCertificate.interruptsIssuer") }),
      action: { type: "issue", of },
    },
  ];
}

function reasonToAsk(
  { spec }: CertificateDocument,
  { certManager, pairs }: ObservedCertificate,
  of: string,
): Message | undefined {
  const certificate = certManager?.certificates[of];
  const pair = pairs[of];
  if (certificate?.state === "differs") return message("certManager.becauseDiffers");
  if (pair === undefined) return message("harborCertificate.becauseMissing");
  if (certificate?.state === "absent") return message("certManager.becauseNotAsked");
  if (!pair.verifies) return message("harborCertificate.becauseIssuer");
  if (of === "server" && !spec.hosts.every((host) => isNamed(host, pair)))
    return message("harborCertificate.becauseNames", { names: pair.dnsNames.join(", ") || "-" });
  // A failed attempt to renew what is still good is cert-manager's to repeat; a finding tells of it.
  if (certificate?.isReady === false && certificate.refused === undefined)
    return message("certManager.becauseUnderWay");
  return undefined;
}

/** An issuer may add names, and a wildcard may stand for them. */
const isNamed = (host: string, { dnsNames }: ObservedPair): boolean =>
  dnsNames.includes(host) || dnsNames.includes(`*.${host.slice(host.indexOf(".") + 1)}`);

/** Pure: what cert-manager's objects show. */
export function certManagerFindings(
  document: CertificateDocument,
  { certManager, pairs }: ObservedCertificate,
  now: Date,
): readonly Finding[] {
  if (certManager === undefined) return [];
  if (!certManager.isInstalled) return [finding("CERT_MANAGER_NOT_INSTALLED", nameOf(document))];
  const { issuer, certificates } = certManager;
  const found: Finding[] = [];
  if (issuer?.state === "foreign") found.push(finding("CERT_MANAGER_OBJECT_NOT_OURS", issuer.at));
  else if (issuer?.state === "absent" && document.spec.issuer.certManager?.issuerRef !== undefined)
    found.push(finding("CERT_MANAGER_ISSUER_MISSING", issuer.at));
  else if (issuer?.isReady === false && issuer.state === "same")
    found.push(finding("CERT_MANAGER_ISSUER_NOT_READY", issuer.at, { reason: issuer.message || "-" }));
  for (const [of, { at, state, refused }] of Object.entries(certificates)) {
    const subject = `Certificate/${at}`;
    if (state === "foreign") found.push(finding("CERT_MANAGER_OBJECT_NOT_OURS", subject));
    if (refused !== undefined) found.push(finding("CERT_MANAGER_REFUSED", subject, { reason: refused }));
    const pair = pairs[of];
    if (pair !== undefined && isLate(document.spec.renewAfter, pair, now))
      found.push(finding("CERT_MANAGER_RENEWAL_LATE", subject, { notAfter: pair.notAfter }));
  }
  return found;
}

/** Two days, or half of what is left after it was due, for cert-manager's own retries. */
function isLate(renewAfter: number, { notBefore, notAfter }: ObservedPair, now: Date): boolean {
  const [begin, end] = [Date.parse(notBefore), Date.parse(notAfter)];
  const due = begin + (end - begin) * renewAfter;
  return now.getTime() > due + Math.min(2 * day, (end - due) / 2);
}

/** Pure: Certificates and the Issuer that are ours go, and the Secrets that cert-manager made for them. */
export function planCertManagerRemoval(
  { certManager }: ObservedCertificate,
  after: readonly string[],
  reason: Message,
): readonly CertificateStep[] {
  const ours = (state: string): boolean => state === "same" || state === "differs";
  const certificates = Object.entries(certManager?.certificates ?? {}).filter(([, c]) => ours(c.state));
  const steps = certificates.map(([of, { at }]): CertificateStep => ({
    id: `certificate/${of}`,
    change: "delete",
    title: message("certManager.remove", { object: `Certificate/${at}` }),
    target: `Certificate/${at}`,
    reason,
    after,
    action: { type: "remove-certificate", of },
  }));
  const issuer = certManager?.issuer;
  if (issuer === undefined || !issuer.isOurs || !ours(issuer.state)) return steps;
  return [
    ...steps,
    {
      id: "issuer",
      change: "delete",
      title: message("certManager.remove", { object: issuer.at }),
      target: issuer.at,
      reason,
      after: [...after, ...steps.map((s) => s.id)],
      action: { type: "remove-issuer" },
    },
  ];
}
