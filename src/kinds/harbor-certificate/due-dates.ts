import { partOf, type DueDate } from "../../engine/due-date.ts";
import { message, type Message } from "../../text/message.ts";
import { day } from "./action.ts";
import { listDueAt } from "./crl.ts";
import type { CertificateDocument } from "./gathered.ts";
import type { ObservedCertificate } from "./observed.ts";
import type { HarborCertificateSpec } from "./schema.ts";
import { switchUntil } from "./switch-until.ts";

/** Everything of a document that ends: its certificates, its CA and those around it, its lists. Pure. */
export function dueDates(
  { spec }: CertificateDocument,
  observed: ObservedCertificate,
  now: Date,
): readonly DueDate[] {
  const where = observed.store || observed.certManager?.issuer?.at || "-";
  return [
    ...Object.entries(observed.pairs).map(([of, { notBefore, notAfter }]): DueDate => {
      // The next apply replaces what was revoked, however long it would last.
      const isRevoked = observed.revocations?.some((r) => r.isOf === of) === true;
      const dueAt = isRevoked ? now.toISOString() : partOf(notBefore, notAfter, spec.renewAfter);
      return {
        type: of === "server" ? "server" : "client",
        what: nameOfPair(of, isRevoked),
        where,
        expiresAt: notAfter,
        dueAt,
        renewedBy: issuedBy(spec, dueAt, now),
      };
    }),
    ...authorities(spec, observed, where),
    ...lists(observed, where, now),
  ];
}

function nameOfPair(of: string, isRevoked: boolean): Message {
  if (of === "server") return message(isRevoked ? "status.serverRevoked" : "status.server");
  return message(isRevoked ? "status.clientRevoked" : "status.client", { name: of });
}

function issuedBy({ issuer }: HarborCertificateSpec, dueAt: string, now: Date): Message {
  if (issuer.provided !== undefined) return message("status.byHand");
  if (issuer.certManager !== undefined) return message("status.byCertManager");
  return applyFrom(dueAt, now);
}

const applyFrom = (dueAt: string, now: Date): Message =>
  Date.parse(dueAt) <= now.getTime()
    ? message("status.byApply")
    : message("status.byApplyFrom", { from: dueAt.slice(0, 10) });

const before = (end: string, days: number): string => new Date(Date.parse(end) - days * day).toISOString();

function authorities(
  spec: HarborCertificateSpec,
  { authority, intermediate, rollover, pairs }: ObservedCertificate,
  where: string,
): readonly DueDate[] {
  const isOwn = spec.issuer.ownAuthority !== undefined;
  const found: DueDate[] = [];
  if (intermediate?.isCertified === true && intermediate.notAfter !== undefined)
    found.push({
      type: "authority",
      what: message("status.intermediate", { name: authority?.name ?? where }),
      where,
      expiresAt: intermediate.notAfter,
      dueAt: before(intermediate.notAfter, spec.validityDays),
      renewedBy: message("status.byRoot"),
    });
  else if (authority !== undefined)
    found.push({
      type: "authority",
      what: message("status.authority", { name: authority.name }),
      where,
      expiresAt: authority.notAfter,
      ...(isOwn && { dueAt: before(authority.notAfter, spec.validityDays) }),
      renewedBy: !isOwn
        ? message("status.byItsIssuer")
        : rollover?.nextAuthority === undefined
          ? message("status.byRollover")
          : message("status.byRolloverUntil", { until: switchUntil(spec, authority.notAfter).slice(0, 10) }),
    });
  if (intermediate?.root !== undefined)
    found.push({
      type: "authority",
      what: message("status.root", { name: intermediate.root.name }),
      where,
      expiresAt: intermediate.root.notAfter,
      dueAt: before(intermediate.root.notAfter, 365),
      renewedBy: message("status.byHand"),
    });
  const { nextAuthority: next, previousAuthority: previous } = rollover ?? {};
  if (next !== undefined)
    found.push({
      type: "authority",
      what: message("status.nextAuthority", { name: next.name }),
      where,
      since: next.notBefore,
      expiresAt: next.notAfter,
      renewedBy: message("status.byRollover"),
    });
  if (previous !== undefined)
    found.push({
      type: "authority",
      what: message("status.previousAuthority", { name: previous.name }),
      where,
      expiresAt: previous.notAfter,
      renewedBy: message("status.byRetirement"),
    });
  return Object.keys(pairs).length === 0 && !isOwn ? [] : found;
}

/** The CA's own list is issued here; those of other CAs in the bundle are not. */
function lists({ crl, rollover }: ObservedCertificate, where: string, now: Date): readonly DueDate[] {
  if (crl === undefined) return [];
  const own = listDueAt(crl).toISOString();
  const ends = crl.ends ?? [];
  return ends.map(({ issuer, nextUpdate }, i): DueDate => {
    const others = rollover === undefined ? "status.byRootList" : "status.bySuccessor";
    return {
      type: "list",
      what: message("status.list", { issuer }),
      where,
      expiresAt: nextUpdate,
      dueAt: i === 0 ? own : before(nextUpdate, rollover === undefined ? 30 : 7),
      renewedBy: i === 0 ? applyFrom(own, now) : message(others),
    };
  });
}
