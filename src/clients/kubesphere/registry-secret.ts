import { z } from "zod";
import { MoorlineError } from "../../model/errors.ts";
import { Sensitive } from "../../model/sensitive.ts";
import { parseBaseUrl } from "../http/url.ts";
import type { Secret } from "../kubernetes/object.ts";

export const registrySecretType = "kubernetes.io/dockerconfigjson";
export const registrySecretKey = ".dockerconfigjson";
/** `"true"` makes ks-apiserver skip verification; anything else but absence misleads the console (facts/kubesphere.md §1.2). */
export const forceInsecureAnnotation = "secret.kubesphere.io/force-insecure";
/** The console turns the default off with "false", which is as good as nothing there. */
export const defaultClassAnnotation = "secret.kubesphere.io/is-default-class";
export const creatorAnnotation = "kubesphere.io/creator";

/** Annotations as the console sets them for a Harbor (facts/kubesphere.md §1.1); null stands for what must not be there. */
export function registryAnnotations(secret: {
  readonly creator: string;
  readonly isDefault: boolean;
}): Record<string, string | null> {
  return {
    [creatorAnnotation]: secret.creator,
    "config.kubesphere.io/imagesearchprovider": "HarborRegistryProvider",
    [forceInsecureAnnotation]: null,
    [defaultClassAnnotation]: secret.isDefault ? "true" : null,
  };
}

export interface RegistrySecretSpec {
  readonly name: string;
  readonly namespace: string;
  /** https://host[:port] */
  readonly url: string;
  readonly username: string;
  readonly password: Sensitive;
  readonly email?: string;
  /** The KubeSphere user that the console shows as creator. */
  readonly creator?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface RenderedSecret extends Secret {
  readonly apiVersion: "v1";
  readonly kind: "Secret";
  readonly metadata: Secret["metadata"] & { readonly name: string; readonly namespace: string };
  readonly type: typeof registrySecretType;
  readonly data: Readonly<Record<string, string>>;
}

/**
 * What stands as key in `auths`: scheme, host and port, nothing after (facts/kubesphere.md §1.1). Without the scheme
 * ks-apiserver asks Docker Hub instead (§2.3).
 * @throws NETWORK_URL_INVALID
 */
export function registryKey(url: string): string {
  const parsed = parseBaseUrl(url);
  if (parsed.pathname === "/" || parsed.pathname === "") return parsed.origin;
  throw new MoorlineError("NETWORK_URL_INVALID", {
    subject: url,
    parameters: { reason: "a registry has no path behind its host" },
  });
}

/**
 * The content of a registry Secret in base64: one key with its scheme, all four fields (facts/kubesphere.md §1.1).
 * @throws NETWORK_URL_INVALID, REGISTRY_CREDENTIAL_EMPTY
 */
export function registryConfig({
  name,
  namespace,
  url,
  username,
  email = "",
  ...spec
}: Pick<RegistrySecretSpec, "name" | "namespace" | "url" | "username" | "password" | "email">): string {
  const password = spec.password.reveal();
  if (username === "" || password === "")
    throw new MoorlineError("REGISTRY_CREDENTIAL_EMPTY", { subject: `Secret/${namespace}/${name}` });
  const entry = { username, password, email, auth: authOf(username, password) };
  return base64(JSON.stringify({ auths: { [registryKey(url)]: entry } }));
}

/**
 * Makes a registry Secret as KubeSphere's console makes it (facts/kubesphere.md §1).
 * @throws NETWORK_URL_INVALID, REGISTRY_CREDENTIAL_EMPTY
 */
export function renderRegistrySecret(spec: RegistrySecretSpec): RenderedSecret {
  const { name, namespace, labels } = spec;
  const { [forceInsecureAnnotation]: _dropped, ...annotations } = spec.annotations ?? {};
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: {
      name,
      namespace,
      ...(labels && { labels }),
      annotations: { ...annotations, [creatorAnnotation]: spec.creator ?? "admin" },
    },
    type: registrySecretType,
    data: { [registrySecretKey]: registryConfig(spec) },
  };
}

