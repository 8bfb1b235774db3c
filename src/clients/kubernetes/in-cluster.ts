import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { MoorlineError } from "../../model/errors.ts";
import { Sensitive } from "../../model/sensitive.ts";
import type { ClusterConfig } from "./config.ts";

/** Where the kubelet mounts a pod's identity. */
const serviceAccountFolder = "/var/run/secrets/kubernetes.io/serviceaccount";

/** Whether this runs in a pod and nobody named another cluster. */
export function isInCluster(environment: Readonly<Record<string, string | undefined>>): boolean {
  return Boolean(environment["KUBERNETES_SERVICE_HOST"]) && !environment["KUBECONFIG"];
}

/**
 * The API server of the pod that this runs in. The token is read again for each request, since the kubelet renews it on
 * disk (bound tokens live for an hour).
 * @param folder another folder than the kubelet's, for tests
 * @throws KUBECONFIG_NOT_IN_CLUSTER
 */
export async function inClusterConfig(
  environment: Readonly<Record<string, string | undefined>>,
  folder: string = serviceAccountFolder,
): Promise<ClusterConfig> {
  const host = environment["KUBERNETES_SERVICE_HOST"];
  const port =
    environment["KUBERNETES_SERVICE_PORT_HTTPS"] ?? environment["KUBERNETES_SERVICE_PORT"] ?? "443";
  if (!host) throw outside("KUBERNETES_SERVICE_HOST");
  const read = async (name: string): Promise<string> => {
    try {
      return await readFile(join(folder, name), "utf8");
    } catch (cause) {
      throw outside(join(folder, name), cause);
    }
  };
  const [ca, namespace] = await Promise.all([read("ca.crt"), read("namespace").catch(() => "default")]);
  await read("token");
  return {
    server: `https://${host.includes(":") ? `[${host}]` : host}:${port}`,
    tls: { ca },
    namespace: namespace.trim(),
    source: folder,
    authorization: async () => new Sensitive(`Bearer ${(await read("token")).trim()}`),
  };
}

const outside = (what: string, cause?: unknown) =>
  new MoorlineError("KUBECONFIG_NOT_IN_CLUSTER", { subject: what, cause });
