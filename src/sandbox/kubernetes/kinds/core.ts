import { listAt, objectAt, own, stringAt, type JsonObject } from "../json.ts";
import type { ApiObject } from "../object.ts";
import type { Resource } from "../resource.ts";
import { invalidValue, required, type FieldError } from "../status.ts";
import { column, ageColumn, nameColumn } from "../table/columns.ts";
import { nodeColumns, podColumns } from "../table/workloads.ts";
import { configKeyErrors } from "../validation/names.ts";
import { builtin, setDefault, startStatus } from "./builtin.ts";
import { ingresses, networkPolicies, services } from "./networking.ts";
import { podDefaults, podErrors } from "./pod.ts";
import { secret } from "./secret.ts";

const count = (object: ApiObject, ...fields: readonly string[]): number =>
  fields.reduce((sum, field) => sum + Object.keys(objectAt(object, field) ?? {}).length, 0);

const namespaces = builtin({
  kind: "Namespace",
  plural: "namespaces",
  shortNames: ["ns"],
  isClusterScoped: true,
  subresources: ["finalize", "status"],
  nameRule: "label",
  zero: { spec: {}, status: {} },
  selectableFields: ["status.phase", "name"],
  columns: [nameColumn, column("Status", (object) => stringAt(object, "status", "phase") ?? ""), ageColumn],
  defaults(object) {
    setDefault(objectAt(object, "status") as JsonObject, "phase", "Active");
  },
  prepare(object, before) {
    const spec = objectAt(object, "spec") as JsonObject;
    if (before === undefined) {
      spec["finalizers"] = [...new Set([...listAt(spec, "finalizers"), "kubernetes"])];
    } else {
      const finalizers = listAt(before, "spec", "finalizers");
      if (finalizers.length > 0) spec["finalizers"] = [...finalizers];
    }
    startStatus(object, before, { phase: "Active" });
  },
});

const configMaps = builtin({
  kind: "ConfigMap",
  plural: "configmaps",
  shortNames: ["cm"],
  columns: [nameColumn, column("Data", (object) => count(object, "data", "binaryData")), ageColumn],
  validate(object, before) {
    const keys = Object.keys(objectAt(object, "data") ?? {});
    const errors = keys.flatMap((key) => configKeyErrors("data", key));
    return before !== undefined && before["immutable"] === true
      ? [...errors, ...immutableErrors(object, before)]
      : errors;
  },
});

function immutableErrors(object: ApiObject, before: ApiObject): readonly FieldError[] {
  const same = (field: string): boolean =>
    JSON.stringify(own(object, field)) === JSON.stringify(own(before, field));
  if (!same("data")) {
    return [
      {
        reason: "FieldValueForbidden",
        field: "data",
        message: "Forbidden: field is immutable when `immutable` is set",
      },
    ];
  }
  return [];
}

const serviceAccounts = builtin({
  kind: "ServiceAccount",
  plural: "serviceaccounts",
  shortNames: ["sa"],
  columns: [nameColumn, column("Secrets", (object) => listAt(object, "secrets").length), ageColumn],
});

const nodes = builtin({
  kind: "Node",
  plural: "nodes",
  shortNames: ["no"],
  isClusterScoped: true,
  subresources: ["status"],
  zero: { spec: {}, status: { daemonEndpoints: { kubeletEndpoint: { Port: 0 } }, nodeInfo: {} } },
  selectableFields: ["spec.unschedulable"],
  columns: nodeColumns,
});

const pods = builtin({
  kind: "Pod",
  plural: "pods",
  shortNames: ["po"],
  subresources: ["status"],
  zero: { spec: {}, status: {} },
  selectableFields: [
    "spec.nodeName",
    "spec.restartPolicy",
    "spec.schedulerName",
    "spec.serviceAccountName",
    "status.phase",
    "status.podIP",
  ],
  columns: podColumns,
  defaults: (object) => podDefaults(objectAt(object, "spec") as JsonObject),
  prepare: (object, before) => startStatus(object, before, { phase: "Pending", qosClass: "BestEffort" }),
  validate: (object) => podErrors(objectAt(object, "spec") ?? {}, "spec"),
});

