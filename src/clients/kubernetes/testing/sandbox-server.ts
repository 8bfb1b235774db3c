import { makeAuthority } from "../../http/testing/certificates.ts";
import { Sensitive } from "../../../model/sensitive.ts";
import { startKubernetes, type SandboxKubernetes } from "../../../sandbox/kubernetes/start.ts";
import { createKubernetesClient, type KubernetesClient } from "../client.ts";

/** The sandbox's Kubernetes, and an administrator's client of it. */
export interface SandboxServer extends AsyncDisposable {
  readonly kubernetes: SandboxKubernetes;
  readonly client: KubernetesClient;
}

export async function sandboxServer(watchWindow?: number): Promise<SandboxServer> {
  const authority = makeAuthority();
  const pair = authority.issue({ san: "IP:127.0.0.1" });
  const token = new Sensitive("administrator-of-the-test");
  const kubernetes = await startKubernetes({
    host: "127.0.0.1",
    port: 0,
    tls: { certificatePem: pair.certificate, privateKeyPem: new Sensitive(pair.key) },
    tokens: [{ token, user: "admin", groups: ["system:masters"] }],
    clock: () => new Date(),
    ...(watchWindow !== undefined && { watchWindow }),
  });
  const client = createKubernetesClient(
    {
      server: kubernetes.url,
      tls: { ca: authority.certificate },
      namespace: "default",
      source: "test",
      authorization: () => Promise.resolve(new Sensitive(`Bearer ${token.reveal()}`)),
    },
    { fieldManager: "moorline" },
  );
  return {
    kubernetes,
    client,
    [Symbol.asyncDispose]: async () => {
      await client[Symbol.asyncDispose]();
      await kubernetes[Symbol.asyncDispose]();
    },
  };
}
