import { message, type Message } from "../../text/message.ts";
import type { CertificateStep } from "./action.ts";
import type { CertificateDocument } from "./gathered.ts";
import type { ObservedCertificate, ObservedPair } from "./observed.ts";
import type { HarborCertificateSpec } from "./schema.ts";

/** Why a certificate is to be issued; nothing where the one that is there will do. */
function reasonToIssue(
  spec: HarborCertificateSpec,
  of: string,
  pair: ObservedPair | undefined,
  now: Date,
): Message | undefined {
  if (pair === undefined) return message("harborCertificate.becauseMissing");
  if (!pair.verifies) return message("harborCertificate.becauseIssuer");
  if (of === "server" && !sameSet(pair.dnsNames, spec.hosts))
    return message("harborCertificate.becauseNames", { names: pair.dnsNames.join(", ") || "-" });
  if (of === "server" && !sameSet(pair.ipAddresses.map(plainIp), spec.ipAddresses.map(plainIp)))
    return message("harborCertificate.becauseNames", { names: pair.ipAddresses.join(", ") || "-" });
  const client = spec.clients.find((c) => c.name === of);
  if (client !== undefined && pair.commonName !== (client.commonName ?? client.name))
    return message("harborCertificate.becauseNames", { names: pair.commonName });
  if (pair.keyType !== spec.keyType)
    return message("harborCertificate.becauseKeyType", { keyType: pair.keyType ?? "?" });
  const begin = Date.parse(pair.notBefore);
  const renewAt = begin + (Date.parse(pair.notAfter) - begin) * spec.renewAfter;
  return now.getTime() < renewAt
    ? undefined
    : message("harborCertificate.becauseDue", {
        notAfter: pair.notAfter,
        renewAt: new Date(renewAt).toISOString(),
      });
}

/** Whether two lists hold the same, in whatever order. */
const sameSet = (a: readonly string[], b: readonly string[]): boolean =>
  [...new Set(a)].sort().join("\n") === [...new Set(b)].sort().join("\n");

/** One spelling of each IPv6 address (RFC 5952), as URL parsing gives it. */
const plainIp = (text: string): string => (text.includes(":") ? new URL(`http://[${text}]`).host : text);

export function issue(
  document: CertificateDocument,
  observed: ObservedCertificate,
  of: string,
  now: Date,
  after: readonly string[],
): readonly CertificateStep[] {
  const isRevoked = observed.revocations?.some((r) => r.isOf === of) === true;
  const reason = isRevoked
    ? message("harborCertificate.becauseRevoked")
    : observed.requested?.includes(of) === true
      ? message("harborCertificate.becauseAsked")
      : reasonToIssue(document.spec, of, observed.pairs[of], now);
  return reason === undefined ? [] : [issueStep(document, observed, of, reason, after)];
}

/** The step that issues `of`. */
export function issueStep(
  { spec }: CertificateDocument,
  observed: ObservedCertificate,
  of: string,
  reason: Message,
  after: readonly string[],
): CertificateStep {
  const pair = observed.pairs[of];
  const names = of === "server" ? [...spec.hosts, ...spec.ipAddresses].join(", ") : of;
  const isOtherIssuer = pair !== undefined && !pair.verifies;
  return {
    id: `certificate/${of}`,
    change: pair === undefined ? "create" : "update",
    title: message(of === "server" ? "harborCertificate.issueServer" : "harborCertificate.issueClient", {
      names,
      days: spec.validityDays,
    }),
    target: observed.store,
    reason,
    after,
    ...(isOtherIssuer && { interrupts: message("harborCertificate.interruptsIssuer") }),
    action: { type: "issue", of },
  };
}
