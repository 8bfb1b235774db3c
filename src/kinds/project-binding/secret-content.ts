import { z } from "zod";
import type { Credential } from "../../clients/harbor/credential.ts";
import type { Document } from "../../model/document.ts";
import { Sensitive } from "../../model/sensitive.ts";
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

export const dockerConfigType = "kubernetes.io/dockerconfigjson";
export const dockerConfigKey = ".dockerconfigjson";
const forceInsecureAnnotation = "secret.kubesphere.io/force-insecure";
const defaultClassAnnotation = "secret.kubesphere.io/is-default-class";

const entry = z.object({
  username: z.string().optional().catch(undefined),
  password: z.string().optional().catch(undefined),
  email: z.string().optional().catch(undefined),
  auth: z.string().optional().catch(undefined),
});
const dockerConfig = z.object({ auths: z.record(z.string(), entry) });
type Entry = z.infer<typeof entry>;

/** Labels that make a Secret ours. */
export function labelsOf(wanted: Wanted): Record<string, string> {
  return { [managedByLabel]: managedBy, [bindingLabel]: bindingId(wanted.binding) };
}

/** Annotations as the console sets them (facts/kubesphere.md §1.1); null takes away what must not be there. */
export function annotationsOf(wanted: Wanted): Record<string, string | null> {
  return {
    "kubesphere.io/creator": managedBy,
    "config.kubesphere.io/imagesearchprovider": "HarborRegistryProvider",
    [forceInsecureAnnotation]: null,
    [defaultClassAnnotation]: wanted.defaultRegistry ? "true" : null,
  };
}

/** The content in the console's dialect: one key with its scheme, all four fields (facts/kubesphere.md §1.1). */
export function dockerConfigOf(wanted: Wanted, credential: Credential): string {
  const { username } = credential;
  const password = credential.password.reveal();
  const auth = Buffer.from(`${username}:${password}`, "utf8").toString("base64");
  const auths = { [wanted.url]: { username, password, email: wanted.email, auth } };
  return Buffer.from(JSON.stringify({ auths }), "utf8").toString("base64");
}

/** What can be read from a Secret, however it came about. Never throws. */
export interface SecretReading {
  readonly owner: "us" | "binding" | "foreign";
  readonly flaws: readonly SecretFlaw[];
  /** The credential for the wanted registry, if there is one. */
  readonly credential?: Credential;
}

export function readSecret(secret: SecretObject, wanted: Wanted): SecretReading {
  const owner = ownerOf(secret, wanted);
  const metadata = metadataFlaws(secret, wanted);
  if (secret.type !== dockerConfigType) return { owner, flaws: ["wrong-type", ...metadata] };
  const auths = authsOf(secret);
  if (auths === undefined) return { owner, flaws: ["unreadable", ...metadata] };
  const keys = Object.keys(auths);
  const key = keys.find((k) => k === wanted.url) ?? keys.find((k) => hostOf(k) === hostOf(wanted.url));
  const found = key === undefined ? undefined : auths[key];
  if (found === undefined)
    return { owner, flaws: [keys.length === 0 ? "unreadable" : "other-registry", ...metadata] };
  const flaws: SecretFlaw[] = [];
  if (key !== wanted.url) flaws.push("key-without-scheme");
  if (keys.length > 1) flaws.push("several-registries");
  const credential = credentialOf(found);
  if (credential === undefined) return { owner, flaws: ["empty-credential", ...flaws, ...metadata] };
  if (!agrees(found, credential)) flaws.push("auth-differs");
  if ((found.email ?? "") !== wanted.email && !metadata.includes("metadata-differs"))
    flaws.push("metadata-differs");
  return { owner, flaws: [...flaws, ...metadata], credential };
}

function ownerOf(secret: SecretObject, wanted: Wanted): SecretReading["owner"] {
  const labels = secret.metadata.labels ?? {};
  if (labels[managedByLabel] !== managedBy || labels[bindingLabel] === undefined) return "foreign";
  return labels[bindingLabel] === bindingId(wanted.binding) ? "us" : "binding";
}

function metadataFlaws(secret: SecretObject, wanted: Wanted): SecretFlaw[] {
  const annotations = secret.metadata.annotations ?? {};
  const { [forceInsecureAnnotation]: _checked, ...others } = annotationsOf(wanted);
  const differ = Object.entries(others).some(([key, value]) => {
    // The console turns the default off with "false", which is as good as nothing there.
    const actual =
      key === defaultClassAnnotation && annotations[key] === "false" ? undefined : annotations[key];
    return (actual ?? null) !== value && key !== "kubesphere.io/creator";
  });
  return [
    ...(forceInsecureAnnotation in annotations ? (["force-insecure"] as const) : []),
    ...(differ ? (["metadata-differs"] as const) : []),
  ];
}

function authsOf(secret: SecretObject): Record<string, Entry> | undefined {
  try {
    const text = Buffer.from(secret.data?.[dockerConfigKey] ?? "", "base64").toString("utf8");
    return dockerConfig.safeParse(JSON.parse(text)).data?.auths;
  } catch {
    // Not JSON: somebody edited it by hand, or wrote it without its data.
    return undefined;
  }
}

/** The host that an auths key means, as kubelet reads it: scheme and path do not count. */
function hostOf(key: string): string | undefined {
  const url = key.includes("://") ? key : `https://${key}`;
  return URL.canParse(url) ? new URL(url).host : undefined;
}

/** As the kubelet reads an entry: `auth` wins over `username` and `password`. */
function credentialOf({ auth, username, password }: Entry): Credential | undefined {
  const [, user, secret] = /^([^:]+):(.+)$/s.exec(Buffer.from(auth ?? "", "base64").toString("utf8")) ?? [];
  if (user !== undefined && secret !== undefined) return { username: user, password: new Sensitive(secret) };
  if (!username || !password) return undefined;
  return { username, password: new Sensitive(password) };
}

function agrees(entry: Entry, credential: Credential): boolean {
  const password = credential.password.reveal();
  return (
    entry.username === credential.username &&
    entry.password === password &&
    entry.auth === Buffer.from(`${credential.username}:${password}`, "utf8").toString("base64")
  );
}
