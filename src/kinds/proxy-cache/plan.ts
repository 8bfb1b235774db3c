import type { KindPlan, Step } from "../../engine/kind.ts";
import { nameOf, type Document } from "../../model/document.ts";
import { finding, type Finding } from "../../model/finding.ts";
import { message } from "../../text/message.ts";
import { storageBytes } from "../shared/storage-size.ts";
import type { CacheAction, CacheProjectSettings } from "./actions.ts";
import { endpointOf, networkOf, projectOf } from "./names.ts";
import type { ObservedCache } from "./observed.ts";
import { planPreheat } from "./plan-preheat.ts";
import { upstreamUrl, type ProxyCacheSpec } from "./schema.ts";

type CacheDocument = Document<ProxyCacheSpec>;
type CacheStep = Step<CacheAction>;
type CachePlan = KindPlan<CacheAction>;

/** What is to be done so that the upstream is cached as the document says. */
export function plan(document: CacheDocument, observed: ObservedCache): CachePlan {
  const obstacle = obstacleIn(document, observed);
  const findings = [...weaknesses(document, observed), ...(obstacle === undefined ? [] : [obstacle])];
  if (obstacle !== undefined) return { steps: [], findings };
  const endpoint = planEndpoint(document, observed);
  const project = planProject(document, observed, endpoint);
  const lifetime = planLifetime(document, observed, project);
  const preheat = planPreheat(document, observed, project);
  const before = [...endpoint, ...project, ...lifetime].map((s) => s.id);
  const warm = observed.wantedReachable
    ? observed.cold.map((image) => warmStep(document, image, before))
    : [];
  return { steps: [...endpoint, ...project, ...lifetime, ...preheat, ...warm], findings };
}

/** What only a person can decide; nothing is done before. */
function obstacleIn(
  document: CacheDocument,
  { endpoint, project, network }: ObservedCache,
): Finding | undefined {
  const { spec } = document;
  const url = upstreamUrl(spec);
  if (endpoint !== undefined && !endpoint.ours)
    return finding("PROXY_ENDPOINT_TAKEN", endpointOf(document), { url: endpoint.url });
  if (endpoint !== undefined && endpoint.type !== spec.upstream.type)
    return finding("PROXY_ENDPOINT_TYPE_FIXED", endpointOf(document), {
      type: endpoint.type,
      wanted: spec.upstream.type,
    });
  if (project !== undefined && (endpoint === undefined || project.registryId !== endpoint.id))
    return finding("PROXY_PROJECT_TAKEN", projectOf(document), { url });
  if (network !== undefined && !network.ours)
    return finding("PREHEAT_NETWORK_TAKEN", networkOf(document), { endpoint: network.endpoint });
  return undefined;
}

function weaknesses({ spec, ...document }: CacheDocument, observed: ObservedCache): readonly Finding[] {
  const name = nameOf({ spec, ...document });
  const { version } = observed;
  return [
    ...observed.tooOld.map(({ field, since }) =>
      finding("PROXY_SETTING_UNKNOWN_TO_HARBOR", name, { field, since, version }),
    ),
    ...(observed.wantedReachable ? [] : [finding("PROXY_UPSTREAM_UNREACHABLE", upstreamUrl(spec))]),
    ...(spec.upstream.insecureSkipTlsVerify ? [finding("PROXY_UPSTREAM_UNVERIFIED", name)] : []),
    ...(spec.project.public && spec.upstream.credential !== undefined
      ? [finding("PROXY_ACCOUNT_OPEN_TO_ALL", name)]
      : []),
  ];
}

