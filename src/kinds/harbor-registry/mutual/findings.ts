import type { Document } from "../../../model/document.ts";
import { finding, type Finding } from "../../../model/finding.ts";
import type { Severity } from "../../../text/findings/table.ts";
import type { HarborRegistrySpec } from "../schema.ts";
import type { NodeVerdict } from "./judge.ts";
import type { ListProblem } from "./material.ts";
import type { ObservedCompose, ObservedWanted } from "./observed.ts";
import { coverable, type MutualTls } from "./schema.ts";

type RegistryDocument = Document<HarborRegistrySpec>;
/** What both ways of running Harbor tell. */
export type Evidence = Pick<ObservedWanted, "own" | "trusts" | "nodes">;

/** Nodes that are named one by one; of thousands the count is enough. */
const mostNodes = 50;
const mostOutsiders = 12;

/**
 * What speaks against refusing clients without a certificate; nothing else may plan it. Pure.
 * @param isObserving nginx asks for certificates now, so that what was seen counts
 */
export function blockersOf(
  { spec }: RegistryDocument,
  { own, trusts, nodes }: Evidence,
  isObserving: boolean,
): readonly Finding[] {
  const { url } = spec;
  const days = spec.tls.mutualTls.seenWithinDays;
  const missing = nodes.filter((n) => n.state !== "proved");
  return [
    ...ownFindings(url, own, "error"),
    ...(nodes.length === 0
      ? [finding("MUTUAL_TLS_NO_NODES", url, { trusts: trusts.join(", ") || "-" })]
      : []),
    ...missing.slice(0, mostNodes).map((n) => nodeFinding(n, days, "error")),
    ...(!isObserving || missing.length > 0 || nodes.length === 0 || own !== "good"
      ? [
          finding("MUTUAL_TLS_WAITS", url, {
            proved: nodes.length - missing.length,
            total: nodes.length,
          }),
        ]
      : []),
  ];
}

function ownFindings(url: string, own: Evidence["own"], severity: Severity): readonly Finding[] {
  if (own === "none") return [finding("MUTUAL_TLS_OWN_CERTIFICATE_MISSING", url, {}, severity)];
  if (own === "untrusted") return [finding("MUTUAL_TLS_OWN_CERTIFICATE_UNTRUSTED", url, {}, severity)];
  return [];
}

/** What a node was seen to do, and how that is mended. */
export function nodeFinding(verdict: NodeVerdict, days: number, severity: Severity): Finding {
  const subject = `node ${verdict.node}`;
  switch (verdict.state) {
    case "without": {
      const { address, program } = verdict;
      return finding("MUTUAL_TLS_NODE_WITHOUT_CERTIFICATE", subject, { address, program }, severity);
    }
    case "failed": {
      const { address, program, reason } = verdict;
      return finding("MUTUAL_TLS_NODE_CERTIFICATE_FAILS", subject, { address, program, reason }, severity);
    }
    case "address-unknown":
      return finding("MUTUAL_TLS_NODE_ADDRESS_UNKNOWN", subject, {}, severity);
    default:
      return finding("MUTUAL_TLS_NODE_UNSEEN", subject, { days }, severity);
  }
}

/** Everything worth telling of a docker-compose Harbor. Pure. */
export function findingsOf(document: RegistryDocument, observed: ObservedCompose): readonly Finding[] {
  const { wanted, current } = observed;
  const { url, tls } = document.spec;
  if (wanted === undefined || tls.mutual === undefined || tls.mutual === "off") return [];
  const isBlocked = tls.mutual === "enforce" && current !== "enforce";
  const isObserving = ["observe", "enforce"].includes(current) && observed.loaded && observed.visible;
  return [
    ...(isBlocked
      ? blockersOf(document, wanted, isObserving && observed.running && observed.mounted)
      : warningsOf(document, wanted)),
    ...(wanted.hidden === undefined ? [] : [hiddenFinding(url, wanted.hidden, wanted.nodes.length)]),
    ...(observed.log === "huge"
      ? [finding("MUTUAL_TLS_LOG_GROWS", observed.at, { name: document.metadata.name })]
      : []),
    ...(wanted.listProblem === undefined ? [] : [listFinding(url, wanted.listProblem)]),
    ...(wanted.held ?? []).map((authority) => finding("MUTUAL_TLS_AUTHORITY_IN_USE", url, { authority })),
    ...outsiderFindings(url, wanted, tls.mutual === "enforce" && current === "enforce"),
    openFinding(url, tls.mutualTls),
  ];
}

const hiddenFinding = (url: string, addresses: readonly string[], nodes: number): Finding =>
  finding("MUTUAL_TLS_SOURCES_HIDDEN", url, { addresses: addresses.join(", "), nodes });

/** The same as what blocks, where nothing is to be blocked. */
function warningsOf({ spec }: RegistryDocument, { own, nodes }: Evidence): readonly Finding[] {
  const missing = nodes.filter((n) => n.state !== "proved");
  return [
    ...ownFindings(spec.url, own, "warning"),
    ...missing
      .slice(0, mostNodes)
      .map((n) =>
        nodeFinding(n, spec.tls.mutualTls.seenWithinDays, n.state === "unseen" ? "note" : "warning"),
      ),
  ];
}

export function listFinding(url: string, problem: ListProblem): Finding {
  switch (problem.problem) {
    case "missing":
      return finding("MUTUAL_TLS_LIST_MISSING", url, { reason: problem.reason });
    case "unreadable":
      return finding("MUTUAL_TLS_LIST_UNREADABLE", url, { reason: problem.reason });
    case "expired":
      return finding("MUTUAL_TLS_LIST_EXPIRED", url, {
        authority: problem.authority,
        nextUpdate: problem.nextUpdate ?? "-",
      });
    default:
      return finding("MUTUAL_TLS_LIST_INCOMPLETE", url, { authority: problem.authority });
  }
}

function outsiderFindings(
  url: string,
  { outsiders }: ObservedWanted,
  isEnforced: boolean,
): readonly Finding[] {
  if (outsiders.length === 0) return [];
  const listed = outsiders
    .slice(0, mostOutsiders)
    .map(
      ({ address, program, path, reason }) =>
        `${address} (${[program, path, reason].filter(Boolean).join(", ")})`,
    );
  const clients = `${listed.join("; ")}${outsiders.length > listed.length ? "; …" : ""}`;
  const code = isEnforced ? "MUTUAL_TLS_CLIENTS_REFUSED" : "MUTUAL_TLS_CLIENTS_WITHOUT_CERTIFICATE";
  return [finding(code, url, { clients })];
}

/** The ways in for who has no certificate, by name. */
export function openFinding(url: string, { covers, exempt }: MutualTls): Finding {
  const open = coverable.filter((c) => !covers.includes(c));
  const named = exempt.map((e) => `${e.name} (${e.addresses.join(", ")})`);
  return finding("MUTUAL_TLS_WAYS_IN", url, {
    covers: covers.join(", "),
    open: open.join(", ") || "-",
    exempt: named.join("; ") || "-",
  });
}
