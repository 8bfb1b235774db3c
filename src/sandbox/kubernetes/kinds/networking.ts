import { isObject, listAt, objectAt, stringAt } from "../json.ts";
import type { ApiObject } from "../object.ts";
import type { Resource } from "../resource.ts";
import { required, type FieldError } from "../status.ts";
import { column, ageColumn, nameColumn } from "../table/columns.ts";
import { builtin, startStatus } from "./builtin.ts";

/** Ingress, as an object: nothing here listens for its hosts. */
export const ingresses: Resource = builtin({
  group: "networking.k8s.io",
  kind: "Ingress",
  plural: "ingresses",
  shortNames: ["ing"],
  subresources: ["status"],
  hasGeneration: true,
  zero: { spec: {}, status: { loadBalancer: {} } },
  columns: [nameColumn, column("Hosts", (object) => hostsOf(object).join(",") || "*"), ageColumn],
  prepare: (object, before) => startStatus(object, before, { loadBalancer: {} }),
  validate: ingressErrors,
});

/** NetworkPolicy, as an object: nothing here keeps anybody out. */
export const networkPolicies: Resource = builtin({
  group: "networking.k8s.io",
  kind: "NetworkPolicy",
  plural: "networkpolicies",
  shortNames: ["netpol"],
  hasGeneration: true,
  zero: { spec: { podSelector: {} } },
});

/** Service, as an object: no address of it leads anywhere. */
export const services: Resource = builtin({
  kind: "Service",
  plural: "services",
  shortNames: ["svc"],
  subresources: ["status"],
  zero: { spec: {}, status: { loadBalancer: {} } },
  prepare: (object, before) => startStatus(object, before, { loadBalancer: {} }),
});

const rulesOf = (object: ApiObject) =>
  listAt(objectAt(object, "spec") ?? {}, "rules").filter((rule) => isObject(rule));

const hostsOf = (object: ApiObject): readonly string[] =>
  rulesOf(object).flatMap((rule) => stringAt(rule, "host") ?? []);

function ingressErrors(object: ApiObject): readonly FieldError[] {
  return rulesOf(object).flatMap((rule, i) =>
    listAt(rule, "http", "paths").flatMap((path, j) =>
      isObject(path) && stringAt(path, "pathType") === undefined
        ? [required(`spec.rules[${i}].http.paths[${j}].pathType`, "pathType must be specified")]
        : [],
    ),
  );
}
