import type { Secret } from "../../../clients/kubernetes/object.ts";
import { resources } from "../../../clients/kubernetes/resources.ts";
import type { Document } from "../../../model/document.ts";
import { exposureOf, readChartObjects } from "../../harbor-certificate/deliveries/helm/exposure.ts";
import { readRelease } from "../../harbor-certificate/deliveries/helm/release.ts";
import { nodesOf, proveNodes } from "../../node-trust/nodes.ts";
import type { NodeTrustSpec } from "../../node-trust/schema.ts";
import type { HelmDeployment } from "../../shared/harbor-deployment.ts";
import type { World } from "../../world.ts";
import type { HarborRegistrySpec } from "../schema.ts";
import {
  annotationKeys,
  digestOfData,
  managedLabel,
  modeOfAnnotations,
  secretData,
  secretNameOf,
} from "./ingress-objects.ts";
import type { NodeVerdict } from "./judge.ts";
import { gatherMaterial, ownStanding } from "./material.ts";
import type { ObservedIngress } from "./observed.ts";

type RegistryDocument = Document<HarborRegistrySpec>;

/** Reads the release's Ingresses and our Secret. ingress-nginx logs no certificates, so nodes are asked themselves. */
export async function observeIngress(
  document: RegistryDocument,
  deployment: HelmDeployment,
  world: World,
  signal: AbortSignal,
): Promise<ObservedIngress> {
  const registry = document.metadata.name;
  const { namespace, release } = deployment;
  const client = await world.kubernetes();
  const objects = await readChartObjects(client, deployment, signal);
  const { exposure } = exposureOf(objects, await readRelease(client, deployment, signal));
  const own = { namespace, name: secretNameOf(registry) };
  const secret = await client.get<Secret>(resources.secrets, own, signal);
  const modes = objects.ingresses.map((i) => modeOfAnnotations(i.metadata.annotations, namespace, registry));
  const [first] = objects.ingresses;
  const depth = first?.metadata.annotations?.[annotationKeys.depth];
  const { mutual, mutualTls } = document.spec.tls;
  const current = new Set(modes).size > 1 ? "unknown" : (modes[0] ?? "absent");
  const base = {
    by: "helm",
    at: `Helm release ${namespace}/${release}`,
    namespace,
    exposure,
    ingresses: objects.ingresses.map((i) => i.metadata.name ?? "").sort(),
    current,
    ...(secret !== undefined && {
      secret: {
        ours: Object.entries(managedLabel).every(([k, v]) => secret.metadata.labels?.[k] === v),
        digest: digestOfData(secret.data),
      },
    }),
    ...(depth !== undefined && { depth }),
  } as const;
  if (mutual === undefined || mutual === "off") return base;
  const crl = secret?.data?.["ca.crl"];
  const deployed = crl === undefined ? undefined : Buffer.from(crl, "base64").toString("utf8");
  const material = await gatherMaterial(document, mutualTls, { list: deployed }, world, signal);
  const trusts = trustsOf(registry, world);
  const asks = mutual === "enforce" && current === "observe";
  return {
    ...base,
    wanted: {
      digest: digestOfData(secretData(material)),
      ...(material.listProblem !== undefined && { listProblem: material.listProblem }),
      own: await ownStanding(document, material, world, signal),
      trusts: trusts.map((t) => t.metadata.name),
      nodes: asks ? await askNodes(trusts, world, signal) : [],
    },
  };
}

const trustsOf = (registry: string, world: World): readonly Document<NodeTrustSpec>[] =>
  (world.documents.ordered ?? []).filter(
    (d): d is Document<NodeTrustSpec> =>
      d.kind === "NodeTrust" && (d as Document<NodeTrustSpec>).spec.registry === registry,
  );

/** Proves every node that the documents list, with the files and the network of its own. */
async function askNodes(
  trusts: readonly Document<NodeTrustSpec>[],
  world: World,
  signal: AbortSignal,
): Promise<readonly NodeVerdict[]> {
  if (nodesOf(trusts).length === 0) return [];
  const proofs = await proveNodes(trusts, world, signal);
  return proofs.map(({ node, ok, proofs: seen, error }): NodeVerdict => {
    if (ok) return { node, state: "proved" };
    const reason = error?.message ?? seen.find((p) => !p.ok)?.subject ?? "-";
    return { node, state: "failed", program: "moorline", address: node, reason };
  });
}
