import type { Secret } from "../../../clients/kubernetes/object.ts";
import { resources } from "../../../clients/kubernetes/resources.ts";
import type { RunContext } from "../../../engine/kind.ts";
import { nameOf } from "../../../model/document.ts";
import { MoorlineError } from "../../../model/errors.ts";
import { readChartObjects } from "../../harbor-certificate/deliveries/helm/exposure.ts";
import type { HelmDeployment } from "../../shared/harbor-deployment.ts";
import type { World } from "../../world.ts";
import type { HarborRegistrySpec } from "../schema.ts";
import {
  annotationsOf,
  digestOfData,
  fieldManagerOf,
  managedLabel,
  secretData,
  secretNameOf,
} from "./ingress-objects.ts";
import type { IngressAction } from "./ingress-plan.ts";
import { gatherMaterial } from "./material.ts";

type Context = RunContext<HarborRegistrySpec, World>;

/** Carries out one step in the cluster: server-side apply of our own fields, safe to repeat. */
export async function runIngress(action: IngressAction, context: Context): Promise<void> {
  const deployment = context.document.spec.deployment?.helm;
  if (deployment === undefined) throw new MoorlineError("PLAN_STALE", { subject: nameOf(context.document) });
  switch (action.type) {
    case "ingress-secret":
      return writeSecret(action.digest, deployment, context);
    case "ingress-annotate":
      return annotate(action.mode, deployment, context);
    case "ingress-delete-secret":
      return deleteSecret(deployment, context);
  }
}

async function writeSecret(digest: string, { namespace }: HelmDeployment, context: Context): Promise<void> {
  const { document, world, signal } = context;
  const { name: registry } = document.metadata;
  const client = await world.kubernetes();
  const at = { namespace, name: secretNameOf(registry) };
  const crl = (await client.get<Secret>(resources.secrets, at, signal))?.data?.["ca.crl"];
  const deployed = crl === undefined ? undefined : Buffer.from(crl, "base64").toString("utf8");
  const material = await gatherMaterial(
    document,
    document.spec.tls.mutualTls,
    { list: deployed },
    world,
    signal,
  );
  const data = secretData(material);
  if (digestOfData(data) !== digest) throw new MoorlineError("PLAN_STALE", { subject: nameOf(document) });
  const secret = {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { ...at, labels: managedLabel },
    type: "Opaque",
    data,
  };
  await client.apply(resources.secrets, secret, {
    signal,
    fieldManager: fieldManagerOf(registry),
    force: true,
  });
}

async function annotate(
  mode: "observe" | "enforce" | "off",
  deployment: HelmDeployment,
  { document, world, signal }: Context,
): Promise<void> {
  const { namespace } = deployment;
  const { name: registry } = document.metadata;
  const client = await world.kubernetes();
  const { ingresses } = await readChartObjects(client, deployment, signal);
  const annotations =
    mode === "off" ? undefined : annotationsOf(mode, namespace, registry, document.spec.tls.mutualTls);
  for (const { metadata } of ingresses) {
    const { name, resourceVersion } = metadata;
    if (name === undefined || resourceVersion === undefined) continue;
    const part = {
      apiVersion: "networking.k8s.io/v1",
      kind: "Ingress",
      metadata: { namespace, name, ...(annotations !== undefined && { annotations }) },
    };
    // Applying to an Ingress that is gone would ask for a new one.
    await client.apply(resources.ingresses, part, {
      signal,
      fieldManager: fieldManagerOf(registry),
      force: true,
      resourceVersion,
    });
  }
}

async function deleteSecret(
  { namespace }: HelmDeployment,
  { document, world, signal }: Context,
): Promise<void> {
  const client = await world.kubernetes();
  const at = { namespace, name: secretNameOf(document.metadata.name) };
  await client.delete(resources.secrets, at, { signal });
}
