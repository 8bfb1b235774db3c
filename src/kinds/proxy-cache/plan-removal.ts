import type { KindPlan, Step } from "../../engine/kind.ts";
import type { Document } from "../../model/document.ts";
import { finding } from "../../model/finding.ts";
import { message } from "../../text/message.ts";
import type { CacheAction } from "./actions.ts";
import { endpointOf, networkOf, projectOf } from "./names.ts";
import type { ObservedCache } from "./observed.ts";
import { deletePolicyStep } from "./plan-preheat.ts";
import type { ProxyCacheSpec } from "./schema.ts";

type CacheDocument = Document<ProxyCacheSpec>;
type CacheStep = Step<CacheAction>;
type CachePlan = KindPlan<CacheAction>;

/** Takes away what the document put there; never what is cached. */
export function planRemoval(document: CacheDocument, observed: ObservedCache): CachePlan {
  const { endpoint, project, network } = observed;
  const ours = endpoint?.ours === true && (project === undefined || project.registryId === endpoint.id);
  const policies = observed.policies
    .filter((p) => p.ours)
    .map(({ name }) => deletePolicyStep(document, name));
  const reason = message("proxyCache.removalAsked");
  const steps: CacheStep[] = [...policies];
  if (network?.ours === true)
    steps.push({
      id: `preheat-network/${networkOf(document)}`,
      change: "delete",
      title: message("proxyCache.deleteNetwork", { name: networkOf(document) }),
      target: `Harbor preheat instance ${networkOf(document)}`,
      reason,
      after: policies.map((s) => s.id),
      action: { type: "delete-network" },
    });
  if (!ours) return { steps, findings: [] };
  const name = projectOf(document);
  const goes = document.spec.project.deletionPolicy === "Delete" && project?.repositories === 0;
  if (project !== undefined && !goes)
    return { steps, findings: [finding("PROXY_CACHE_KEPT", name, { repositories: project.repositories })] };
  if (project !== undefined)
    steps.push({
      id: `project/${name}`,
      change: "delete",
      title: message("proxyCache.deleteProject", { project: name }),
      target: `Harbor project ${name}`,
      reason,
      after: policies.map((s) => s.id),
      action: { type: "delete-project" },
    });
  steps.push({
    id: `endpoint/${endpointOf(document)}`,
    change: "delete",
    title: message("proxyCache.deleteEndpoint", { name: endpointOf(document) }),
    target: `Harbor registry endpoint ${endpointOf(document)}`,
    reason,
    after: project === undefined ? [] : [`project/${name}`],
    action: { type: "delete-endpoint", id: endpoint.id },
  });
  return { steps, findings: [] };
}
