import type { KindPlan, Step } from "../../../engine/kind.ts";
import type { Document } from "../../../model/document.ts";
import { message, type Message } from "../../../text/message.ts";
import type { HarborRegistrySpec } from "../schema.ts";
import { differing, digestOfAll } from "./compose-files.ts";
import type { ComposeAction } from "./compose-run.ts";
import { blockersOf, findingsOf } from "./findings.ts";
import { planIngress, planIngressRemoval, type IngressAction } from "./ingress-plan.ts";
import type { ObservedCompose, ObservedMutual, ObservedWanted } from "./observed.ts";
import { parts, type Part } from "./places.ts";
import type { MutualTls } from "./schema.ts";

export type MutualAction = ComposeAction | IngressAction;
type MutualStep = Step<MutualAction>;
type RegistryDocument = Document<HarborRegistrySpec>;

/** What is to be done so that mutual TLS is as the document says; pure. */
export function planMutual(document: RegistryDocument, observed: ObservedMutual): KindPlan<MutualAction> {
  if (observed.by === "helm") return planIngress(document, observed);
  return { steps: stepsOf(document, observed), findings: findingsOf(document, observed) };
}

function stepsOf(document: RegistryDocument, observed: ObservedCompose): readonly MutualStep[] {
  const { mutual } = document.spec.tls;
  if (mutual === undefined) return [];
  const { wanted } = observed;
  if (mutual === "off" || wanted === undefined) return planOff(document, observed);
  const target = targetOf(document, observed, wanted);
  const digests = wanted[target];
  const changed = differing(observed.files, digests);
  const isMounted = observed.mounted && observed.visible;
  const mount = mountStep(observed, changed.length === 0);
  const configure = configureStep(document, observed, target, changed, isMounted ? [] : [mount.id]);
  const isConfigured = changed.length === 0 && (observed.loaded || !isMounted);
  return [
    ...(isMounted ? [] : [mount]),
    ...(isConfigured ? [] : [configure]),
    ...(observed.log === "short" ? [] : [emptyStep(observed)]),
  ];
}

/** `enforce` is reached from `observe` alone, and only when nothing speaks against it; what is enforced stays so. */
function targetOf(
  document: RegistryDocument,
  observed: ObservedCompose,
  wanted: ObservedWanted,
): "observe" | "enforce" {
  if (document.spec.tls.mutual !== "enforce") return "observe";
  if (observed.current === "enforce") return "enforce";
  return blockersOf(document, wanted, isObserving(observed)).length === 0 ? "enforce" : "observe";
}

/** Whether what was seen was seen while nginx asked. */
const isObserving = ({ current, running, mounted, visible, loaded }: ObservedCompose): boolean =>
  (current === "observe" || current === "enforce") && running && mounted && visible && loaded;

/** One step from wherever: it needs no document, no CA and no nginx that runs. */
function planOff(document: RegistryDocument, observed: ObservedCompose): readonly MutualStep[] {
  const isOff = observed.current === "absent" || (observed.current === "off" && observed.loaded);
  if (isOff) return [];
  return [
    {
      id: "mutual-tls",
      change: "update",
      title: message("mutualTls.switchOff", { url: document.spec.url }),
      target: observed.at,
      reason: message("mutualTls.becauseOff"),
      after: [],
      ...(!observed.running && { interrupts: message("mutualTls.restartsDead") }),
      action: { type: "mutual-off" },
    },
  ];
}

function mountStep(observed: ObservedCompose, keep: boolean): MutualStep {
  // A container that runs gets them through a folder that it has, and the mounts when it is made anew for whatever reason.
  const restart = observed.way !== "folder";
  return {
    id: "mutual-tls/mount",
    change: restart ? "restart" : "update",
    title: message("mutualTls.mount", { directory: observed.directory }),
    target: observed.at,
    reason: message(observed.mounted ? "mutualTls.becauseNotVisible" : "mutualTls.becauseNotMounted"),
    after: [],
    ...(restart && { interrupts: message("mutualTls.restarts") }),
    action: { type: "mutual-mount", keep, restart },
  };
}

function configureStep(
  document: RegistryDocument,
  observed: ObservedCompose,
  mode: "observe" | "enforce",
  changed: readonly Part[],
  after: readonly string[],
): MutualStep {
  const { url, tls } = document.spec;
  const digests = observed.wanted?.[mode] ?? {};
  const refuses = refusedAnew(mode, tls.mutualTls, observed);
  return {
    id: "mutual-tls",
    change: "update",
    title: titleOf(url, mode, tls.mutualTls, observed, changed),
    target: observed.at,
    reason: reasonOf(mode, observed, changed),
    after,
    ...(refuses.length > 0 && { interrupts: message("mutualTls.refuses", { covers: refuses.join(", ") }) }),
    action: { type: "mutual-configure", mode, digest: digestOfAll(digests) },
  };
}

/** What is refused from now on and was not before. */
const refusedAnew = (mode: string, { covers }: MutualTls, { covered }: ObservedCompose): readonly string[] =>
  mode === "enforce" ? covers.filter((c) => !covered.includes(c)) : [];

function titleOf(
  url: string,
  mode: "observe" | "enforce",
  { covers }: MutualTls,
  { current }: ObservedCompose,
  changed: readonly Part[],
): Message {
  if (current === mode && !changed.includes(parts.http))
    return message("mutualTls.renewMaterial", { url, files: changed.join(", ") || parts.server });
  if (mode === "enforce") return message("mutualTls.enforce", { url, covers: covers.join(", ") });
  return message("mutualTls.observe", { url });
}

function reasonOf(mode: string, { current, loaded }: ObservedCompose, changed: readonly Part[]): Message {
  if (changed.length === 0) return message(loaded ? "mutualTls.becauseAsked" : "mutualTls.becauseNotLoaded");
  if (current !== mode)
    return message(mode === "enforce" ? "mutualTls.becauseSeen" : "mutualTls.becauseAsked");
  return message("mutualTls.becauseDiffers", { files: changed.join(", ") });
}

function emptyStep(observed: ObservedCompose): MutualStep {
  return {
    id: "mutual-tls/log",
    change: "update",
    title: message("mutualTls.emptyLog"),
    target: observed.at,
    reason: message("mutualTls.becauseLogIsLong"),
    after: [],
    action: { type: "mutual-empty-log" },
  };
}

/** Takes everything of ours away: first what nginx asks for, then the mounts, for which the proxy is made anew. */
export function planMutualRemoval(
  document: RegistryDocument,
  observed: ObservedMutual,
): KindPlan<MutualAction> {
  if (observed.by === "helm") return planIngressRemoval(document, observed);
  const off = planOff(document, observed);
  const isThere = observed.mounted || observed.current !== "absent";
  const unmount: MutualStep = {
    id: "mutual-tls/unmount",
    change: "delete",
    title: message("mutualTls.unmount", { directory: observed.directory }),
    target: observed.at,
    reason: message("mutualTls.becauseRemoved"),
    after: off.map((s) => s.id),
    ...(observed.mounted && observed.way !== "folder" && { interrupts: message("mutualTls.restarts") }),
    action: { type: "mutual-unmount" },
  };
  return { steps: [...off, ...(isThere ? [unmount] : [])], findings: [] };
}
