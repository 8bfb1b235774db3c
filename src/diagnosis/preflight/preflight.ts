import { detectKubeSphere } from "../../clients/kubesphere/detect.ts";
import { harborRegistrySchema, type HarborRegistrySpec } from "../../kinds/harbor-registry/schema.ts";
import type { World } from "../../kinds/world.ts";
import type { Document } from "../../model/document.ts";
import { describeError, fromUnknown } from "../../model/errors.ts";
import { finding } from "../../model/finding.ts";
import type { Check } from "./check.ts";
import { checkHarbor } from "./harbor.ts";
import { checkKubernetes } from "./kubernetes.ts";
import { judgeKubeSphere } from "./kubesphere.ts";

/**
 * Looks at everything that the integration needs before it starts (the guide's chapter 2). Writes nothing.
 * @param documents the HarborRegistry documents among them are checked
 */
export async function preflight(
  documents: readonly Document[],
  world: World,
  signal: AbortSignal,
): Promise<readonly Check[]> {
  const registries = documents.filter(
    (d): d is Document<HarborRegistrySpec> => d.kind === harborRegistrySchema.kind,
  );
  const groups = await Promise.all([
    checkCluster(world, signal),
    ...registries.map((registry) => checkHarbor(registry, world, signal)),
  ]);
  return groups.flat();
}

async function checkCluster(world: World, signal: AbortSignal): Promise<readonly Check[]> {
  try {
    const kubernetes = await world.kubernetes();
    const checks = await checkKubernetes(kubernetes, signal);
    return [...checks, ...judgeKubeSphere(kubernetes.server, await detectKubeSphere(kubernetes, signal))];
  } catch (thrown) {
    const error = fromUnknown(thrown, "Kubernetes");
    const [en, zh] = [describeError(error, "en"), describeError(error, "zh-CN")];
    const evidence = { reason: { en: en.what, zh: zh.what }, remedy: { en: en.remedy, zh: zh.remedy } };
    return [
      {
        subject: error.subject,
        finding: finding("PREFLIGHT_KUBERNETES_UNREACHABLE", error.subject, evidence),
      },
    ];
  }
}
