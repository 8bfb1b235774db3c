import { stringify } from "yaml";
import type { RenderedFile } from "../../engine/kind.ts";
import type { Document } from "../../model/document.ts";
import { resolveTrust } from "../shared/trust-source.ts";
import type { World } from "../world.ts";
import { caMountOf, configMapOf, deploymentPart, digestOf, helmValues } from "./kubesphere-trust.ts";
import type { HarborRegistrySpec } from "./schema.ts";

/** What makes ks-apiserver trust the CA: a ConfigMap, and either Helm values (KubeSphere 4) or a patch (3.x). */
export async function render(
  document: Document<HarborRegistrySpec>,
  world: World,
  signal: AbortSignal,
): Promise<readonly RenderedFile[]> {
  const { spec, metadata, source } = document;
  if (spec.tls.ca === undefined || spec.kubesphere.trustCa === "never") return [];
  const pem = await resolveTrust(spec.tls.ca, source.directory, world, signal);
  const mount = caMountOf(metadata.name, spec);
  return [
    {
      path: `manifests/${mount.name}-configmap.yaml`,
      text: stringify(configMapOf(mount, metadata.name, pem)),
    },
    {
      path: `kubesphere/${mount.name}-values-4.x.yaml`,
      text: `# Values for the Helm release ks-core of KubeSphere 4.x.\n${stringify(helmValues(mount))}`,
    },
    {
      path: `kubesphere/${mount.name}-patch-3.x.yaml`,
      text: `# KubeSphere 3.x: kubectl apply --server-side --field-manager=${mount.fieldManager} -f this file. ks-installer\n# takes it back whenever it runs; \`moorline apply\` puts it there again.\n${stringify(deploymentPart(mount, digestOf(pem)))}`,
    },
  ];
}
