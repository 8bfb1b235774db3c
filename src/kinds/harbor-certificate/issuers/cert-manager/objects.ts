import type { KubernetesObject, NewObject } from "../../../../clients/kubernetes/object.ts";
import type { Resource } from "../../../../clients/kubernetes/resources.ts";
import type { KeyType } from "../../../../pki/key.ts";
import { ownerAnnotation } from "../../contents.ts";
import type { CertificateDocument } from "../../gathered.ts";
import type { CertManager } from "./schema.ts";

const resource = (group: string, plural: string, kind: string, namespaced = true): Resource => ({
  group,
  version: "v1",
  plural,
  kind,
  namespaced,
});

/** cert-manager's own kinds, since v1.0. */
export const certManagerResources = {
  certificates: resource("cert-manager.io", "certificates", "Certificate"),
  certificateRequests: resource("cert-manager.io", "certificaterequests", "CertificateRequest"),
  issuers: resource("cert-manager.io", "issuers", "Issuer"),
  clusterIssuers: resource("cert-manager.io", "clusterissuers", "ClusterIssuer", false),
  orders: resource("acme.cert-manager.io", "orders", "Order"),
} as const;

export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly observedGeneration?: number;
}

/** An object of cert-manager's, as far as it is followed. */
export interface WithConditions extends KubernetesObject {
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: {
    readonly conditions?: readonly Condition[];
    /** Of a Certificate: there only while the last attempt failed. */
    readonly lastFailureTime?: string;
    readonly nextPrivateKeySecretName?: string;
    readonly revision?: number;
    /** Of an Order. */
    readonly state?: string;
    readonly reason?: string;
  };
}

export const conditionOf = (of: WithConditions | undefined, type: string): Condition | undefined =>
  of?.status?.conditions?.find((c) => c.type === type);

/** Field manager of what is written: of these objects we own what we set. */
export const fieldManager = "moorline-harbor-certificate";

const apiVersion = "cert-manager.io/v1";

/** @param of `server`, or the name of a client */
export const certificateName = ({ metadata }: CertificateDocument, of: string): string =>
  `${metadata.name}-${of === "server" ? "server" : `client-${of}`}`;

export const secretNameOf = (given: CertManager, document: CertificateDocument, of: string): string =>
  (of === "server" ? given.secretName : undefined) ?? `${certificateName(document, of)}-tls`;

export const issuerName = (given: CertManager, document: CertificateDocument): string =>
  given.issuerRef?.name ?? given.selfManaged?.name ?? document.metadata.name;

/** Go reads durations as a number with a unit; whole seconds say any of ours. */
const seconds = (count: number): string => `${Math.round(count)}s`;
const day = 86_400;

const privateKeys: Readonly<Record<KeyType, { readonly algorithm: string; readonly size: number }>> = {
  ECDSA_P256: { algorithm: "ECDSA", size: 256 },
  ECDSA_P384: { algorithm: "ECDSA", size: 384 },
  RSA_2048: { algorithm: "RSA", size: 2048 },
  RSA_3072: { algorithm: "RSA", size: 3072 },
  RSA_4096: { algorithm: "RSA", size: 4096 },
};

const metadataOf = (given: CertManager, name: string, document: CertificateDocument) => ({
  namespace: given.namespace,
  name,
  labels: { "app.kubernetes.io/managed-by": "moorline" },
  annotations: { [ownerAnnotation]: document.metadata.name },
});

/** The Certificate as it must be. Only fields that every v1 of cert-manager has: what a CRD drops would differ for ever. */
export function wantedCertificate(
  given: CertManager,
  document: CertificateDocument,
  of: string,
): NewObject & { readonly spec: Readonly<Record<string, unknown>> } {
  const { spec } = document;
  const client = spec.clients.find((c) => c.name === of);
  const life = (client?.validityDays ?? spec.validityDays) * day;
  const ref = given.issuerRef;
  // RSA key exchange of TLS 1.2 encrypts to the server's key; signing is all that ECDSA can (RFC 8446 §4.4.2.2)
  const encipherment = of === "server" && spec.keyType.startsWith("RSA") ? ["key encipherment"] : [];
  return {
    apiVersion,
    kind: "Certificate",
    metadata: metadataOf(given, certificateName(document, of), document),
    spec: {
      secretName: secretNameOf(given, document, of),
      issuerRef: {
        name: issuerName(given, document),
        kind: ref?.kind ?? "Issuer",
        group: ref?.group ?? "cert-manager.io",
      },
      duration: seconds(life),
      renewBefore: seconds(life * (1 - spec.renewAfter)),
      privateKey: { ...privateKeys[spec.keyType], encoding: "PKCS8", rotationPolicy: "Always" },
      usages: ["digital signature", ...encipherment, of === "server" ? "server auth" : "client auth"],
      ...(of === "server"
        ? {
            ...(spec.hosts.length > 0 && { dnsNames: spec.hosts }),
            ...(spec.ipAddresses.length > 0 && { ipAddresses: spec.ipAddresses }),
          }
        : { commonName: client?.commonName ?? of }),
    },
  };
}

/** The Issuer as it must be; undefined where the document refers to one of others. */
export function wantedIssuer(
  given: CertManager,
  document: CertificateDocument,
): (NewObject & { readonly spec: Readonly<Record<string, unknown>> }) | undefined {
  if (given.selfManaged === undefined) return undefined;
  return {
    apiVersion,
    kind: "Issuer",
    metadata: metadataOf(given, issuerName(given, document), document),
    spec: { ca: { secretName: given.selfManaged.caSecretName } },
  };
}

/** Whether everything that is wanted is there, whatever else is. Lists count as a whole. */
export function covers(there: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted))
    return (
      Array.isArray(there) && there.length === wanted.length && wanted.every((w, i) => covers(there[i], w))
    );
  if (typeof wanted !== "object" || wanted === null) return there === wanted;
  if (typeof there !== "object" || there === null) return false;
  const values = there as Readonly<Record<string, unknown>>;
  return Object.entries(wanted).every(([key, value]) => covers(values[key], value));
}