/** What is wrong with a registry Secret, for the kubelet or for KubeSphere. */
export type SecretProblem =
  | "wrong-type"
  | "malformed-base64"
  | "malformed-json"
  | "no-registry"
  | "several-registries"
  | "key-without-scheme"
  | "key-with-path"
  | "empty-credential"
  | "auth-differs"
  | "force-insecure"
  | "force-insecure-not-true";

export interface RegistryEntry {
  /** As it stands in `auths`. */
  readonly key: string;
  readonly username: string;
  readonly password: Sensitive;
  readonly email: string;
  /** User, password and `auth` are all there and say the same, as the console writes them. */
  readonly isWhole: boolean;
}

export interface RegistrySecret {
  /** In the order of the file; KubeSphere sees the first alone. */
  readonly entries: readonly RegistryEntry[];
  readonly problems: readonly SecretProblem[];
}

const configSchema = z.looseObject({
  auths: z
    .record(
      z.string(),
      z.looseObject({
        username: z.string().default(""),
        password: z.string().default(""),
        email: z.string().default(""),
        auth: z.string().optional(),
      }),
    )
    .default({}),
});

/** As much of a Secret as is read here. */
export interface ReadableSecret {
  readonly type?: string | undefined;
  readonly data?: Readonly<Record<string, string>> | undefined;
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>> | undefined };
}

/** Reads any Secret as a registry Secret. Never throws: what cannot be read is a problem. */
export function readRegistrySecret(secret: ReadableSecret): RegistrySecret {
  const problems: SecretProblem[] = [];
  if (secret.type !== registrySecretType) problems.push("wrong-type");
  const insecure = secret.metadata.annotations?.[forceInsecureAnnotation];
  if (insecure !== undefined)
    problems.push(insecure === "true" ? "force-insecure" : "force-insecure-not-true");

  const data = secret.data?.[registrySecretKey] ?? "";
  const bytes = Buffer.from(data, "base64");
  if (bytes.toString("base64") !== data.trim())
    return { entries: [], problems: [...problems, "malformed-base64"] };
  const config = configSchema.safeParse(jsonOf(bytes.toString("utf8")));
  if (!config.success) return { entries: [], problems: [...problems, "malformed-json"] };

  const auths = Object.entries(config.data.auths);
  if (auths.length === 0) problems.push("no-registry");
  if (auths.length > 1) problems.push("several-registries");
  const entries = auths.map(([key, auth]): RegistryEntry => {
    const { username, password, auth: encoded } = auth;
    const fromAuth = splitAuth(encoded);
    // As the kubelet reads it: `auth` wins over the two fields.
    const isUsable = fromAuth.username !== "" && fromAuth.password !== "";
    const entry = isUsable ? fromAuth : { username, password };
    const isWhole = username !== "" && password !== "" && encoded === authOf(username, password);
    problems.push(...keyProblems(key));
    // The console needs both fields; the kubelet takes them from `auth` as well.
    if (username === "" || password === "") problems.push("empty-credential");
    else if (encoded !== undefined && encoded !== authOf(username, password)) problems.push("auth-differs");
    return { key, ...entry, password: new Sensitive(entry.password), email: auth.email, isWhole };
  });
  return { entries, problems: [...new Set(problems)] };
}

function keyProblems(key: string): SecretProblem[] {
  const scheme = /^https?:\/\//.exec(key)?.[0];
  const rest = key.slice(scheme?.length ?? 0);
  return [
    ...(scheme === undefined ? (["key-without-scheme"] as const) : []),
    ...(rest.includes("/") ? (["key-with-path"] as const) : []),
  ];
}

const base64 = (text: string): string => Buffer.from(text, "utf8").toString("base64");
const authOf = (username: string, password: string): string => base64(`${username}:${password}`);

function splitAuth(auth: string | undefined): { username: string; password: string } {
  const text = Buffer.from(auth ?? "", "base64").toString("utf8");
  const colon = text.indexOf(":");
  if (colon === -1) return { username: "", password: "" };
  return { username: text.slice(0, colon), password: text.slice(colon + 1) };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // The schema then refuses it, and that is the answer.
    return undefined;
  }
}
