import type { KubernetesClient } from "../../../../../clients/kubernetes/client.ts";
import { resources } from "../../../../../clients/kubernetes/resources.ts";
import { certManagerResources } from "../objects.ts";

const { signal } = new AbortController();
const text = { type: "string" };
const texts = { type: "array", items: text, "x-kubernetes-list-type": "atomic" };

const conditions = {
  type: "array",
  "x-kubernetes-list-type": "map",
  "x-kubernetes-list-map-keys": ["type"],
  items: {
    type: "object",
    required: ["type", "status"],
    properties: {
      type: text,
      status: { type: "string", enum: ["True", "False", "Unknown"] },
      reason: text,
      message: text,
      lastTransitionTime: { type: "string", format: "date-time" },
      observedGeneration: { type: "integer", format: "int64" },
    },
  },
};

const issuerRef = {
  type: "object",
  required: ["name"],
  properties: { name: text, kind: text, group: text },
};

const issuer = {
  type: "object",
  properties: {
    ca: {
      type: "object",
      required: ["secretName"],
      properties: { secretName: text, crlDistributionPoints: texts },
    },
    selfSigned: { type: "object", properties: { crlDistributionPoints: texts } },
    acme: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
  },
};

/** Of cert-manager.io/v1, the fields that Moorline and the stand-in use, with cert-manager's own types and enumerations. */
const kinds = [
  {
    of: certManagerResources.certificates,
    spec: {
      type: "object",
      required: ["issuerRef", "secretName"],
      properties: {
        secretName: text,
        issuerRef,
        duration: text,
        renewBefore: text,
        dnsNames: texts,
        ipAddresses: texts,
        commonName: text,
        usages: {
          ...texts,
          items: {
            type: "string",
            enum: ["digital signature", "key encipherment", "server auth", "client auth"],
          },
        },
        privateKey: {
          type: "object",
          properties: {
            algorithm: { type: "string", enum: ["RSA", "ECDSA", "Ed25519"] },
            encoding: { type: "string", enum: ["PKCS1", "PKCS8"] },
            rotationPolicy: { type: "string", enum: ["Never", "Always"] },
            size: { type: "integer" },
          },
        },
      },
    },
    status: {
      conditions,
      revision: { type: "integer" },
      failedIssuanceAttempts: { type: "integer" },
      lastFailureTime: { type: "string", format: "date-time" },
      notBefore: { type: "string", format: "date-time" },
      notAfter: { type: "string", format: "date-time" },
      renewalTime: { type: "string", format: "date-time" },
      nextPrivateKeySecretName: text,
    },
  },
  {
    of: certManagerResources.certificateRequests,
    spec: {
      type: "object",
      required: ["issuerRef", "request"],
      properties: { issuerRef, request: { type: "string", format: "byte" }, usages: texts },
    },
    status: { conditions, failureTime: { type: "string", format: "date-time" } },
  },
  { of: certManagerResources.issuers, spec: issuer, status: { conditions } },
  { of: certManagerResources.clusterIssuers, spec: issuer, status: { conditions } },
  {
    of: certManagerResources.orders,
    spec: {
      type: "object",
      required: ["issuerRef", "request"],
      properties: { issuerRef, request: { type: "string", format: "byte" } },
    },
    status: { state: text, reason: text },
  },
];

const definitionNames: readonly string[] = kinds.map(({ of }) => `${of.plural}.${of.group}`);

/** Gives a cluster cert-manager's kinds, without a cert-manager, and waits until they are served. */
export async function installDefinitions(client: KubernetesClient): Promise<void> {
  for (const { of, spec, status } of kinds) {
    const openAPIV3Schema = {
      type: "object",
      required: ["spec"],
      properties: { spec, status: { type: "object", properties: status } },
    };
    const definition = {
      metadata: { name: `${of.plural}.${of.group}` },
      spec: {
        group: of.group,
        scope: of.namespaced ? "Namespaced" : "Cluster",
        names: {
          plural: of.plural,
          singular: of.kind.toLowerCase(),
          kind: of.kind,
          listKind: `${of.kind}List`,
        },
        versions: [
          {
            name: of.version,
            served: true,
            storage: true,
            schema: { openAPIV3Schema },
            subresources: { status: {} },
          },
        ],
      },
    };
    await client.apply(resources.customResourceDefinitions, definition, {
      signal,
      fieldManager: "test",
      force: true,
    });
  }
  for (const { of } of kinds)
    while (!(await client.serves(of, signal))) await new Promise((done) => setTimeout(done, 20));
}

export async function removeDefinitions(client: KubernetesClient): Promise<void> {
  for (const name of definitionNames)
    await client.delete(resources.customResourceDefinitions, { name }, { signal });
}
