import type { KindPlan, Step } from "../../engine/kind.ts";
import { finding, type Finding } from "../../model/finding.ts";
import { message } from "../../text/message.ts";
import type { NodeDocument } from "./gather.ts";
import type { ObservedNode, ObservedRuntime } from "./observe.ts";
import { isUsable } from "./runtime.ts";
import type { RuntimeName } from "./schema.ts";

export type NodeAction =
  | { readonly type: "write"; readonly runtime: RuntimeName }
  | { readonly type: "set-config-path" }
  | { readonly type: "restart" }
  | { readonly type: "drop-former"; readonly runtime: RuntimeName }
  | { readonly type: "remove" };

type NodeStep = Step<NodeAction>;

/** Plans what the runtimes of one node still lack. Pure. */
export function plan(document: NodeDocument, observed: ObservedNode): KindPlan<NodeAction> {
  const usable = observed.runtimes.filter(isUsable);
  const steps = usable.flatMap((runtime) => planRuntime(runtime, observed));
  const config = usable.flatMap((runtime) => planConfig(runtime, observed, steps));
  return {
    steps: oneByOne([...steps, ...config, ...planRestart(document, observed, config)]),
    findings: findingsOf(document, observed, config.length > 0),
  };
}

/** All steps of a node write the same record of what is ours, so none runs beside another. */
function oneByOne(steps: readonly NodeStep[]): readonly NodeStep[] {
  return steps.map((step, i) => {
    const before = steps[i - 1]?.id;
    return before === undefined ? step : { ...step, after: [...new Set([...step.after, before])] };
  });
}

function planRuntime(runtime: ObservedRuntime, { node, url }: ObservedNode): readonly NodeStep[] {
  const { name, folder, missing, differing, formerAuthorities, obsolete } = runtime;
  const wanting = [...missing, ...differing];
  const target = `${node}:${folder}`;
  const write: NodeStep = {
    id: `${name}/trust`,
    change: missing.length > 0 && differing.length === 0 ? "create" : "update",
    title: message("nodeTrust.write", { runtime: name, url, folder }),
    target,
    reason: message("nodeTrust.becauseFiles", { paths: wanting.join(", ") }),
    after: [],
    action: { type: "write", runtime: name },
  };
  const drop: NodeStep = {
    id: `${name}/former`,
    change: "delete",
    title: message("nodeTrust.dropFormer", { runtime: name, url }),
    target,
    reason: message("nodeTrust.becauseFormer"),
    after: wanting.length > 0 ? [write.id] : [],
    action: { type: "drop-former", runtime: name },
  };
  return [
    ...(wanting.length > 0 ? [write] : []),
    ...(formerAuthorities > 0 || obsolete.length > 0 ? [drop] : []),
  ];
}

function planConfig(
  { name, config }: ObservedRuntime,
  { node }: ObservedNode,
  before: readonly NodeStep[],
): readonly NodeStep[] {
  if (config === undefined) return [];
  return [
    {
      id: "containerd/config-path",
      change: "update",
      title: message("nodeTrust.setConfigPath", { path: config }),
      target: `${node}:${config}`,
      reason: message("nodeTrust.becauseNoConfigPath"),
      after: before.map((s) => s.id).filter((id) => id === `${name}/trust`),
      action: { type: "set-config-path" },
    },
  ];
}

function planRestart(
  { spec }: NodeDocument,
  { node, restartPending, runtimes }: ObservedNode,
  config: readonly NodeStep[],
): readonly NodeStep[] {
  const isSwitchedOff = runtimes.some((r) => r.criDisabledBy !== undefined);
  if (isSwitchedOff || spec.restart.containerd === "never" || (config.length === 0 && !restartPending))
    return [];
  return [
    {
      id: "containerd/restart",
      change: "restart",
      title: message("nodeTrust.restart"),
      target: `${node}:containerd`,
      reason: message("nodeTrust.becauseConfigPath"),
      after: config.map((s) => s.id),
      interrupts: message("nodeTrust.interruptsRestart"),
      action: { type: "restart" },
    },
  ];
}

function findingsOf(document: NodeDocument, observed: ObservedNode, isSet: boolean): readonly Finding[] {
  const { node, runtimes, restartPending } = observed;
  const never = document.spec.restart.containerd === "never";
  return [
    ...runtimes
      .filter((r) => r.conflicts.length > 0)
      .map((r) => finding("NODE_INLINE_REGISTRY_CONFIG", node, { settings: r.conflicts.join(", ") })),
    ...runtimes.flatMap(({ criDisabledBy: path }) =>
      path === undefined ? [] : [finding("NODE_CRI_DISABLED", node, { path })],
    ),
    ...(never && (isSet || restartPending) ? [finding("NODE_RESTART_WITHHELD", node)] : []),
  ];
}

/** Takes our files away and puts back what they replaced. config_path stays: other registries may rely on it. */
export function planRemoval(_document: NodeDocument, observed: ObservedNode): KindPlan<NodeAction> {
  const { node, url, ours } = observed;
  if (ours.length === 0) return { steps: [], findings: [] };
  return {
    steps: [
      {
        id: "trust",
        change: "delete",
        title: message("nodeTrust.remove", { url }),
        target: node,
        reason: message("nodeTrust.becauseRemoved", { paths: ours.join(", ") }),
        after: [],
        interrupts: message("nodeTrust.interruptsRemoval", { url }),
        action: { type: "remove" },
      },
    ],
    findings: [],
  };
}