const events = builtin({
  kind: "Event",
  plural: "events",
  shortNames: ["ev"],
  isMadeByPut: true,
  zero: { involvedObject: {}, source: {} },
  selectableFields: [
    ...["kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath"].map(
      (field) => `involvedObject.${field}`,
    ),
    "reason",
    "reportingComponent",
    "source",
    "type",
  ],
  columns: [
    column("Last Seen", (object) => stringAt(object, "lastTimestamp") ?? ""),
    column("Type", (object) => stringAt(object, "type") ?? ""),
    column("Reason", (object) => stringAt(object, "reason") ?? ""),
    column(
      "Object",
      (object) =>
        `${(stringAt(object, "involvedObject", "kind") ?? "").toLowerCase()}/${stringAt(object, "involvedObject", "name") ?? ""}`,
    ),
    column("Message", (object) => stringAt(object, "message") ?? ""),
  ],
  validate(object) {
    const namespace = stringAt(object, "involvedObject", "namespace") ?? "";
    const mine = stringAt(object, "metadata", "namespace") ?? "";
    if (namespace === mine || (namespace === "" && mine === "default")) return [];
    return [
      invalidValue("involvedObject.namespace", JSON.stringify(namespace), "does not match event.namespace"),
    ];
  },
});

const leases = builtin({
  group: "coordination.k8s.io",
  kind: "Lease",
  plural: "leases",
  needsRevision: true,
  isMadeByPut: true,
  zero: { spec: {} },
  columns: [
    nameColumn,
    column("Holder", (object) => stringAt(object, "spec", "holderIdentity") ?? ""),
    ageColumn,
  ],
  validate(object) {
    const duration = own(objectAt(object, "spec") ?? {}, "leaseDurationSeconds");
    if (typeof duration !== "number" || duration > 0) return [];
    return [invalidValue("spec.leaseDurationSeconds", String(duration), "must be greater than 0")];
  },
});

const deployments = builtin({
  group: "apps",
  kind: "Deployment",
  plural: "deployments",
  shortNames: ["deploy"],
  subresources: ["status"],
  hasGeneration: true,
  zero: { spec: { strategy: {}, template: { metadata: {}, spec: {} } }, status: {} },
  columns: [
    nameColumn,
    column(
      "Ready",
      (object) =>
        `${Number(own(objectAt(object, "status") ?? {}, "readyReplicas") ?? 0)}/${Number(own(objectAt(object, "spec") ?? {}, "replicas") ?? 1)}`,
    ),
    column("Up-to-date", (object) => own(objectAt(object, "status") ?? {}, "updatedReplicas") ?? 0),
    column("Available", (object) => own(objectAt(object, "status") ?? {}, "availableReplicas") ?? 0),
    ageColumn,
  ],
  defaults(object) {
    const spec = objectAt(object, "spec") as JsonObject;
    setDefault(spec, "replicas", 1);
    setDefault(spec, "revisionHistoryLimit", 10);
    setDefault(spec, "progressDeadlineSeconds", 600);
    const strategy = objectAt(spec, "strategy") as JsonObject;
    setDefault(strategy, "type", "RollingUpdate");
    if (strategy["type"] === "RollingUpdate") {
      setDefault(strategy, "rollingUpdate", {});
      setDefault(strategy["rollingUpdate"] as JsonObject, "maxUnavailable", "25%");
      setDefault(strategy["rollingUpdate"] as JsonObject, "maxSurge", "25%");
    }
    podDefaults(objectAt(spec, "template", "spec") as JsonObject);
  },
  prepare: (object, before) => startStatus(object, before, {}),
  validate: deploymentErrors,
});

function deploymentErrors(object: ApiObject): readonly FieldError[] {
  const selector = objectAt(object, "spec", "selector");
  const labels = objectAt(object, "spec", "template", "metadata", "labels") ?? {};
  const errors = podErrors(objectAt(object, "spec", "template", "spec") ?? {}, "spec.template.spec");
  if (selector === undefined) return [required("spec.selector"), ...errors];
  const wanted = Object.entries(objectAt(selector, "matchLabels") ?? {});
  if (wanted.every(([key, value]) => own(labels, key) === value)) return errors;
  const shown = `map[string]string{${Object.entries(labels)
    .map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`)
    .join(", ")}}`;
  return [
    invalidValue("spec.template.metadata.labels", shown, "`selector` does not match template `labels`"),
    ...errors,
  ];
}

/** All built-in kinds but CustomResourceDefinition. */
export const coreKinds: readonly Resource[] = [
  configMaps,
  events,
  namespaces,
  nodes,
  pods,
  secret,
  serviceAccounts,
  deployments,
  ingresses,
  networkPolicies,
  services,
  leases,
];
