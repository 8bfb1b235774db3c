import { resources } from "../../clients/kubernetes/resources.ts";
import type { RunContext } from "../../engine/kind.ts";
import { nameOf } from "../../model/document.ts";
import { MoorlineError } from "../../model/errors.ts";
import { resolveTrust } from "../shared/trust-source.ts";
import type { World } from "../world.ts";
import {
  caMountOf,
  configMapOf,
  deploymentName,
  deploymentPart,
  digestOf,
  emptyDeploymentPart,
  type CaMount,
} from "./kubesphere-trust.ts";
import type { RegistryAction } from "./plan.ts";
import type { HarborRegistrySpec } from "./schema.ts";

type Context = RunContext<HarborRegistrySpec, World>;

/** Carries out one step. All of them are server-side apply of our own fields, and safe to repeat. */
export async function run(action: RegistryAction, context: Context): Promise<void> {
  const { document } = context;
  const mount = caMountOf(document.metadata.name, document.spec);
  switch (action.type) {
    case "write-ca":
      return writeCa(action.digest, mount, context);
    case "mount-ca":
      return applyDeployment(deploymentPart(mount, action.digest), mount, context);
    case "unmount-ca":
      return applyDeployment(emptyDeploymentPart(mount), mount, context);
    case "delete-ca":
      return deleteCa(mount, context);
  }
}

async function writeCa(digest: string, mount: CaMount, { document, world, signal }: Context): Promise<void> {
  const { spec, source, metadata } = document;
  const pem = spec.tls.ca && (await resolveTrust(spec.tls.ca, source.directory, world, signal));
  if (pem === undefined || digestOf(pem) !== digest)
    throw new MoorlineError("PLAN_STALE", { subject: nameOf(document) });
  const client = await world.kubernetes();
  const { fieldManager } = mount;
  await client.apply(resources.configMaps, configMapOf(mount, metadata.name, pem), {
    signal,
    fieldManager,
    force: true,
  });
}

type DeploymentPart = ReturnType<typeof deploymentPart> | ReturnType<typeof emptyDeploymentPart>;

/** Applying sets our part and nothing else; what ks-installer or Helm own stays theirs. */
async function applyDeployment(
  part: DeploymentPart,
  mount: CaMount,
  { world, signal }: Context,
): Promise<void> {
  const client = await world.kubernetes();
  const { fieldManager, namespace } = mount;
  // Applying to a Deployment that is gone would ask for a new one.
  const found = await client.get(resources.deployments, { namespace, name: deploymentName }, signal);
  const resourceVersion = found?.metadata.resourceVersion;
  if (resourceVersion === undefined) return;
  await client.apply(resources.deployments, part, { signal, fieldManager, force: true, resourceVersion });
}

async function deleteCa(mount: CaMount, { world, signal }: Context): Promise<void> {
  const client = await world.kubernetes();
  await client.delete(resources.configMaps, { namespace: mount.namespace, name: mount.name }, { signal });
}
