import { kinds } from "../../kinds/registry.ts";
import { agentAccess } from "../../kinds/node-agent/objects.ts";
import { customResourceDefinition } from "../../model/generate/crd.ts";
import {
  accountOf,
  budgetOf,
  clusterRole,
  namespaceOf,
  namespaceRole,
  networkPolicyOf,
  priorityClass,
  serviceOf,
  type Manifest,
} from "./objects.ts";
import {
  controllerAgentRights,
  controllerNamespaceRights,
  controllerRights,
  webhookNamespaceRights,
  webhookRights,
} from "./rights.ts";
import { names, ports, type InstallSettings, type NodeAgentInstall } from "./settings.ts";
import { deploymentOf, type Workload } from "./workload.ts";

const everywhere = (port: number): string => `0.0.0.0:${port}`;

/**
 * Limits of the JavaScript heap in MiB, so that it is collected before the pod's limit is met; `--expose-gc` lets the
 * controller give back what a rollout needed and rest does not; a second arena of glibc's would hold 20 MiB more.
 */
export const controllerEnvironment = {
  NODE_OPTIONS: "--max-semi-space-size=8 --max-old-space-size=256 --expose-gc",
  MALLOC_ARENA_MAX: "1",
} as const;

const controllerOf = ({ nodeAgent }: InstallSettings): Workload => ({
  name: names.controller,
  arguments: [
    "controller",
    "--namespace=$(POD_NAMESPACE)",
    `--health-address=${everywhere(ports.health)}`,
    `--metrics-address=${everywhere(ports.metrics)}`,
    `--revocation-address=${everywhere(ports.revocation)}`,
    ...(nodeAgent === undefined ? [] : agentArguments(nodeAgent)),
  ],
  open: ["health", "metrics", "revocation"],
  resources: { requests: { cpu: "50m", memory: "256Mi" }, limits: { memory: "512Mi" } },
  environment: controllerEnvironment,
});

const agentArguments = (agent: NodeAgentInstall): readonly string[] => [
  `--node-agent-image=${agent.image}`,
  `--node-agent-namespace=${agent.namespace}`,
  ...(agent.apiServer === undefined ? [] : [`--node-agent-api-server=${agent.apiServer}`]),
  ...agent.imagePullSecrets.map((name) => `--node-agent-pull-secret=${name}`),
];

/** The agent's namespace, account and rights, and the controller's there; the DaemonSet comes with the first document. */
function agentManifests(agent: NodeAgentInstall, settings: InstallSettings): readonly Manifest[] {
  const access = agentAccess(agent, { configz: agent.tuning, taints: agent.taint });
  return [...access, ...namespaceRole(names.controller, controllerAgentRights, settings, agent.namespace)];
}

const webhook: Workload = {
  name: names.webhook,
  arguments: [
    "webhook",
    "--namespace=$(POD_NAMESPACE)",
    `--address=${everywhere(ports.webhook)}`,
    `--health-address=${everywhere(ports.health)}`,
    `--metrics-address=${everywhere(ports.metrics)}`,
  ],
  open: ["webhook", "health", "metrics"],
  resources: { requests: { cpu: "50m", memory: "160Mi" }, limits: { memory: "384Mi" } },
  environment: { NODE_OPTIONS: "--max-semi-space-size=4 --max-old-space-size=128" },
};

/** The definitions of all kinds, as `deploy/crds` holds them. */
export function definitions(): readonly Manifest[] {
  return kinds.map((kind) => customResourceDefinition(kind.schema) as unknown as Manifest);
}

/** Everything of an installation but the definitions and its own namespace, in the order in which it is written. */
export function workloads(settings: InstallSettings, budgetVersion: string): readonly Manifest[] {
  const { controller: c, webhook: w } = names;
  const controller = controllerOf(settings);
  return [
    priorityClass,
    accountOf(c, settings),
    ...clusterRole(c, controllerRights, settings),
    ...namespaceRole(c, controllerNamespaceRights, settings),
    ...(settings.nodeAgent === undefined ? [] : agentManifests(settings.nodeAgent, settings)),
    serviceOf(c, { [ports.metrics]: "metrics", 80: "revocation" }, settings),
    networkPolicyOf(c, controller.open, settings),
    budgetOf(c, settings, budgetVersion),
    deploymentOf(controller, settings),
    ...(settings.admission
      ? [
          accountOf(w, settings),
          ...clusterRole(w, webhookRights, settings),
          ...namespaceRole(w, webhookNamespaceRights, settings),
          serviceOf(w, { 443: "webhook", [ports.metrics]: "metrics" }, settings),
          networkPolicyOf(w, webhook.open, settings),
          budgetOf(w, settings, budgetVersion),
          deploymentOf(webhook, settings),
        ]
      : []),
  ];
}

/**
 * A whole installation, in the order in which it is written.
 * @param budgetVersion `policy/v1`, or `policy/v1beta1` on Kubernetes 1.20, which has no other
 */
export function installation(settings: InstallSettings, budgetVersion: string): readonly Manifest[] {
  return [...definitions(), namespaceOf(settings), ...workloads(settings, budgetVersion)];
}
