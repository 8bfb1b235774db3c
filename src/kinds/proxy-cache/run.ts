import type { MetadataToSet } from "../../clients/harbor/projects.ts";
import type { RunContext } from "../../engine/kind.ts";
import { MoorlineError } from "../../model/errors.ts";
import type { World } from "../world.ts";
import type { CacheAction, CacheProjectSettings } from "./actions.ts";
import { wantedEndpoint, wantedNetwork } from "./endpoint.ts";
import { connect } from "./gather.ts";
import { endpointOf, markOf, networkOf, projectOf } from "./names.ts";
import type { ProxyCacheSpec } from "./schema.ts";
import { warm } from "./warm.ts";

type Context = RunContext<ProxyCacheSpec, World>;

/** Carries out one step. Each is safe to repeat, and to be cut off in. */
export async function run(action: CacheAction, context: Context): Promise<void> {
  const { document, world, signal } = context;
  const connected = await connect(document, world, signal);
  const { harbor } = connected;
  const version = () => harbor.system.version(signal);
  switch (action.type) {
    case "create-endpoint":
      await harbor.registries.create(await wantedEndpoint(document, await version(), world, signal), signal);
      return;
    case "update-endpoint": {
      const wanted = await wantedEndpoint(document, await version(), world, signal);
      return harbor.registries.update(action.id, wanted, signal);
    }
    case "delete-endpoint":
      return harbor.registries.delete(action.id, signal);
    case "create-project":
      return createProject(action.settings, context);
    case "update-project":
      return updateProject(action.settings, context);
    case "delete-project": {
      const project = await harbor.projects.getByName(projectOf(document), signal);
      if (project?.repo_count === 0) await harbor.projects.delete(projectOf(document), signal);
      return;
    }
    case "set-lifetime":
      return setLifetime(context);
    case "create-network":
    case "update-network": {
      const wanted = await wantedNetwork(document, world, signal);
      if (wanted === undefined) return;
      if (!(await harbor.preheat.isReachable(wanted, signal)))
        throw new MoorlineError("PREHEAT_NETWORK_UNREACHABLE", { subject: wanted.endpoint });
      return action.type === "create-network"
        ? harbor.preheat.createInstance(wanted, signal)
        : harbor.preheat.updateInstance(action.id, wanted, signal);
    }
    case "delete-network":
      return harbor.preheat.deleteInstance(networkOf(document), signal);
    case "set-policy":
      return setPolicy(action, context);
    case "delete-policy":
      return harbor.preheat.deletePolicy(projectOf(document), action.name, signal);
    case "warm":
      return warm(action.image, document, connected, world, signal);
  }
}

/** Harbor's metadata are strings; a key that it does not know is refused or ignored, so unset ones are left out. */
function metadataOf({ speed, connections, serveRemoved, ...rest }: CacheProjectSettings): MetadataToSet {
  return {
    ...(rest.public !== undefined && { public: rest.public ? "true" : "false" }),
    ...(speed !== undefined && { proxy_speed_kb: String(speed) }),
    ...(connections !== undefined && { max_upstream_conn: String(connections) }),
    ...(serveRemoved !== undefined && { proxy_cache_local_on_not_found: serveRemoved ? "true" : "false" }),
  };
}

async function createProject(settings: CacheProjectSettings, context: Context): Promise<void> {
  const { document, world, signal } = context;
  const { harbor } = await connect(document, world, signal);
  const endpoint = await harbor.registries.getByName(endpointOf(document), signal);
  if (endpoint === undefined)
    throw new MoorlineError("PROXY_ENDPOINT_GONE", { subject: endpointOf(document) });
  const { storageLimit, speed = -1, connections = -1, serveRemoved = false } = settings;
  const metadata = metadataOf({
    public: settings.public ?? false,
    ...(speed !== -1 && { speed }),
    ...(connections !== -1 && { connections }),
    ...(serveRemoved && { serveRemoved }),
  });
  const limit = storageLimit === undefined ? {} : { storageLimit };
  const project = { name: projectOf(document), metadata, registryId: endpoint.id, ...limit };
  await harbor.projects.create(project, signal);
}

async function updateProject(settings: CacheProjectSettings, context: Context): Promise<void> {
  const { document, world, signal } = context;
  const { harbor } = await connect(document, world, signal);
  const metadata = metadataOf(settings);
  if (Object.keys(metadata).length > 0)
    await harbor.projects.update(projectOf(document), { metadata }, signal);
  if (settings.storageLimit === undefined) return;
  const project = await harbor.projects.getByName(projectOf(document), signal);
  const quota =
    project === undefined ? undefined : await harbor.quotas.getByProject(project.project_id, signal);
  if (quota !== undefined) await harbor.quotas.update(quota.id, settings.storageLimit, signal);
}

async function setLifetime({ document, world, signal }: Context): Promise<void> {
  const { harbor } = await connect(document, world, signal);
  const project = await harbor.projects.getByName(projectOf(document), signal);
  if (project === undefined) throw new MoorlineError("PROXY_PROJECT_GONE", { subject: projectOf(document) });
  const { daysSinceLastPull, schedule: cron } = document.spec.lifetime;
  const lifetime = { projectId: project.project_id, daysSinceLastPull, cron };
  const id = project.metadata["retention_id"];
  if (id === undefined) await harbor.retentions.create(lifetime, signal);
  else await harbor.retentions.update(Number(id), lifetime, signal);
}

async function setPolicy(
  { name, id }: Extract<CacheAction, { type: "set-policy" }>,
  { document, world, signal }: Context,
): Promise<void> {
  const wanted = document.spec.preheat?.policies.find((p) => p.name === name);
  if (wanted === undefined) return;
  const { harbor } = await connect(document, world, signal);
  const project = await harbor.projects.getByName(projectOf(document), signal);
  const network = await harbor.preheat.instance(networkOf(document), signal);
  if (project === undefined) throw new MoorlineError("PROXY_PROJECT_GONE", { subject: projectOf(document) });
  if (network === undefined)
    throw new MoorlineError("PREHEAT_NETWORK_GONE", { subject: networkOf(document) });
  const { repositories, tags, schedule } = wanted;
  const policy = {
    name,
    description: markOf(document),
    providerId: network.id,
    projectId: project.project_id,
    repositories,
    tags,
    enabled: true,
    ...(schedule !== undefined && { cron: schedule }),
  };
  if (id === undefined) await harbor.preheat.createPolicy(projectOf(document), policy, signal);
  else await harbor.preheat.updatePolicy(projectOf(document), id, policy, signal);
}
