import type { KubernetesClient } from "../../../clients/kubernetes/client.ts";
import type { KubernetesObject } from "../../../clients/kubernetes/object.ts";
import { resources } from "../../../clients/kubernetes/resources.ts";
import { Sensitive } from "../../../model/sensitive.ts";

interface TlsSecret extends KubernetesObject {
  readonly data?: Readonly<Record<string, string>>;
}

/** A certificate with its chain, and its key, as a kubernetes.io/tls Secret holds them. */
export interface ServedPair {
  readonly certificatePem: string;
  readonly privateKeyPem: Sensitive;
}

/**
 * Follows a kubernetes.io/tls Secret as an ingress does: each new pair is handed on, until the signal aborts.
 * Resolves when it does.
 */
export async function followSecret(
  kubernetes: KubernetesClient,
  at: { readonly namespace: string; readonly name: string },
  onPair: (pair: ServedPair) => void,
  signal: AbortSignal,
): Promise<void> {
  const options = { namespace: at.namespace, fieldSelector: `metadata.name=${at.name}`, signal };
  for await (const event of kubernetes.watch<TlsSecret>(resources.secrets, options)) {
    if (event.type === "deleted") continue;
    for (const secret of event.type === "listed" ? event.items : [event.object]) {
      const pair = pairOf(secret);
      if (pair !== undefined) onPair(pair);
    }
  }
}

function pairOf(secret: TlsSecret): ServedPair | undefined {
  const text = (key: string): string => Buffer.from(secret.data?.[key] ?? "", "base64").toString("utf8");
  const [certificatePem, key] = [text("tls.crt"), text("tls.key")];
  return certificatePem === "" || key === ""
    ? undefined
    : { certificatePem, privateKeyPem: new Sensitive(key) };
}
