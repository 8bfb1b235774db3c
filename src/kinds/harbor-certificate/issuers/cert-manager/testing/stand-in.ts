import { hash } from "node:crypto";
import type { KubernetesClient } from "../../../../../clients/kubernetes/client.ts";
import type { NewObject, Secret } from "../../../../../clients/kubernetes/object.ts";
import { resources } from "../../../../../clients/kubernetes/resources.ts";
import { isError } from "../../../../../model/errors.ts";
import { Sensitive } from "../../../../../model/sensitive.ts";
import { loadAuthority } from "../../../../../pki/authority.ts";
import type { KeyType } from "../../../../../pki/key.ts";
import { issueClient, issueServer } from "../../../../../pki/leaf.ts";
import { certManagerResources, conditionOf, type WithConditions } from "../objects.ts";

const { certificates, certificateRequests, issuers, orders } = certManagerResources;
const digestAnnotation = "stand-in/spec";

/** How the stand-in does its work. */
export type Manner = "issue" | "refuse" | "idle";

/** Plays cert-manager in one namespace: the conditions, the Secret and the requests, without its queues and clocks. */
export interface StandIn extends AsyncDisposable {
  behave(manner: Manner): void;
  /** How many certificates it issued. */
  issued(): number;
}

interface CertificateSpec {
  readonly secretName: string;
  readonly issuerRef: { readonly name: string };
  readonly duration: string;
  readonly dnsNames?: readonly string[];
  readonly ipAddresses?: readonly string[];
  readonly commonName?: string;
  readonly usages: readonly string[];
  readonly privateKey: { readonly algorithm: string; readonly size: number };
}

const caSecretOf = ({ spec }: WithConditions): string =>
  (spec as { readonly ca?: { readonly secretName?: string } } | undefined)?.ca?.secretName ?? "";

