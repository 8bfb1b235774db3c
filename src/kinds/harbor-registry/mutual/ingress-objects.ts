import { digestOf, type Material } from "./material.ts";
import type { ObservedIngress } from "./observed.ts";
import type { MutualTls } from "./schema.ts";

const prefix = "nginx.ingress.kubernetes.io/auth-tls-";

/** The annotations of ingress-nginx that decide who must show a certificate (facts: harbor §3.5). */
export const annotationKeys = {
  secret: `${prefix}secret`,
  verify: `${prefix}verify-client`,
  depth: `${prefix}verify-depth`,
} as const;

/** Name of the Secret with the CAs that sign clients. @param registry the HarborRegistry's name */
export const secretNameOf = (registry: string): string => `moorline-client-ca-${registry}`.slice(0, 253);

/** Several registries may be met through one Ingress; each owns its own fields. */
export const fieldManagerOf = (registry: string): string => `moorline-mutual-tls-${registry}`.slice(0, 128);

/** What ingress-nginx is told. With `optional_no_ca` a certificate is asked for, and nobody is refused for having none. */
export function annotationsOf(
  mode: "observe" | "enforce",
  namespace: string,
  registry: string,
  { verifyDepth }: Pick<MutualTls, "verifyDepth">,
): Readonly<Record<string, string>> {
  return {
    [annotationKeys.secret]: `${namespace}/${secretNameOf(registry)}`,
    [annotationKeys.verify]: mode === "enforce" ? "on" : "optional_no_ca",
    [annotationKeys.depth]: String(verifyDepth),
  };
}

/** What a set of annotations asks for. */
export function modeOfAnnotations(
  annotations: Readonly<Record<string, string>> | undefined,
  namespace: string,
  registry: string,
): ObservedIngress["current"] {
  const verify = annotations?.[annotationKeys.verify];
  const secret = annotations?.[annotationKeys.secret];
  if (verify === undefined && secret === undefined) return "off";
  if (secret !== `${namespace}/${secretNameOf(registry)}`) return "unknown";
  return verify === "on" ? "enforce" : verify === "optional_no_ca" ? "observe" : "unknown";
}

/** ingress-nginx takes the CAs from `ca.crt` and their lists from `ca.crl`. */
export function secretData({ authority, list }: Material): Readonly<Record<string, string>> {
  const encode = (text: string): string => Buffer.from(text).toString("base64");
  return { "ca.crt": encode(authority), ...(list !== undefined && { "ca.crl": encode(list) }) };
}

export const digestOfData = (data: Readonly<Record<string, string>> | undefined): string =>
  digestOf(data?.["ca.crt"], data?.["ca.crl"]);

export const managedLabel = { "app.kubernetes.io/managed-by": "moorline" } as const;
