import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { KubernetesClient } from "../../../../../clients/kubernetes/client.ts";
import type { Deployment, Secret } from "../../../../../clients/kubernetes/object.ts";
import { resources } from "../../../../../clients/kubernetes/resources.ts";
import type { Ingress } from "../exposure.ts";

/** What stands before Harbor: the chart's nginx, or an ingress controller, and the parts of Kubernetes that move them. */
export interface Front extends AsyncDisposable {
  readonly port: number;
  /** How often the pods were replaced. */
  restarts(): number;
  /** The names of the pods' nodes can not pull: rollouts no longer come to an end. */
  jam(jammed: boolean): void;
}

interface Options {
  readonly client: KubernetesClient;
  readonly namespace: string;
  /** What is served until the release says otherwise. */
  readonly first: { readonly certificate: string; readonly key: string };
}

/**
 * Serves TLS as the objects of a namespace say. nginx reads the Secret that its pods mount when they start, and its
 * Deployment's status follows each new template; an Ingress's Secret is served as soon as it changes.
 */
export async function startFront({ client, namespace, first }: Options): Promise<Front> {
  const server = createServer({ cert: first.certificate, key: first.key }, (_request, response) =>
    response.end("ok"),
  );
  server.on("tlsClientError", () => undefined); // probes break off
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const stopping = new AbortController();
  const { signal } = stopping;
  let templates = 0;
  let jammed = false;
  const seen = new Map<string, string>();

  async function load(name: string): Promise<void> {
    const data = (await client.get<Secret>(resources.secrets, { namespace, name }, signal))?.data;
    const decoded = (key: string): string => Buffer.from(data?.[key] ?? "", "base64").toString("utf8");
    if (decoded("tls.crt").includes("BEGIN"))
      server.setSecureContext({ cert: decoded("tls.crt"), key: decoded("tls.key") });
  }

  async function tend(deployment: Deployment): Promise<void> {
    const { name = "", generation = 0 } = deployment.metadata;
    const template = JSON.stringify(deployment.spec?.template);
    const isNew = seen.get(name) !== template;
    const secretName = deployment.spec?.template?.spec?.volumes?.find((v) => v.name === "certificate")?.secret
      ?.secretName;
    if (isNew && !jammed) {
      if (secretName !== undefined) await load(secretName);
      if (name.endsWith("-nginx")) templates++;
      seen.set(name, template);
    }
    const replicas = deployment.spec?.replicas ?? 1;
    const updatedReplicas = jammed && isNew ? 0 : replicas;
    if (
      deployment.status?.observedGeneration === generation &&
      deployment.status.updatedReplicas === updatedReplicas
    )
      return;
    const status = {
      observedGeneration: generation,
      replicas,
      updatedReplicas,
      availableReplicas: replicas,
      ...(jammed && {
        conditions: [
          {
            type: "Progressing",
            status: "False",
            reason: "ProgressDeadlineExceeded",
            message: "ImagePullBackOff",
          },
        ],
      }),
    };
    const object = { apiVersion: "apps/v1", kind: "Deployment", metadata: { namespace, name }, status };
    await client.applyStatus(resources.deployments, object, {
      signal,
      fieldManager: "controller-manager",
      force: true,
    });
  }

  const follow = async (): Promise<void> => {
    for await (const event of client.watch<Deployment>(resources.deployments, { namespace, signal })) {
      const objects = event.type === "listed" ? event.items : event.type === "deleted" ? [] : [event.object];
      for (const object of objects) await tend(object);
    }
  };
  const reload = async (changed?: string): Promise<void> => {
    const { items } = await client.list<Ingress>(resources.ingresses, { namespace, signal });
    const used = items.flatMap((i) => i.spec?.tls?.map((t) => t.secretName ?? "") ?? []);
    for (const name of used) if (changed === undefined || changed === name) await load(name);
  };
  const followIngresses = async (): Promise<void> => {
    for await (const _ of client.watch<Ingress>(resources.ingresses, { namespace, signal })) await reload();
  };
  const followSecrets = async (): Promise<void> => {
    for await (const event of client.watch<Secret>(resources.secrets, { namespace, signal }))
      if (event.type === "added" || event.type === "modified") await reload(event.object.metadata.name);
  };
  const running = [follow(), followIngresses(), followSecrets()].map((each) => each.catch(() => undefined)); // ended by the signal
  return {
    port: (server.address() as AddressInfo).port,
    restarts: () => templates - 1,
    jam: (value) => {
      jammed = value;
    },
    [Symbol.asyncDispose]: async () => {
      stopping.abort();
      await Promise.all(running);
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