export function startStandIn(client: KubernetesClient, namespace: string, now: () => Date): StandIn {
  const stopping = new AbortController();
  const { signal } = stopping;
  let manner: Manner = "issue";
  let count = 0;
  const decoded = (secret: Secret | undefined, key: string): string =>
    Buffer.from(secret?.data?.[key] ?? "", "base64").toString("utf8");
  const getSecret = (name: string): Promise<Secret | undefined> =>
    client.get<Secret>(resources.secrets, { namespace, name }, signal);
  const seconds = (): string =>
    now()
      .toISOString()
      .replace(/\.\d+Z$/, "Z");

  async function setStatus(of: WithConditions, resource: typeof certificates, status: object): Promise<void> {
    const { name = "", resourceVersion } = of.metadata;
    const body = { metadata: { resourceVersion }, status };
    await client.patch(resource, { namespace, name }, "merge", body, { signal, subresource: "status" });
  }

  /** The words of its own controllers (pkg/controller/certificates, v1.21). */
  async function request(of: WithConditions, reason: string, message: string): Promise<void> {
    const { name = "", uid = "" } = of.metadata;
    const spec = { issuerRef: of.spec?.["issuerRef"], request: btoa("a request") };
    const owner = { apiVersion: "cert-manager.io/v1", kind: "Certificate", name, uid };
    const metadata = { namespace, name: `${name}-1`, ownerReferences: [owner] };
    const options = { signal, fieldManager: "stand-in", force: true };
    const made: NewObject = await client.apply(certificateRequests, { metadata, spec } as NewObject, options);
    const conditions = [{ type: "Ready", status: "False", reason, message }];
    const told = { metadata: { namespace, name: `${name}-1` }, status: { conditions } };
    await client.applyStatus(certificateRequests, told, options);
    if (manner !== "refuse") return;
    const { uid: requestUid = "" } = made.metadata;
    const above = {
      apiVersion: "cert-manager.io/v1",
      kind: "CertificateRequest",
      name: `${name}-1`,
      uid: requestUid,
    };
    const order = { namespace, name: `${name}-1-2` };
    const wanted = { metadata: { ...order, ownerReferences: [above] }, spec };
    await client.apply(orders, wanted, options);
    const status = {
      state: "invalid",
      reason: "Failed to finalize Order: 429 urn:ietf:params:acme:error:rateLimited",
    };
    await client.applyStatus(orders, { metadata: order, status } as NewObject, options);
  }

  async function fail(of: WithConditions, message: string): Promise<void> {
    await request(of, "Failed", message);
    const fresh = await client.get<WithConditions>(
      certificates,
      { namespace, name: of.metadata.name ?? "" },
      signal,
    );
    if (fresh === undefined || fresh.status?.lastFailureTime !== undefined) return;
    const observedGeneration = fresh.metadata.generation ?? 0;
    const failed = {
      type: "Issuing",
      status: "False",
      reason: "Failed",
      message: `The certificate request has failed to complete and will be retried: ${message}`,
      observedGeneration,
    };
    const others = fresh.status?.conditions?.filter((c) => c.type !== "Issuing") ?? [];
    await setStatus(fresh, certificates, {
      conditions: [...others, failed],
      lastFailureTime: seconds(),
      failedIssuanceAttempts: 1,
    });
  }

  async function issue(of: WithConditions, spec: CertificateSpec, ca: Secret, digest: string): Promise<void> {
    const authority = await loadAuthority(decoded(ca, "tls.crt"), new Sensitive(decoded(ca, "tls.key")));
    const keyType =
      `${spec.privateKey.algorithm}_${spec.privateKey.algorithm === "ECDSA" ? "P" : ""}${spec.privateKey.size}` as KeyType;
    const common = { keyType, validityDays: Number.parseInt(spec.duration, 10) / 86_400, now: now() };
    const leaf = spec.usages.includes("client auth")
      ? await issueClient(authority, { ...common, commonName: spec.commonName ?? "" })
      : await issueServer(authority, {
          ...common,
          dnsNames: spec.dnsNames ?? [],
          ipAddresses: spec.ipAddresses ?? [],
        });
    const encode = (value: string): string => Buffer.from(value).toString("base64");
    const { name = "" } = of.metadata;
    const secret = {
      apiVersion: "v1",
      kind: "Secret",
      metadata: {
        namespace,
        name: spec.secretName,
        annotations: { "cert-manager.io/certificate-name": name, [digestAnnotation]: digest },
      },
      type: "kubernetes.io/tls",
      data: {
        "tls.crt": encode(leaf.chainPem),
        "tls.key": encode(leaf.privateKeyPem.reveal()),
        "ca.crt": encode(authority.rootPem ?? authority.certificatePem),
      },
    };
    await client.apply(resources.secrets, secret, { signal, fieldManager: "stand-in", force: true });
    count++;
  }

  async function tend(of: WithConditions): Promise<void> {
    const spec = of.spec as unknown as CertificateSpec;
    const digest = hash("sha256", JSON.stringify(spec), "hex").slice(0, 16);
    const secret = await getSecret(spec.secretName);
    const asked = conditionOf(of, "Issuing")?.status === "True";
    const fits =
      secret?.metadata.annotations?.[digestAnnotation] === digest &&
      decoded(secret, "tls.crt").includes("BEGIN");
    if (manner === "idle") return;
    if (!fits || asked) {
      if (manner === "refuse") return fail(of, "the CA is closed today");
      const issuer = await client.get<WithConditions>(
        issuers,
        { namespace, name: spec.issuerRef.name },
        signal,
      );
      if (issuer === undefined)
        return request(
          of,
          "Pending",
          `Referenced "Issuer" not found: issuer.cert-manager.io "${spec.issuerRef.name}" not found`,
        );
      const secretName = caSecretOf(issuer);
      const ca = await getSecret(secretName);
      if (ca === undefined) return request(of, "Pending", `secret "${secretName}" not found`);
      await issue(of, spec, ca, digest);
    }
    if (fits && !asked && conditionOf(of, "Ready")?.observedGeneration === of.metadata.generation) return;
    const observedGeneration = of.metadata.generation ?? 0;
    const ready = {
      type: "Ready",
      status: "True",
      reason: "Ready",
      message: "Certificate is up to date and has not expired",
      observedGeneration,
    };
    await setStatus(of, certificates, {
      conditions: [ready],
      revision: (of.status?.revision ?? 0) + 1,
      lastFailureTime: null,
      failedIssuanceAttempts: null,
    });
  }

  async function tendIssuer(of: WithConditions): Promise<void> {
    const secretName = caSecretOf(of);
    const isReady = (await getSecret(secretName)) !== undefined;
    const condition = isReady
      ? { type: "Ready", status: "True", reason: "KeyPairVerified", message: "Signing CA verified" }
      : {
          type: "Ready",
          status: "False",
          reason: "SecretNotFound",
          message: `secret "${secretName}" not found`,
        };
    if (conditionOf(of, "Ready")?.message === condition.message) return;
    await setStatus(of, issuers, { conditions: [condition] });
  }

  // It looks again and again, where cert-manager has a queue: what one look misses, the next one finds.
  const loop = async (): Promise<void> => {
    while (!signal.aborted) {
      try {
        for (const each of (await client.list<WithConditions>(issuers, { namespace, signal })).items)
          await tendIssuer(each);
        for (const each of (await client.list<WithConditions>(certificates, { namespace, signal })).items)
          await tend(each);
      } catch (thrown) {
        if (!isError(thrown, "KUBERNETES_CONFLICT", "KUBERNETES_API_MISSING", "KUBERNETES_NOT_FOUND"))
          throw thrown;
      }
      await new Promise((done) => setTimeout(done, 15));
    }
  };
  const running = loop().catch((thrown: unknown) => {
    if (!signal.aborted) throw thrown;
  });
  return {
    behave: (how) => {
      manner = how;
    },
    issued: () => count,
    [Symbol.asyncDispose]: async () => {
      stopping.abort();
      await running;
    },
  };
}
