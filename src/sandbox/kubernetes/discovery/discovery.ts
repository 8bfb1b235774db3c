import { apiVersionOf, type Resource } from "../resource.ts";
import type { JsonObject } from "../json.ts";
import type { Registry } from "../registry.ts";

const collectionVerbs = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

export const versionInfo: JsonObject = {
  major: "1",
  minor: "20",
  gitVersion: "v1.20.2+moorline-sandbox",
  gitCommit: "0000000000000000000000000000000000000000",
  gitTreeState: "clean",
  buildDate: "1970-01-01T00:00:00Z",
  goVersion: "go1.15.5",
  compiler: "gc",
  platform: "linux/amd64",
};

/** What a discovery path answers with, or undefined where the path is none. */
export function discover(registry: Registry, path: string, host: string): JsonObject | undefined {
  const parts = path.split("/").filter((part) => part !== "");
  if (path === "/" || path === "") return { paths: [...knownPaths(registry)] };
  if (parts[0] === "api")
    return parts.length === 1
      ? coreVersions(host)
      : parts.length === 2
        ? resourceList(registry, "", parts[1] as string)
        : undefined;
  if (parts[0] !== "apis") return undefined;
  if (parts.length === 1) return groupList(registry);
  const group =
    registry.groups().find(({ name }) => name === parts[1]) ??
    extraGroups.find(({ name }) => name === parts[1]);
  if (group === undefined) return undefined;
  if (parts.length === 2) return { kind: "APIGroup", apiVersion: "v1", ...groupBody(group) };
  return parts.length === 3 ? resourceList(registry, group.name, parts[2] as string) : undefined;
}

function* knownPaths(registry: Registry): Iterable<string> {
  yield* ["/api", "/api/v1", "/apis"];
  for (const { name, versions } of registry.groups()) {
    yield `/apis/${name}`;
    for (const version of versions) yield `/apis/${name}/${version}`;
  }
  yield* ["/healthz", "/livez", "/openapi/v2", "/readyz", "/version"];
}

function coreVersions(host: string): JsonObject {
  return {
    kind: "APIVersions",
    versions: ["v1"],
    serverAddressByClientCIDRs: [{ clientCIDR: "0.0.0.0/0", serverAddress: host }],
  };
}

interface Group {
  readonly name: string;
  readonly versions: readonly string[];
}

// Served without being stored.
const extraGroups: readonly Group[] = [{ name: "authorization.k8s.io", versions: ["v1"] }];

function groupList(registry: Registry): JsonObject {
  return {
    kind: "APIGroupList",
    apiVersion: "v1",
    groups: [...registry.groups(), ...extraGroups].map(groupBody),
  };
}

function groupBody({ name, versions }: Group): JsonObject {
  const all = versions.map((version) => ({ groupVersion: `${name}/${version}`, version }));
  return { name, versions: all, preferredVersion: all[0] ?? {} };
}

function resourceList(registry: Registry, group: string, version: string): JsonObject | undefined {
  const found = registry.ofVersion(group, version);
  const reviews = group === "authorization.k8s.io" && version === "v1" ? reviewResources : [];
  if (found.length === 0 && reviews.length === 0) return undefined;
  const groupVersion = group === "" ? version : `${group}/${version}`;
  return {
    kind: "APIResourceList",
    ...(group === "" ? {} : { apiVersion: "v1" }),
    groupVersion,
    resources: [...reviews, ...found.flatMap(resourceEntries)],
  };
}

const reviewResources: readonly JsonObject[] = ["SelfSubjectAccessReview", "SelfSubjectRulesReview"].map(
  (kind) => ({
    name: `${kind.toLowerCase()}s`,
    singularName: "",
    namespaced: false,
    kind,
    verbs: ["create"],
  }),
);

function resourceEntries(resource: Resource): readonly JsonObject[] {
  const isNamespace = apiVersionOf(resource) === "v1" && resource.plural === "namespaces";
  const main: JsonObject = {
    name: resource.plural,
    singularName: resource.isCustom ? resource.singular : "",
    namespaced: resource.isNamespaced,
    kind: resource.kind,
    verbs: isNamespace ? collectionVerbs.filter((verb) => verb !== "deletecollection") : collectionVerbs,
    ...(resource.shortNames.length === 0 ? {} : { shortNames: [...resource.shortNames] }),
    ...(resource.categories.length === 0 ? {} : { categories: [...resource.categories] }),
  };
  const below = resource.subresources.map((name) => ({
    name: `${resource.plural}/${name}`,
    singularName: "",
    namespaced: resource.isNamespaced,
    kind: resource.kind,
    verbs: name === "finalize" ? ["update"] : ["get", "patch", "update"],
  }));
  return [main, ...below];
}
