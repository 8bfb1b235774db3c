import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createHarborClient, type HarborClient } from "../../../clients/harbor/client.ts";
import { makeAuthority } from "../../../clients/http/testing/certificates.ts";
import { openEndpoint, type HttpEndpoint } from "../../../clients/http/endpoint.ts";
import { createKubernetesClient, type KubernetesClient } from "../../../clients/kubernetes/client.ts";
import { parseDocuments } from "../../../model/parse.ts";
import type { Document } from "../../../model/document.ts";
import { Sensitive } from "../../../model/sensitive.ts";
import { startHarbor, type Harbor } from "../../../sandbox/harbor/harbor.ts";
import { startKubernetes, type SandboxKubernetes } from "../../../sandbox/kubernetes/start.ts";
import { harborRegistry } from "../../harbor-registry/index.ts";
import { testWorld } from "../../harbor-registry/testing/world.ts";
import type { World } from "../../world.ts";
import { projectBinding } from "../index.ts";

export const kinds = [harborRegistry, projectBinding];
export const adminPassword = "Sandbox-Admin-12345";

/** A Harbor and a Kubernetes over TLS with one private CA, and an administrator's clients for both. */
export interface Plant extends AsyncDisposable {
  readonly harbor: Harbor;
  readonly kubernetes: SandboxKubernetes;
  readonly client: KubernetesClient;
  readonly endpoint: HttpEndpoint;
  readonly admin: HarborClient;
  readonly caPem: string;
  /** Documents from YAML; `HARBOR` and `CA` in it stand for the plant's own. */
  documents(yaml: string): readonly Document[];
  world(
    documents: readonly Document[],
    over?: { password?: string; now?: () => Date },
  ): World & AsyncDisposable;
}

/** @param version of Harbor; the sandbox's own by default */
export async function startPlant(version?: string): Promise<Plant> {
  const directory = mkdtempSync(join(tmpdir(), "moorline-plant-"));
  const authority = makeAuthority();
  const pair = authority.issue({ san: "DNS:localhost,IP:127.0.0.1" });
  const serverTls = { certificatePem: pair.certificate, privateKeyPem: new Sensitive(pair.key) };
  const tls = { ca: authority.certificate };
  const harbor = await startHarbor({
    directory,
    hostname: "localhost",
    port: 0,
    tls: serverTls,
    ...(version !== undefined && { version }),
    adminPassword: new Sensitive(adminPassword),
    // Failed logins sleep for 1.5 s in a real Harbor; nobody learns anything from waiting for it here.
    clock: { now: () => Date.now(), sleep: () => Promise.resolve() },
  });
  const token = new Sensitive("administrator-of-the-plant");
  const kubernetes = await startKubernetes({
    host: "127.0.0.1",
    port: 0,
    tls: { ...serverTls, authorityPem: authority.certificate },
    tokens: [{ token, user: "admin", groups: ["system:masters"] }],
    clock: () => new Date(),
  });
  const client = createKubernetesClient(
    {
      server: kubernetes.url,
      tls,
      namespace: "default",
      source: "test",
      authorization: () => Promise.resolve(new Sensitive(`Bearer ${token.reveal()}`)),
    },
    { fieldManager: "moorline" },
  );
  const endpoint = openEndpoint(harbor.url, { tls });
  return {
    harbor,
    kubernetes,
    client,
    endpoint,
    admin: createHarborClient(endpoint, { username: "admin", password: new Sensitive(adminPassword) }),
    caPem: authority.certificate,
    documents: (yaml) =>
      parsed(yaml.replaceAll("HARBOR", harbor.url).replaceAll("CA", JSON.stringify(authority.certificate))),
    world: (documents, over = {}) =>
      testWorld({
        documents,
        environment: { HARBOR_USERNAME: "admin", HARBOR_PASSWORD: over.password ?? adminPassword },
        kubernetes: client,
        ...(over.now !== undefined && { now: over.now }),
      }),
    [Symbol.asyncDispose]: async () => {
      await Promise.all([endpoint[Symbol.asyncDispose](), client[Symbol.asyncDispose]()]);
      await Promise.all([harbor[Symbol.asyncDispose](), kubernetes[Symbol.asyncDispose]()]);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function parsed(text: string): readonly Document[] {
  const schemas = kinds.map((k) => k.schema);
  const { documents, errors } = parseDocuments([{ name: "test.yaml", directory: "/", text }], schemas);
  if (errors.length > 0) throw new AggregateError(errors, errors.map((e) => e.message).join("\n"));
  return documents;
}
