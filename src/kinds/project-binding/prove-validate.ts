import { detectKubeSphere } from "../../clients/kubesphere/detect.ts";
import { serviceProxyApi } from "../../clients/kubesphere/api.ts";
import { renderRegistrySecret } from "../../clients/kubesphere/registry-secret.ts";
import { verifyRegistrySecret, type SecretVerdict } from "../../clients/kubesphere/verify-secret.ts";
import type { Proof } from "../../engine/kind.ts";
import type { Document } from "../../model/document.ts";
import { isError } from "../../model/errors.ts";
import { message } from "../../text/message.ts";
import { connectedCluster } from "../shared/cluster-reference.ts";
import type { World } from "../world.ts";
import type { Gathered } from "./gather.ts";
import type { ProjectBindingSpec } from "./schema.ts";

/**
 * What the console's Validate button says of one project's Secret, where ks-apiserver can be asked: it takes KubeSphere's
 * own accounts, and Kubernetes' only where both are one (facts/kubesphere.md §4.5).
 */
export async function proveValidate(
  { credentials, harbor }: Gathered,
  document: Document<ProjectBindingSpec>,
  world: World,
  signal: AbortSignal,
): Promise<readonly Proof[]> {
  const [first] = credentials;
  if (first === undefined) return [];
  const [namespace, { credential }] = first;
  const kubernetes = await connectedCluster(document.spec.cluster, document, world, signal);
  if (!(await detectKubeSphere(kubernetes, signal)).present) return [];
  const { name, email } = document.spec.secret;
  const rendered = renderRegistrySecret({ name, namespace, url: harbor.url, email, ...credential });
  const verdict = await ask(() => verifyRegistrySecret(serviceProxyApi(kubernetes), rendered, signal));
  if (verdict === undefined) return [];
  return [
    {
      title: message("projectBinding.proofValidate"),
      subject: `Secret/${namespace}/${name}`,
      ok: verdict.ok,
      detail: verdict.ok
        ? message("projectBinding.provedValidate")
        : message("projectBinding.unproved", { reason: verdict.message }),
    },
  ];
}

/** @returns undefined where ks-apiserver does not talk to us, which says nothing of the Secret */
async function ask(work: () => Promise<SecretVerdict>): Promise<SecretVerdict | undefined> {
  try {
    return await work();
  } catch (thrown) {
    const silent = [
      "KUBESPHERE_UNAUTHORIZED",
      "KUBESPHERE_FORBIDDEN",
      "KUBESPHERE_UNREACHABLE",
      "NETWORK_TIMEOUT",
    ] as const;
    if (isError(thrown, ...silent)) return undefined;
    throw thrown;
  }
}
