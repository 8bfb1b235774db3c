import { makeAuthority, type TestAuthority } from "../../../clients/http/testing/certificates.ts";
import { createKubernetesClient, type KubernetesClient } from "../../../clients/kubernetes/client.ts";
import { resources } from "../../../clients/kubernetes/resources.ts";
import { Sensitive } from "../../../model/sensitive.ts";
import { startKubernetes } from "../../../sandbox/kubernetes/start.ts";

/** An embedded Kubernetes with its administrator's client. */
export interface TestCluster extends AsyncDisposable {
  readonly client: KubernetesClient;
  readonly authority: TestAuthority;
  /** Makes a namespace with a name of its own. */
  namespace(): Promise<string>;
}

export async function startCluster(): Promise<TestCluster> {
  const authority = makeAuthority();
  const pair = authority.issue({ san: "IP:127.0.0.1" });
  const token = new Sensitive("administrator-of-the-test");
  const kubernetes = await startKubernetes({
    host: "127.0.0.1",
    port: 0,
    tls: {
      certificatePem: pair.certificate,
      privateKeyPem: new Sensitive(pair.key),
      authorityPem: authority.certificate,
    },
    tokens: [{ token, user: "admin", groups: ["system:masters"] }],
    clock: () => new Date(),
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
  let count = 0;
  return {
    client,
    authority,
    namespace: async () => {
      const name = `harbor-${++count}`;
      const object = { apiVersion: "v1", kind: "Namespace", metadata: { name } };
      await client.create(resources.namespaces, object, { signal: new AbortController().signal });
      return name;
    },
    [Symbol.asyncDispose]: async () => {
      await client[Symbol.asyncDispose]();
      await kubernetes[Symbol.asyncDispose]();
    },
  };
}
