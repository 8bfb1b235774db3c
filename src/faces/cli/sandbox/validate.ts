import { openEndpoint } from "../../../clients/http/endpoint.ts";
import type { Secret } from "../../../clients/kubernetes/object.ts";
import { resources } from "../../../clients/kubernetes/resources.ts";
import { directApi } from "../../../clients/kubesphere/api.ts";
import { verifyRegistrySecret } from "../../../clients/kubesphere/verify-secret.ts";
import { Sensitive } from "../../../model/sensitive.ts";
import { message, type Message } from "../../../text/message.ts";
import type { SandboxIdentity } from "./identity.ts";
import type { SandboxServers } from "./servers.ts";

/** What the console's Validate button says of a project's Secret. */
export interface Validation {
  readonly ok: boolean;
  readonly words: Message;
}

/** Presses KubeSphere's own button: sends a stored Secret to ks-apiserver, which asks Harbor itself. */
export async function validate(
  servers: SandboxServers,
  identity: SandboxIdentity,
  at: { readonly namespace: string; readonly name: string },
  signal: AbortSignal,
): Promise<Validation> {
  const stored = await servers.client.get<Secret>(resources.secrets, at, signal);
  if (stored === undefined) return { ok: false, words: message("sandbox.validateFailed", { reason: "404" }) };
  await using endpoint = openEndpoint(servers.kubesphere.url, {
    tls: { ca: identity.authority.certificatePem },
  });
  const api = directApi(endpoint, new Sensitive(`Bearer ${identity.kubernetesToken.reveal()}`));
  const verdict = await verifyRegistrySecret(
    api,
    {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { ...stored.metadata, ...at },
      type: "kubernetes.io/dockerconfigjson",
      data: stored.data ?? {},
    },
    signal,
  );
  return verdict.ok
    ? { ok: true, words: message("sandbox.validatePassed") }
    : { ok: false, words: message("sandbox.validateFailed", { reason: verdict.message }) };
}
