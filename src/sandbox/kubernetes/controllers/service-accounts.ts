import type { ServerContext } from "../context.ts";
import { clone, isObject, listAt, objectAt, stringAt, type Json } from "../json.ts";
import { isBeingDeleted, nameOf, namespaceOf, uidOf, type ApiObject } from "../object.ts";
import { createObject } from "../writes/create.ts";
import { updateObject } from "../writes/update.ts";

const manager = "kube-controller-manager";
const write = { manager, dryRun: false };
const tokenType = "kubernetes.io/service-account-token";

/** Gives a namespace what the controller manager of 1.20 gives it: its default account and the cluster's authority. */
export function provideForNamespace(context: ServerContext, name: string): void {
  const namespace = context.store.get("namespaces", "", name);
  if (namespace === undefined || isBeingDeleted(namespace)) return;
  if (context.store.get("serviceaccounts", name, "default") === undefined) {
    create(context, "serviceaccounts", name, { metadata: { name: "default" } });
  }
  const authority = context.store.get("configmaps", name, "kube-root-ca.crt");
  const data = { "ca.crt": context.authorityPem };
  if (authority === undefined)
    create(context, "configmaps", name, { metadata: { name: "kube-root-ca.crt" }, data });
}

/** Sees that an account has a token Secret and refers to it. */
export function provideForAccount(context: ServerContext, namespace: string, name: string): void {
  const account = context.store.get("serviceaccounts", namespace, name);
  const home = context.store.get("namespaces", "", namespace);
  if (account === undefined || home === undefined || isBeingDeleted(home)) return;
  const referred = listAt(account, "secrets").filter(isObject);
  const isToken = (reference: Json): boolean =>
    isTokenOf(context.store.get("secrets", namespace, stringAt(reference, "name") ?? ""), account);
  if (referred.some(isToken)) return;
  const token = create(context, "secrets", namespace, tokenSecret(context, account));
  if (token === undefined) return;
  const kept = referred.filter(
    (reference) => !(stringAt(reference, "name") ?? "").startsWith(`${name}-token-`),
  );
  const resource = context.registry.find("", "v1", "serviceaccounts");
  if (resource === undefined) return;
  const next = { ...clone(account), secrets: [...clone(kept), { name: nameOf(token) }] };
  updateObject(context, resource, account, next, write);
}

/** Deletes the token Secrets of an account that is gone. */
export function cleanAfterAccount(context: ServerContext, account: ApiObject): void {
  for (const secret of context.store.list("secrets", namespaceOf(account))) {
    if (isTokenOf(secret, account)) context.store.remove("secrets", namespaceOf(secret), nameOf(secret));
  }
}

function isTokenOf(secret: ApiObject | undefined, account: ApiObject): boolean {
  if (secret === undefined || stringAt(secret, "type") !== tokenType) return false;
  const annotations = objectAt(secret, "metadata", "annotations") ?? {};
  return annotations["kubernetes.io/service-account.uid"] === uidOf(account);
}

function tokenSecret(context: ServerContext, account: ApiObject): ApiObject {
  const base64 = (text: string): string => Buffer.from(text).toString("base64");
  const name = `${nameOf(account)}-token-${context.suffix()}`;
  return {
    metadata: {
      name,
      annotations: {
        "kubernetes.io/service-account.name": nameOf(account),
        "kubernetes.io/service-account.uid": uidOf(account),
      },
    },
    type: tokenType,
    data: {
      "ca.crt": base64(context.authorityPem),
      namespace: base64(namespaceOf(account)),
      token: base64(`sandbox-${context.uuid()}${context.uuid()}`),
    },
  };
}

function create(
  context: ServerContext,
  plural: string,
  namespace: string,
  object: ApiObject,
): ApiObject | undefined {
  const resource = context.registry.find("", "v1", plural);
  return resource === undefined ? undefined : createObject(context, resource, namespace, object, write);
}
