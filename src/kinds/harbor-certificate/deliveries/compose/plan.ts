import { finding, type Finding } from "../../../../model/finding.ts";
import { message, type Message } from "../../../../text/message.ts";
import type { CertificateStep } from "../../action.ts";
import type { CertificateDocument } from "../../gathered.ts";
import type { ObservedCertificate, ObservedCompose } from "../../observed.ts";
import type { Before } from "../delivery.ts";

/** Pure. */
export function planCompose(
  _document: CertificateDocument,
  { compose }: ObservedCertificate,
  before: Before,
): readonly CertificateStep[] {
  if (compose === undefined) return [];
  const after = before("server", false);
  const reason = reasonToConfigure(compose);
  return reason === undefined ? renewal(compose, after) : [configuration(compose, reason, after)];
}

/** Why everything must be rendered and started anew; nothing where the pair can be exchanged in place. */
function reasonToConfigure({ edits, rendered, interrupted }: ObservedCompose): Message | undefined {
  if (interrupted === "configuration") return message("harborCompose.becauseInterrupted");
  if (edits.length > 0) return message("harborCompose.becauseEdits", { settings: edits.join(", ") });
  return rendered ? undefined : message("harborCompose.becauseNotRendered");
}

const idOf = ({ at }: ObservedCompose): string => `compose/${at}`;

function configuration(of: ObservedCompose, reason: Message, after: readonly string[]): CertificateStep {
  const { at, edits } = of;
  const title =
    edits.length > 0
      ? message("harborCompose.configure", { at, settings: edits.join(", ") })
      : message("harborCompose.prepare", { at });
  return {
    id: idOf(of),
    change: "restart",
    title,
    target: at,
    reason,
    after,
    interrupts: message("harborCompose.interruptsAll"),
    action: { type: "configure-compose" },
  };
}

function renewal(of: ObservedCompose, after: readonly string[]): readonly CertificateStep[] {
  const { at, source, served, shown, proxy, isStale, interrupted } = of;
  const differs = source !== "same" || served !== "same" || after.length > 0;
  if (!differs && shown === "same" && interrupted === undefined) return [];
  const reason =
    interrupted !== undefined
      ? message("harborCompose.becauseInterrupted")
      : after.length > 0
        ? message("harborCertificate.becauseIssued")
        : message(differs ? "harborCertificate.becauseDiffers" : "harborCompose.becauseNotShown");
  const step = { id: idOf(of), change: "update", target: at, reason, after } as const;
  if (proxy !== "running" && proxy !== "restarting")
    return [
      {
        ...step,
        title: message("harborCompose.start", { at }),
        action: { type: "deliver-compose", activation: "start" },
      },
    ];
  if (isStale || proxy === "restarting")
    return [
      {
        ...step,
        change: "restart",
        title: message("harborCompose.restart", { at }),
        interrupts: message("harborCompose.interruptsProxy"),
        action: { type: "deliver-compose", activation: "restart" },
      },
    ];
  return [
    {
      ...step,
      title: message("harborCompose.deliver", { at }),
      action: { type: "deliver-compose", activation: "reload" },
    },
  ];
}

/** Harbor needs a certificate as long as it runs: it stays, and only what is ours goes. Pure. */
export function planComposeRemoval(
  _document: CertificateDocument,
  { compose }: ObservedCertificate,
  reason: Message,
): readonly CertificateStep[] {
  if (compose === undefined || !compose.hasBackups || compose.interrupted !== undefined) return [];
  const { at } = compose;
  return [
    {
      id: idOf(compose),
      change: "delete",
      title: message("harborCompose.removeBackups", { at }),
      target: at,
      reason,
      after: [],
      action: { type: "remove-compose-backups" },
    },
  ];
}

/** Pure. */
export function composeFindings(
  { spec }: CertificateDocument,
  { compose, pairs }: ObservedCertificate,
): readonly Finding[] {
  if (compose === undefined) return [];
  const { at, names } = compose;
  const covered = [
    ...spec.hosts,
    ...spec.ipAddresses,
    ...(pairs["server"]?.dnsNames ?? []),
    ...(pairs["server"]?.ipAddresses ?? []),
  ];
  const missing = names.filter((name) => !covered.some((pattern) => isCovered(name, pattern)));
  return [
    ...(missing.length > 0 ? [finding("COMPOSE_NAME_NOT_COVERED", at, { names: missing.join(", ") })] : []),
    ...(compose.isStale ? [finding("COMPOSE_PROXY_STALE", at)] : []),
    ...(compose.interrupted === undefined ? [] : [finding("COMPOSE_DELIVERY_INTERRUPTED", at)]),
  ];
}

/** Pure. */
export function composeRemovalFindings(
  _document: CertificateDocument,
  { compose }: ObservedCertificate,
): readonly Finding[] {
  return compose === undefined ? [] : [finding("COMPOSE_CERTIFICATE_STAYS", compose.at)];
}

/** RFC 6125 §6.4.3: a wildcard stands for one label. */
function isCovered(name: string, pattern: string): boolean {
  const [first, ...rest] = name.toLowerCase().split(".");
  if (pattern.startsWith("*.")) return first !== "" && rest.join(".") === pattern.slice(2).toLowerCase();
  return name.toLowerCase() === pattern.toLowerCase();
}
