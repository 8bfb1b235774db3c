import { isObject, own, type Json, type JsonObject } from "../kubernetes/json.ts";
import { ask, openSession, type RegistryAccess, type RegistrySession } from "./registry/client.ts";
import { locate, splitReference, splitTag } from "./registry/location.ts";
import { readSecret, type RegistryTrust } from "./verify.ts";

const manifestTypes = [
  "application/vnd.docker.distribution.manifest.v2+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.oci.image.index.v1+json",
];

/** How to reach an image's registry: the scheme and the credential of the Secret, where one is named. */
function accessFor(registry: string, secret: JsonObject | undefined, trust: RegistryTrust): RegistryAccess {
  const location = { host: registry, allowsPlainHttp: false };
  if (secret === undefined) return { location, credential: undefined, skipsVerification: false, ...trust };
  const { key, access } = readSecret(secret);
  return { ...access, ...trust, location: { host: registry, allowsPlainHttp: locate(key).allowsPlainHttp } };
}

function pull(repository: string): readonly string[] {
  return [`repository:${repository}:pull`];
}

/** The configuration of an image, as the console shows it. @throws Error in go-containerregistry's words */
export async function imageConfig(
  image: string,
  secret: JsonObject | undefined,
  trust: RegistryTrust,
): Promise<JsonObject> {
  const { registry, rest } = splitReference(image);
  const { repository, tag } = splitTag(rest);
  const session = await openSession(accessFor(registry, secret, trust), pull(repository));
  const manifest = await readManifest(session, repository, tag);
  const digest = own(isObject(manifest["config"]) ? manifest["config"] : {}, "digest");
  if (typeof digest !== "string") throw new Error("unsupported MediaType");
  const answer = await ask(session, `/v2/${repository}/blobs/${digest}`);
  return shown(JSON.parse(answer.text) as JsonObject);
}

// An index leads to the manifest for linux/amd64, go-containerregistry's default.
async function readManifest(
  session: RegistrySession,
  repository: string,
  reference: string,
): Promise<JsonObject> {
  const answer = await ask(session, `/v2/${repository}/manifests/${reference}`, manifestTypes.join(","));
  const manifest = JSON.parse(answer.text) as JsonObject;
  const children = own(manifest, "manifests");
  if (!Array.isArray(children)) return manifest;
  const fits = (child: Json): boolean => {
    const platform = isObject(child) ? child["platform"] : undefined;
    return isObject(platform) && platform["os"] === "linux" && platform["architecture"] === "amd64";
  };
  const digest = own((children.find(fits) ?? {}) as JsonObject, "digest");
  if (typeof digest !== "string") throw new Error("no child with platform linux/amd64 in index");
  return readManifest(session, repository, digest);
}

// The members of go-containerregistry's ConfigFile; `rootfs` and `config` are always there.
function shown(config: JsonObject): JsonObject {
  const kept: JsonObject = {};
  const optional = [
    "architecture",
    "author",
    "container",
    "created",
    "docker_version",
    "history",
    "os",
    "os.version",
  ];
  for (const name of optional) {
    const value = own(config, name);
    if (value !== undefined) kept[name] = value;
  }
  kept["rootfs"] = own(config, "rootfs") ?? { type: "", diff_ids: [] };
  kept["config"] = own(config, "config") ?? {};
  return kept;
}

export interface TagQuery {
  readonly page: number;
  /** Less than 0 for all. */
  readonly limit: number;
  readonly ascending: boolean;
}

/** The tags of a repository. @throws Error in go-containerregistry's words */
export async function repositoryTags(
  reference: string,
  secret: JsonObject | undefined,
  trust: RegistryTrust,
  query: TagQuery,
): Promise<JsonObject> {
  const { registry, rest } = splitReference(reference);
  const session = await openSession(accessFor(registry, secret, trust), pull(rest));
  const answer = await ask(session, `/v2/${rest}/tags/list?n=1000`);
  const { tags } = JSON.parse(answer.text) as { tags: string[] | null };
  const sorted = (tags ?? []).toSorted((a, b) => (a < b ? -1 : 1));
  const all = query.ascending ? sorted : sorted.toReversed();
  const from = query.limit < 0 ? 0 : (query.page - 1) * query.limit;
  const page = query.limit < 0 ? all : all.slice(from, from + query.limit);
  return { registry, repository: rest, tags: page, total: all.length };
}

/** The status of a registry's error: ks-apiserver goes by the text. */
export function registryStatus(message: string): 400 | 401 | 404 {
  if (message.includes("Unauthorized")) return 401;
  return message.includes("MANIFEST_UNKNOWN") ? 404 : 400;
}
