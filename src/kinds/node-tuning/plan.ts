import type { KindPlan, Step } from "../../engine/kind.ts";
import { finding } from "../../model/finding.ts";
import { message } from "../../text/message.ts";
import { obstacles, remarks } from "./checks.ts";
import type { TuningDocument } from "./gather.ts";
import type { ObservedTuning } from "./observe.ts";

export type TuningAction =
  | { readonly type: "write" }
  | { readonly type: "restart" }
  | { readonly type: "put-back" }
  | { readonly type: "forget" };

type TuningStep = Step<TuningAction>;

/** Plans what the kubelet's file still lacks. Pure. */
export function plan({ spec }: TuningDocument, observed: ObservedTuning): KindPlan<TuningAction> {
  const { node, configuration, differing, restartPending } = observed;
  const blocking = obstacles(observed, spec);
  const findings = [...blocking, ...remarks(observed, spec)];
  const isWriting = differing.length > 0 && blocking.length === 0;
  const write: TuningStep = {
    id: "kubelet/settings",
    change: "update",
    title: message("nodeTuning.write", { path: configuration }),
    target: `${node}:${configuration}`,
    reason: message("nodeTuning.becauseDiffering", {
      settings: differing.map(({ name, from, to }) => `${name} ${from} → ${to}`).join(", "),
    }),
    after: [],
    action: { type: "write" },
  };
  const isRestarting = isWriting || restartPending;
  const withheld = isRestarting && spec.restart.kubelet === "never";
  const restart = restartStep(node, isWriting ? [write.id] : []);
  return {
    steps: [...(isWriting ? [write] : []), ...(isRestarting && !withheld ? [restart] : [])],
    findings: withheld ? [...findings, finding("NODE_KUBELET_RESTART_WITHHELD", node)] : findings,
  };
}

function restartStep(node: string, after: readonly string[]): TuningStep {
  return {
    id: "kubelet/restart",
    change: "restart",
    title: message("nodeTuning.restart"),
    target: `${node}:kubelet`,
    reason: message("nodeTuning.becauseRead"),
    after,
    interrupts: message("nodeTuning.interrupts"),
    action: { type: "restart" },
  };
}

/** Gives each setting the value that it had before Moorline, and leaves the rest of the file as it is now. */
export function planRemoval({ spec }: TuningDocument, observed: ObservedTuning): KindPlan<TuningAction> {
  const { node, configuration, ours, restartPending } = observed;
  if (ours.length === 0 && !restartPending) return { steps: [], findings: [] };
  const isNever = spec.restart.kubelet === "never";
  const putBack: TuningStep = {
    id: "kubelet/former",
    change: "update",
    title: message("nodeTuning.putBack", { path: configuration }),
    target: `${node}:${configuration}`,
    reason: message("nodeTuning.becauseRemoved", { settings: ours.join(", ") || "-" }),
    after: [],
    action: { type: "put-back" },
  };
  const restart = restartStep(node, [putBack.id]);
  const forget: TuningStep = {
    id: "kubelet/record",
    change: "delete",
    title: message("nodeTuning.forget"),
    target: `${node}:${spec.paths.state}`,
    reason: message("nodeTuning.becauseRemoved", { settings: ours.join(", ") || "-" }),
    after: [isNever ? putBack.id : restart.id],
    action: { type: "forget" },
  };
  return {
    steps: [putBack, ...(isNever ? [] : [restart]), forget],
    findings: isNever ? [finding("NODE_KUBELET_RESTART_WITHHELD", node)] : [],
  };
}
