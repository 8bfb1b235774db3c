import type { KindPlan, Step } from "../../engine/kind.ts";
import { nameOf } from "../../model/document.ts";
import { finding, type Finding } from "../../model/finding.ts";
import { message, type Message } from "../../text/message.ts";
import { pathsOf } from "./contents.ts";
import { pairNames, type CertificateDocument } from "./gather.ts";
import type { ObservedCertificate, ObservedPair } from "./observed.ts";
import type { HarborCertificateSpec } from "./schema.ts";

export type CertificateAction =
  | { readonly type: "create-authority" }
  | { readonly type: "issue"; readonly of: string }
  | { readonly type: "issue-crl" }
  | { readonly type: "deliver-files"; readonly index: number }
  | { readonly type: "deliver-secret"; readonly index: number }
  | { readonly type: "remove-files"; readonly index: number }
  | { readonly type: "remove-secret"; readonly index: number }
  | { readonly type: "remove-pair"; readonly of: string };

type CertificateStep = Step<CertificateAction>;

const day = 86_400_000;

/** Why a certificate is to be issued; nothing where the one that is there will do. */
export function reasonToIssue(
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

const sameSet = (a: readonly string[], b: readonly string[]): boolean =>
  [...new Set(a)].sort().join("\n") === [...new Set(b)].sort().join("\n");

/** One spelling of each IPv6 address (RFC 5952), as URL parsing gives it. */
const plainIp = (text: string): string => (text.includes(":") ? new URL(`http://[${text}]`).host : text);

/** Plans what is to be issued and delivered. Pure; renewal depends on `now`. */
export function plan(
  document: CertificateDocument,
  observed: ObservedCertificate,
  now: Date,
): KindPlan<CertificateAction> {
  const { spec } = document;
  const authority = spec.issuer.ownAuthority !== undefined && observed.authority === undefined;
  const isOver =
    observed.authority !== undefined && Date.parse(observed.authority.notAfter) - now.getTime() < day;
  const findings = [...findingsOf(document, observed, now), ...foreignSecrets(observed)];
  // A CA at its end can certify nothing that lasts a day; what is there stays.
  if (spec.issuer.ownAuthority !== undefined && isOver) return { steps: [], findings };
  const creating = authority ? [createAuthority(document, observed)] : [];
  const issuing =
    spec.issuer.provided === undefined
      ? pairNames(spec).flatMap((of) => issue(document, observed, of, now, idsOf(creating)))
      : [];
  const listing = issueList(document, observed, now, idsOf(creating));
  const before = (of: string, wantsList: boolean): string[] => [
    ...idsOf(issuing).filter((id) => id === `certificate/${of}`),
    ...(wantsList ? idsOf(listing) : []),
    ...(idsOf(issuing).includes(`certificate/${of}`) ? [] : idsOf(creating)),
  ];
  return {
    steps: [
      ...creating,
      ...issuing,
      ...listing,
      ...deliverFiles(document, observed, before),
      ...deliverSecrets(document, observed, before),
    ],
    findings,
  };
}

const idsOf = (steps: readonly CertificateStep[]): string[] => steps.map((s) => s.id);

function createAuthority({ spec }: CertificateDocument, observed: ObservedCertificate): CertificateStep {
  const own = spec.issuer.ownAuthority;
  return {
    id: "authority",
    change: "create",
    title: message("harborCertificate.createAuthority", {
      name: own?.commonName ?? "",
      days: own?.validityDays ?? 0,
    }),
    target: observed.store,
    reason: message("harborCertificate.becauseNoAuthority"),
    after: [],
    action: { type: "create-authority" },
  };
}

function issue(
  document: CertificateDocument,
  observed: ObservedCertificate,
  of: string,
  now: Date,
  after: readonly string[],
): readonly CertificateStep[] {
  const { spec } = document;
  const pair = observed.pairs[of];
  const reason = reasonToIssue(spec, of, pair, now);
  if (reason === undefined) return [];
  const names = of === "server" ? [...spec.hosts, ...spec.ipAddresses].join(", ") : of;
  const isOtherIssuer = pair !== undefined && !pair.verifies;
  return [
    {
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
    },
  ];
}

function issueList(
  { spec }: CertificateDocument,
  { crl, store }: ObservedCertificate,
  now: Date,
  after: readonly string[],
): readonly CertificateStep[] {
  if (spec.crl === undefined) return [];
  const wanted = spec.crl.revoked.map((r) => serialOf(r.serialNumber));
  const begin = crl === undefined ? 0 : Date.parse(crl.thisUpdate);
  const renewAt = crl === undefined ? 0 : begin + (Date.parse(crl.nextUpdate) - begin) * spec.renewAfter;
  const fits = crl !== undefined && crl.signed && sameSet(crl.serials.map(serialOf), wanted);
  if (fits && now.getTime() < renewAt) return [];
  const reason = fits ? "harborCertificate.becauseListDue" : "harborCertificate.becauseListDiffers";
  return [
    {
      id: "crl",
      change: crl === undefined ? "create" : "update",
      title: message("harborCertificate.issueList", { count: wanted.length }),
      target: store,
      reason: message(reason),
      after,
      action: { type: "issue-crl" },
    },
  ];
}

/** The same number in one spelling. */
export const serialOf = (text: string): string =>
  text
    .replaceAll(":", "")
    .toLowerCase()
    .replace(/^0+(?=.)/, "");

type Before = (of: string, wantsList: boolean) => string[];

function deliverFiles(
  { spec }: CertificateDocument,
  observed: ObservedCertificate,
  before: Before,
): readonly CertificateStep[] {
  return spec.deliver.files.flatMap((delivery, index): CertificateStep[] => {
    const paths = pathsOf(delivery);
    const copies = observed.files.filter((c) => paths.includes(c.at) && c.state !== "same");
    const after = before(delivery.of, delivery.crl !== undefined);
    if (copies.length === 0 && after.length === 0) return [];
    const isNew = copies.length === paths.length && copies.every((c) => c.state === "absent");
    return [
      {
        id: `files/${paths[0] ?? index}`,
        change: isNew ? "create" : "update",
        title: message("harborCertificate.deliverFiles", { of: delivery.of, paths: paths.join(", ") }),
        target: paths[0] ?? "",
        reason: deliveryReason(after.length > 0, isNew),
        after,
        action: { type: "deliver-files", index },
      },
    ];
  });
}

function deliverSecrets(
  { spec }: CertificateDocument,
  observed: ObservedCertificate,
  before: Before,
): readonly CertificateStep[] {
  return spec.deliver.secrets.flatMap(({ of, namespace, name }, index): CertificateStep[] => {
    const state = observed.secrets.find((c) => c.at === `${namespace}/${name}`)?.state ?? "absent";
    const after = before(of, false);
    if (state === "foreign" || (state === "same" && after.length === 0)) return [];
    return [
      {
        id: `secret/${namespace}/${name}`,
        change: state === "absent" ? "create" : "update",
        title: message("harborCertificate.deliverSecret", { of, secret: `${namespace}/${name}` }),
        target: `Secret/${namespace}/${name}`,
        reason: deliveryReason(after.length > 0, state === "absent"),
        after,
        action: { type: "deliver-secret", index },
      },
    ];
  });
}

function deliveryReason(isIssued: boolean, isNew: boolean): Message {
  if (isIssued) return message("harborCertificate.becauseIssued");
  return message(isNew ? "harborCertificate.becauseAbsent" : "harborCertificate.becauseDiffers");
}

const foreignSecrets = ({ secrets }: ObservedCertificate): readonly Finding[] =>
  secrets
    .filter((c) => c.state === "foreign")
    .map((c) => finding("DELIVERY_SECRET_NOT_OURS", `Secret/${c.at}`));

function findingsOf(
  document: CertificateDocument,
  observed: ObservedCertificate,
  now: Date,
): readonly Finding[] {
  const { spec } = document;
  const { authority } = observed;
  const findings: Finding[] = observed.exposed.map((entry) =>
    finding("CERTIFICATE_AUTHORITY_KEY_EXPOSED", `${observed.store}/${entry}`),
  );
  if (authority !== undefined) {
    const left = Date.parse(authority.notAfter) - now.getTime();
    const evidence = { notAfter: authority.notAfter };
    if (left < day) findings.push(finding("CERTIFICATE_AUTHORITY_OVER", authority.name, evidence));
    else if (left < spec.validityDays * day)
      findings.push(finding("CERTIFICATE_AUTHORITY_ENDS_SOON", authority.name, evidence));
  }
  const brought = spec.issuer.provided === undefined ? undefined : observed.pairs.server;
  if (brought !== undefined && reasonIsDue(spec, brought, now))
    findings.push(
      finding("CERTIFICATE_PROVIDED_ENDS_SOON", nameOf(document), { notAfter: brought.notAfter }),
    );
  return findings;
}

function reasonIsDue(spec: HarborCertificateSpec, { notBefore, notAfter }: ObservedPair, now: Date): boolean {
  const begin = Date.parse(notBefore);
  return now.getTime() >= begin + (Date.parse(notAfter) - begin) * spec.renewAfter;
}

/**
 * Takes delivered copies and issued certificates away. The CA stays: clients may trust it, other documents may use it,
 * and its key can not be made again.
 */
export function planRemoval(
  document: CertificateDocument,
  observed: ObservedCertificate,
): KindPlan<CertificateAction> {
  const { spec } = document;
  const because = message("harborCertificate.becauseRemoved");
  const remove = (id: string, target: string, title: Message, action: CertificateAction, after: string[]) =>
    ({ id, change: "delete", title, target, reason: because, after, action }) as const;
  const copies: CertificateStep[] = [
    ...spec.deliver.files.flatMap((delivery, index) => {
      const paths = observed.files.filter((c) => pathsOf(delivery).includes(c.at) && c.state === "same");
      if (paths.length === 0) return [];
      const title = message("harborCertificate.removeFiles", { paths: paths.map((c) => c.at).join(", ") });
      return [
        remove(
          `files/${paths[0]?.at ?? index}`,
          paths[0]?.at ?? "",
          title,
          { type: "remove-files", index },
          [],
        ),
      ];
    }),
    ...spec.deliver.secrets.flatMap(({ namespace, name, takeOver }, index) => {
      const state = observed.secrets.find((c) => c.at === `${namespace}/${name}`)?.state;
      if (takeOver || (state !== "same" && state !== "differs")) return [];
      const title = message("harborCertificate.removeSecret", { secret: `${namespace}/${name}` });
      return [
        remove(
          `secret/${namespace}/${name}`,
          `Secret/${namespace}/${name}`,
          title,
          { type: "remove-secret", index },
          [],
        ),
      ];
    }),
  ];
  const pairs =
    spec.issuer.provided === undefined
      ? Object.keys(observed.pairs).map((of) => {
          const title = message("harborCertificate.removePair", { of });
          return remove(
            `certificate/${of}`,
            observed.store,
            title,
            { type: "remove-pair", of },
            idsOf(copies),
          );
        })
      : [];
  const findings =
    observed.authority !== undefined && spec.issuer.ownAuthority !== undefined
      ? [finding("CERTIFICATE_AUTHORITY_KEPT", observed.store)]
      : [];
  return { steps: [...copies, ...pairs], findings };
}
