import type { Credential } from "../../clients/harbor/credential.ts";
import {
  creatorAnnotation,
  defaultClassAnnotation,
  forceInsecureAnnotation,
  readRegistrySecret,
  registryAnnotations,
  type SecretProblem,
} from "../../clients/kubesphere/registry-secret.ts";
import type { Document } from "../../model/document.ts";
import type { SecretFlaw } from "./observed.ts";
import { bindingId, bindingLabel, managedBy, managedByLabel } from "./ownership.ts";
import type { ProjectBindingSpec } from "./schema.ts";

/** A Secret as far as a binding looks at it; `data` is base64, as the API server gives it. */
export interface SecretObject {
  readonly type?: string | undefined;
  readonly data?: Readonly<Record<string, string>> | undefined;
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly creationTimestamp?: string | undefined;
    readonly labels?: Readonly<Record<string, string>> | undefined;
    readonly annotations?: Readonly<Record<string, string>> | undefined;
  };
}

/** What a Secret of a binding says, the credential apart. */
export interface Wanted {
  readonly binding: string;
  /** `https://host[:port]` */
  readonly url: string;
  readonly email: string;
  readonly defaultRegistry: boolean;
}

export function wantedOf({ metadata, spec }: Document<ProjectBindingSpec>, url: string): Wanted {
  return {
    binding: metadata.name,
    url,
    email: spec.secret.email,
    defaultRegistry: spec.secret.defaultRegistry,
  };
}

/** Labels that make a Secret ours. */
export function labelsOf(wanted: Wanted): Record<string, string> {
  return { [managedByLabel]: managedBy, [bindingLabel]: bindingId(wanted.binding) };
}

/** Annotations in the console's dialect; null takes away what must not be there. */
export function annotationsOf(wanted: Wanted): Record<string, string | null> {
  return registryAnnotations({ creator: managedBy, isDefault: wanted.defaultRegistry });
}

/** What can be read from a Secret, however it came about. Never throws. */
export interface SecretReading {
  readonly owner: "us" | "binding" | "federation" | "foreign";
  readonly flaws: readonly SecretFlaw[];
  /** The credential for the wanted registry, if there is one. */
  readonly credential?: Credential;
}

export function readSecret(secret: SecretObject, wanted: Wanted): SecretReading {
  const owner = ownerOf(secret, wanted);
  const { entries, problems } = readRegistrySecret(secret);
  const metadata = metadataFlaws(secret, wanted, problems);
  if (problems.includes("wrong-type")) return { owner, flaws: ["wrong-type", ...metadata] };
  const found =
    entries.find((e) => e.key === wanted.url) ?? entries.find((e) => hostOf(e.key) === hostOf(wanted.url));
  if (found === undefined)
    return { owner, flaws: [entries.length === 0 ? "unreadable" : "other-registry", ...metadata] };
  const flaws: SecretFlaw[] = [];
  if (found.key !== wanted.url) flaws.push("key-without-scheme");
  if (problems.includes("several-registries")) flaws.push("several-registries");
  const { username, password } = found;
  if (username === "" || password.reveal() === "")
    return { owner, flaws: ["empty-credential", ...flaws, ...metadata] };
  if (!found.isWhole) flaws.push("auth-differs");
  if (found.email !== wanted.email && !metadata.includes("metadata-differs")) flaws.push("metadata-differs");
  return { owner, flaws: [...flaws, ...metadata], credential: { username, password } };
}

function ownerOf(secret: SecretObject, wanted: Wanted): SecretReading["owner"] {
  const labels = secret.metadata.labels ?? {};
  // KubeFed writes again what bears its label, whoever changed it, and looks at nothing else (its managedlabel.go).
  if (labels["kubefed.io/managed"] === "true") return "federation";
  if (labels[managedByLabel] !== managedBy || labels[bindingLabel] === undefined) return "foreign";
  return labels[bindingLabel] === bindingId(wanted.binding) ? "us" : "binding";
}

function metadataFlaws(
  secret: SecretObject,
  wanted: Wanted,
  problems: readonly SecretProblem[],
): SecretFlaw[] {
  const annotations = secret.metadata.annotations ?? {};
  const insecure = problems.includes("force-insecure") || problems.includes("force-insecure-not-true");
  const differ = Object.entries(annotationsOf(wanted)).some(([key, value]) => {
    // The console names its user as creator when it saves; what skips verification is a flaw of its own.
    if (key === creatorAnnotation || key === forceInsecureAnnotation) return false;
    const isOff = key === defaultClassAnnotation && annotations[key] === "false";
    return ((isOff ? undefined : annotations[key]) ?? null) !== value;
  });
  return [
    ...(insecure ? (["force-insecure"] as const) : []),
    ...(differ ? (["metadata-differs"] as const) : []),
  ];
}

/** The host that an auths key means, as kubelet reads it: scheme and path do not count. */
function hostOf(key: string): string | undefined {
  const url = key.includes("://") ? key : `https://${key}`;
  return URL.canParse(url) ? new URL(url).host : undefined;
}
