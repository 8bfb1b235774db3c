import { stringify } from "yaml";
import type { RenderedFile } from "../../engine/kind.ts";
import type { Document } from "../../model/document.ts";
import type { World } from "../world.ts";
import { gather } from "./gather.ts";
import type { ProjectBindingSpec } from "./schema.ts";

/**
 * The links of service accounts as manifests. Robots and Secrets stay out: a repository is no place for a credential,
 * and only the loop can renew it.
 */
export async function render(
  document: Document<ProjectBindingSpec>,
  world: World,
  signal: AbortSignal,
): Promise<readonly RenderedFile[]> {
  const { observed } = await gather(document, world, signal, "proof");
  const { secret } = document.spec;
  return observed.namespaces
    .filter((n) => n.chosen && n.excluded === undefined)
    .flatMap((namespace) =>
      secret.serviceAccounts.map((name): RenderedFile => {
        const there = namespace.serviceAccounts.find((a) => a.name === name)?.pullSecrets ?? [];
        const manifest = {
          apiVersion: "v1",
          kind: "ServiceAccount",
          metadata: { name, namespace: namespace.name },
          imagePullSecrets: [...new Set([...there, secret.name])].map((n) => ({ name: n })),
        };
        return {
          path: `manifests/${namespace.name}-serviceaccount-${name}.yaml`,
          text: `# The Secret ${secret.name} holds a credential: \`moorline apply\` makes and renews it.\n${stringify(manifest)}`,
        };
      }),
    );
}