function planEndpoint(document: CacheDocument, observed: ObservedCache): readonly CacheStep[] {
  const { endpoint, wantedReachable } = observed;
  const { upstream } = document.spec;
  // Harbor takes no endpoint that it does not reach, so a step would only fail.
  if (!wantedReachable) return [];
  const name = endpointOf(document);
  const url = upstreamUrl(document.spec);
  const common = { id: `endpoint/${name}`, target: `Harbor registry endpoint ${name}`, after: [] };
  if (endpoint === undefined)
    return [
      {
        ...common,
        change: "create",
        title: message("proxyCache.createEndpoint", { name, url }),
        reason: message("proxyCache.endpointMissing"),
        action: { type: "create-endpoint" },
      },
    ];
  const differs =
    endpoint.url !== url ||
    endpoint.insecure !== upstream.insecureSkipTlsVerify ||
    endpoint.username !== (upstream.credential?.username ?? "") ||
    !endpoint.caMatches;
  if (!differs && endpoint.reachable) return [];
  return [
    {
      ...common,
      change: "update",
      title: message("proxyCache.updateEndpoint", { name, url }),
      reason: message(differs ? "proxyCache.endpointDiffers" : "proxyCache.endpointUnreachable"),
      action: { type: "update-endpoint", id: endpoint.id },
    },
  ];
}

/** What the document says of the project and this Harbor knows. */
function settingsOf(
  { spec }: CacheDocument,
  { tooOld }: ObservedCache,
): Required<Omit<CacheProjectSettings, "storageLimit">> & Pick<CacheProjectSettings, "storageLimit"> {
  const knows = (field: string): boolean => !tooOld.some((t) => t.field === field);
  const { limits, project } = spec;
  return {
    public: project.public,
    speed: knows("limits.kilobytesPerSecond") ? (limits.kilobytesPerSecond ?? -1) : -1,
    connections: knows("limits.upstreamConnections") ? (limits.upstreamConnections ?? -1) : -1,
    serveRemoved: knows("serveRemovedUpstream") && spec.serveRemovedUpstream === true,
    ...(project.storageLimit !== undefined && { storageLimit: storageBytes(project.storageLimit) }),
  };
}

function planProject(
  document: CacheDocument,
  observed: ObservedCache,
  endpoint: readonly CacheStep[],
): readonly CacheStep[] {
  const { project } = observed;
  const name = projectOf(document);
  const settings = settingsOf(document, observed);
  const common = {
    id: `project/${name}`,
    target: `Harbor project ${name}`,
    after: endpoint.map((s) => s.id),
  };
  if (project === undefined) {
    if (observed.endpoint === undefined && endpoint.length === 0) return [];
    return [
      {
        ...common,
        change: "create",
        title: message("proxyCache.createProject", { project: name, url: upstreamUrl(document.spec) }),
        reason: message("proxyCache.projectMissing"),
        action: { type: "create-project", settings },
      },
    ];
  }
  const differing = Object.fromEntries(
    Object.entries(settings).filter(([field, value]) => project[field as keyof typeof settings] !== value),
  ) as CacheProjectSettings;
  const fields = Object.keys(differing).join(", ");
  if (fields === "") return [];
  return [
    {
      ...common,
      change: "update",
      title: message("proxyCache.updateProject", { project: name, fields }),
      reason: message("proxyCache.projectDiffers"),
      action: { type: "update-project", settings: differing },
    },
  ];
}

function planLifetime(
  document: CacheDocument,
  { project }: ObservedCache,
  making: readonly CacheStep[],
): readonly CacheStep[] {
  if (project === undefined && making.length === 0) return [];
  const { daysSinceLastPull: days, schedule } = document.spec.lifetime;
  // Harbor gives each new cache the policy that is the default here (facts/harbor.md §1.4).
  const current =
    project === undefined ? { daysSinceLastPull: 7, schedule: "0 0 0 * * *" } : project.lifetime;
  if (current?.daysSinceLastPull === days && current.schedule === schedule) return [];
  const name = projectOf(document);
  return [
    {
      id: `lifetime/${name}`,
      change: project?.lifetime === undefined ? "create" : "update",
      title: message("proxyCache.setLifetime", { project: name, days }),
      target: `retention of Harbor project ${name}`,
      reason: message("proxyCache.lifetimeDiffers"),
      after: making.map((s) => s.id),
      action: { type: "set-lifetime" },
    },
  ];
}

function warmStep(document: CacheDocument, image: string, after: readonly string[]): CacheStep {
  return {
    id: `warm/${image}`,
    change: "create",
    title: message("proxyCache.warm", { image }),
    target: `${projectOf(document)}/${image}`,
    reason: message("proxyCache.imageCold"),
    after,
    action: { type: "warm", image },
  };
}
