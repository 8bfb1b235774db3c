import { sendJson } from "../kubernetes/http/answer.ts";
import { mediaType, readBody, readObject } from "../kubernetes/http/body.ts";
import { objectAt } from "../kubernetes/json.ts";
import { notFound } from "../kubernetes/status.ts";
import { createObject } from "../kubernetes/writes/create.ts";
import { requireRight, type Answer } from "./asked.ts";
import { listResources, projectsOf } from "./resources.ts";

/** Built-in objects in KubeSphere's form of lists. */
export const list: Answer = (asked, { namespace = "", plural = "" }) => {
  const { address, context, response } = asked;
  requireRight(asked, "list", plural, namespace);
  const key = plural === "deployments" ? "deployments.apps" : plural;
  sendJson(response, 200, listResources(context.kubernetes.store, key, namespace, address.searchParams));
};

export const workspaceProjects: Answer = (asked, { workspace = "" }) => {
  const { address, context, response } = asked;
  requireRight(asked, "list", "namespaces", "");
  sendJson(response, 200, projectsOf(context.kubernetes.store, workspace, address.searchParams));
};

/** A project is a namespace that says its workspace (facts/kubesphere.md §4.2). */
export const makeProject: Answer = async (asked, { workspace = "" }) => {
  const { context, request, response, user } = asked;
  requireRight(asked, "create", "namespaces", "");
  const { context: cluster } = context.kubernetes;
  const resource = cluster.registry.find("", "v1", "namespaces");
  if (resource === undefined) throw notFound({ group: "", name: "namespaces" }, "");
  const { cluster: _, ...body } = readObject(await readBody(request), mediaType(request), "Namespace");
  const metadata = { ...objectAt(body, "metadata") };
  metadata["labels"] = { ...objectAt(metadata, "labels"), "kubesphere.io/workspace": workspace };
  metadata["annotations"] = { "kubesphere.io/creator": user.name, ...objectAt(metadata, "annotations") };
  const project = { ...body, metadata };
  const made = createObject(cluster, resource, "", project, { manager: "ks-apiserver", dryRun: false });
  sendJson(response, 200, made);
};

export const tenantList: Answer = (asked, { plural = "" }) => {
  const { address, context, response } = asked;
  requireRight(asked, "list", plural, "");
  sendJson(response, 200, listResources(context.kubernetes.store, keyOf(plural), "", address.searchParams));
};

export const tenantObject: Answer = (asked, { plural = "", name = "" }) => {
  requireRight(asked, "get", plural, "");
  const found = asked.context.kubernetes.store.get(keyOf(plural), "", name);
  if (found === undefined) throw notFound({ group: "tenant.kubesphere.io", name: plural }, name);
  sendJson(asked.response, 200, found);
};

function keyOf(plural: string): string {
  if (plural === "namespaces") return plural;
  return plural === "clusters" ? "clusters.cluster.kubesphere.io" : `${plural}.tenant.kubesphere.io`;
}
