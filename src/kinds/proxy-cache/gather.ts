import type { Project } from "../../clients/harbor/schemas.ts";
import type { PreheatInstance } from "../../clients/harbor/preheat.ts";
import type { Registry } from "../../clients/harbor/registries.ts";
import { Limiter } from "../../clients/harbor/limiter.ts";
import { harborHas, type HarborFeature, type HarborVersion } from "../../clients/harbor/versions.ts";
import type { Document } from "../../model/document.ts";
import { nameOf } from "../../model/document.ts";
import { connectHarbor, findRegistry, type ConnectedHarbor } from "../harbor-registry/connect.ts";
import type { World } from "../world.ts";
import { wantedEndpoint } from "./endpoint.ts";
import { endpointOf, markOf, networkOf, projectOf } from "./names.ts";
import type { ObservedCache, ObservedCacheProject, ObservedEndpoint, ObservedNetwork } from "./observed.ts";
import type { ProxyCacheSpec } from "./schema.ts";

type CacheDocument = Document<ProxyCacheSpec>;

/** Connects to the Harbor that a document names. */
export function connect(
  document: CacheDocument,
  world: World,
  signal: AbortSignal,
): Promise<ConnectedHarbor> {
  return connectHarbor(findRegistry(document.spec.registry, nameOf(document), world), world, signal);
}

/** Looks for images at a time. */
const parallel = 8;

/** Reads everything that a plan is made from. */
export async function gather(
  document: CacheDocument,
  world: World,
  signal: AbortSignal,
): Promise<ObservedCache> {
  const connected = await connect(document, world, signal);
  const { harbor } = connected;
  await harbor.system.currentUser(signal);
  const version = await harbor.system.version(signal);
  const wanted = await wantedEndpoint(document, version, world, signal);
  const found = await harbor.registries.getByName(endpointOf(document), signal);
  const reachable = found !== undefined && (await harbor.registries.isReachable(found.id, signal));
  const project = await harbor.projects.getByName(projectOf(document), signal);
  const network =
    document.spec.preheat === undefined
      ? undefined
      : await harbor.preheat.instance(networkOf(document), signal);
  const isCache = project?.registry_id !== undefined && project.registry_id > 0;
  const policies = isCache ? await policiesOf(document, connected, signal) : [];
  return {
    version: version.text,
    tooOld: tooOld(document.spec, version),
    ...(found !== undefined && {
      endpoint: observedEndpoint(found, document, wanted.caCertificate, reachable),
    }),
    wantedReachable: reachable || (await harbor.registries.isReachable(wanted, signal)),
    ...(project !== undefined && { project: await observedProject(project, document, connected, signal) }),
    ...(network !== undefined && { network: observedNetwork(network, document) }),
    policies,
    cold: isCache ? await coldImages(document, connected, signal) : document.spec.warm,
  };
}

/** What of the document a Harbor of this version does not know. */
function tooOld({ limits, serveRemovedUpstream, upstream }: ProxyCacheSpec, version: HarborVersion) {
  const asked: readonly (readonly [field: string, asked: boolean, feature: HarborFeature, since: string])[] =
    [
      ["limits.kilobytesPerSecond", limits.kilobytesPerSecond !== undefined, "proxySpeedLimit", "2.12"],
      [
        "limits.upstreamConnections",
        limits.upstreamConnections !== undefined,
        "proxyConnectionLimit",
        "2.14",
      ],
      ["serveRemovedUpstream", serveRemovedUpstream !== undefined, "proxyCacheLocalOnNotFound", "2.15"],
      ["upstream.ca", upstream.ca !== undefined, "registryCaCertificate", "2.15"],
    ];
  return asked
    .filter(([, is, feature]) => is && !harborHas(version, feature))
    .map(([field, , , since]) => ({ field, since }));
}

function observedEndpoint(
  found: Registry,
  document: CacheDocument,
  caCertificate: string | undefined,
  reachable: boolean,
): ObservedEndpoint {
  const { id, type, url, insecure, credential, description } = found;
  return {
    id,
    type,
    url,
    insecure,
    username: credential.access_key,
    ours: description.includes(markOf(document)),
    // A Harbor that does not show it is taken at its word that it reaches the upstream.
    caMatches: (found.ca_certificate ?? caCertificate)?.trim() === caCertificate?.trim(),
    reachable,
  };
}

async function observedProject(
  project: Project,
  { spec }: CacheDocument,
  { harbor }: ConnectedHarbor,
  signal: AbortSignal,
): Promise<ObservedCacheProject> {
  const { metadata, project_id: id, registry_id: registryId, repo_count: repositories } = project;
  const quota =
    spec.project.storageLimit === undefined ? undefined : await harbor.quotas.getByProject(id, signal);
  const retention =
    metadata["retention_id"] === undefined
      ? undefined
      : await harbor.retentions.get(Number(metadata["retention_id"]), signal);
  const [rule, ...others] = retention?.rules.filter((r) => !r.disabled) ?? [];
  const days = rule?.params["nDaysSinceLastPull"];
  const everything = rule !== undefined && others.length === 0 && rule.template === "nDaysSinceLastPull";
  return {
    id,
    ...(registryId !== undefined && registryId > 0 && { registryId }),
    public: metadata["public"] === "true",
    speed: Number(metadata["proxy_speed_kb"] ?? -1),
    connections: Number(metadata["max_upstream_conn"] ?? -1),
    serveRemoved: metadata["proxy_cache_local_on_not_found"] === "true",
    ...(quota !== undefined && { storageLimit: quota.hard.storage }),
    repositories,
    ...(everything &&
      typeof days === "number" && {
        lifetime: { daysSinceLastPull: days, schedule: retention?.trigger?.settings.cron ?? "" },
      }),
  };
}

function observedNetwork(found: PreheatInstance, document: CacheDocument): ObservedNetwork {
  const { id, vendor, endpoint, insecure, auth_info: info, description } = found;
  return {
    id,
    vendor,
    endpoint,
    insecure,
    username: info["username"] ?? "",
    ours: description.includes(markOf(document)),
  };
}

async function policiesOf(document: CacheDocument, { harbor }: ConnectedHarbor, signal: AbortSignal) {
  const found = await harbor.preheat.policies(projectOf(document), signal);
  return found.map(({ id, name, description, provider_id: networkId, filters, trigger, enabled }) => ({
    id,
    name,
    ours: description.includes(markOf(document)),
    networkId,
    filters,
    trigger,
    enabled,
  }));
}

/** Images that the cache does not hold under their tag: Harbor itself is asked, never the upstream. */
async function coldImages(
  document: CacheDocument,
  { harbor }: ConnectedHarbor,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const limiter = new Limiter(parallel);
  const held = await Promise.all(
    document.spec.warm.map((image) =>
      limiter.run(() => harbor.content.holds(projectOf(document), ...partsOf(image), signal)),
    ),
  );
  return document.spec.warm.filter((_, i) => held[i] !== true);
}

/** @returns repository and tag of `library/busybox:1.36` */
export function partsOf(image: string): readonly [repository: string, tag: string] {
  const colon = image.lastIndexOf(":");
  return [image.slice(0, colon), image.slice(colon + 1)];
}
