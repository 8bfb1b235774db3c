import type { KindPlan, Step } from "../../../engine/kind.ts";
import type { Document } from "../../../model/document.ts";
import { finding, type Finding } from "../../../model/finding.ts";
import { message } from "../../../text/message.ts";
import type { HarborRegistrySpec } from "../schema.ts";
import { blockersOf, listFinding, openFinding } from "./findings.ts";
import { secretNameOf } from "./ingress-objects.ts";
import type { ObservedIngress } from "./observed.ts";
import { coverable } from "./schema.ts";

export type IngressAction =
  | { readonly type: "ingress-secret"; readonly digest: string }
  | { readonly type: "ingress-annotate"; readonly mode: "observe" | "enforce" | "off" }
  | { readonly type: "ingress-delete-secret" };

type IngressStep = Step<IngressAction>;
type RegistryDocument = Document<HarborRegistrySpec>;

/** What a Helm Harbor behind ingress-nginx needs. Pure. */
export function planIngress(document: RegistryDocument, observed: ObservedIngress): KindPlan<IngressAction> {
  const { mutual, mutualTls } = document.spec.tls;
  const { url } = document.spec;
  const { wanted } = observed;
  if (mutual === undefined || mutual === "off" || wanted === undefined)
    return { steps: planOff(document, observed), findings: [] };
  if (observed.exposure !== "ingress")
    return { steps: [], findings: [finding("MUTUAL_TLS_NO_INGRESS", url, { at: observed.at })] };
  if (observed.secret?.ours === false) {
    const secret = `Secret/${observed.namespace}/${secretNameOf(document.metadata.name)}`;
    return { steps: [], findings: [finding("MUTUAL_TLS_SECRET_NOT_OURS", secret)] };
  }
  const blockers =
    mutual === "enforce" && observed.current !== "enforce" ? ingressBlockers(document, observed) : [];
  const mode =
    mutual === "enforce" && (observed.current === "enforce" || blockers.length === 0) ? "enforce" : "observe";
  const findings = [
    ...blockers,
    ...(wanted.listProblem === undefined ? [] : [listFinding(url, wanted.listProblem)]),
    finding("MUTUAL_TLS_INGRESS_LOGS_NOBODY", url),
    openFinding(url, mutualTls),
  ];
  return { steps: stepsOf(document, observed, mode, wanted.digest), findings };
}

/** ingress-nginx decides for a whole host, and lets nobody in by address. */
function ingressBlockers(document: RegistryDocument, observed: ObservedIngress): readonly Finding[] {
  const { url, tls } = document.spec;
  const { covers, exempt } = tls.mutualTls;
  const open = coverable.filter((c) => !covers.includes(c));
  const { own = "none", trusts = [], nodes = [] } = observed.wanted ?? {};
  return [
    ...(open.length > 0 ? [finding("MUTUAL_TLS_INGRESS_COVERS_ALL", url, { open: open.join(", ") })] : []),
    ...(exempt.length > 0
      ? [finding("MUTUAL_TLS_INGRESS_EXEMPTS_NOBODY", url, { exempt: exempt.map((e) => e.name).join(", ") })]
      : []),
    ...blockersOf(document, { own, trusts, nodes }, observed.current === "observe"),
  ];
}

function stepsOf(
  document: RegistryDocument,
  observed: ObservedIngress,
  mode: "observe" | "enforce",
  digest: string,
): readonly IngressStep[] {
  const { url, tls } = document.spec;
  const name = secretNameOf(document.metadata.name);
  const secret: IngressStep = {
    id: "mutual-tls/secret",
    change: observed.secret === undefined ? "create" : "update",
    title: message("mutualTls.writeSecret", { url, secret: name }),
    target: `Secret/${observed.namespace}/${name}`,
    reason: message(
      observed.secret === undefined ? "mutualTls.becauseAsked" : "mutualTls.becauseSecretDiffers",
    ),
    after: [],
    action: { type: "ingress-secret", digest },
  };
  const isWritten = observed.secret?.digest === digest;
  const covers = tls.mutualTls.covers.join(", ");
  const annotate: IngressStep = {
    id: "mutual-tls",
    change: "update",
    title:
      mode === "enforce"
        ? message("mutualTls.enforce", { url, covers })
        : message("mutualTls.observe", { url }),
    target: `Ingress/${observed.namespace}/${observed.ingresses.join(", ")}`,
    reason: message(mode === "enforce" ? "mutualTls.becauseSeen" : "mutualTls.becauseAsked"),
    after: isWritten ? [] : [secret.id],
    ...(mode === "enforce" && { interrupts: message("mutualTls.refuses", { covers }) }),
    action: { type: "ingress-annotate", mode },
  };
  const isAnnotated = observed.current === mode && observed.depth === String(tls.mutualTls.verifyDepth);
  return [...(isWritten ? [] : [secret]), ...(isAnnotated ? [] : [annotate])];
}

/** One step, whatever has become of the Secret. What others wrote there is not ours to take away. */
function planOff(document: RegistryDocument, observed: ObservedIngress): readonly IngressStep[] {
  if (observed.current !== "observe" && observed.current !== "enforce" && !isHalf(observed)) return [];
  return [
    {
      id: "mutual-tls",
      change: "update",
      title: message("mutualTls.switchOff", { url: document.spec.url }),
      target: `Ingress/${observed.namespace}/${observed.ingresses.join(", ")}`,
      reason: message("mutualTls.becauseOff"),
      after: [],
      action: { type: "ingress-annotate", mode: "off" },
    },
  ];
}

/** Cut off while several Ingresses were annotated: our Secret is there, and they differ. */
const isHalf = ({ current, secret, ingresses }: ObservedIngress): boolean =>
  current === "unknown" && secret?.ours === true && ingresses.length > 1;

export function planIngressRemoval(
  document: RegistryDocument,
  observed: ObservedIngress,
): KindPlan<IngressAction> {
  const off = planOff(document, observed);
  const name = secretNameOf(document.metadata.name);
  const remove: IngressStep = {
    id: "mutual-tls/delete-secret",
    change: "delete",
    title: message("mutualTls.deleteSecret", { secret: name }),
    target: `Secret/${observed.namespace}/${name}`,
    reason: message("mutualTls.becauseRemoved"),
    after: off.map((s) => s.id),
    action: { type: "ingress-delete-secret" },
  };
  return { steps: [...off, ...(observed.secret?.ours === true ? [remove] : [])], findings: [] };
}
