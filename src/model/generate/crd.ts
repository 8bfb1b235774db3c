import { apiGroup, type KindSchema } from "../kind-schema.ts";
import { isNode, rawSpecSchema, walk, type SchemaNode } from "./json-schema.ts";

/**
 * Keeps what a structural schema may hold (Kubernetes "Extend the Kubernetes API with CustomResourceDefinitions",
 * section "Specifying a structural schema"; 1.20 is the floor, so no CEL). Defaults stay out: the engine sets them,
 * and a default that is stored can never change again.
 */
function structural(node: SchemaNode): SchemaNode {
  const {
    zh: _zh,
    default: _default,
    additionalProperties,
    propertyNames: _propertyNames,
    const: constant,
    $schema: _schema,
    anyOf,
    allOf,
    pattern,
    ...rest
  } = node;
  const out: SchemaNode = { ...rest };
  const re2 = typeof pattern === "string" ? re2Pattern(pattern) : undefined;
  if (re2 !== undefined) out.pattern = re2;
  const several = Array.isArray(allOf) ? allOf.flatMap(withoutForm) : [];
  if (several.length > 0) out.allOf = several;
  if (constant !== undefined) {
    out.enum = [constant];
    out.type ??= typeof constant;
  }
  if (isNode(additionalProperties)) out.additionalProperties = additionalProperties;
  if (Array.isArray(anyOf)) {
    const types = anyOf.map((n: unknown) => (isNode(n) ? n.type : undefined));
    if (types.includes("integer") && types.includes("string")) out["x-kubernetes-int-or-string"] = true;
    else
      throw new Error(
        `a union of ${types.join(", ")} cannot be put into a structural schema; use optional members`,
      );
  }
  return out;
}

/** Below allOf a structural schema takes value checks only, no types and no words. */
function withoutForm(node: unknown): SchemaNode[] {
  if (!isNode(node)) return [];
  const { type: _type, description: _description, ...checks } = node;
  return Object.keys(checks).length === 0 ? [] : [checks];
}

/**
 * A pattern as Go's RE2 writes it (github.com/google/re2 wiki "Syntax"): `\u001f` is `\x{001f}`.
 * @returns undefined for what RE2 cannot say (look-around): the engine checks it all the same
 */
function re2Pattern(pattern: string): string | undefined {
  if (/\(\?<?[=!]/.test(pattern)) return undefined;
  return pattern.replaceAll(/\\u([0-9a-fA-F]{4})/g, String.raw`\x{$1}`);
}

const condition: SchemaNode = {
  type: "object",
  required: ["type", "status"],
  properties: {
    type: { type: "string" },
    status: { type: "string", enum: ["True", "False", "Unknown"] },
    reason: { type: "string" },
    message: { type: "string" },
    observedGeneration: { type: "integer", format: "int64" },
    lastTransitionTime: { type: "string", format: "date-time" },
  },
};

const status: SchemaNode = {
  type: "object",
  properties: {
    observedGeneration: { type: "integer", format: "int64" },
    lastProof: { type: "string", format: "date-time" },
    projects: {
      type: "object",
      properties: { bound: { type: "integer" }, failing: { type: "integer" } },
    },
    failing: { type: "integer" },
    failures: {
      type: "array",
      items: {
        type: "object",
        properties: {
          subject: { type: "string" },
          reason: { type: "string" },
          message: { type: "string" },
        },
      },
    },
    dueDates: {
      type: "object",
      properties: {
        ok: { type: "integer" },
        due: { type: "integer" },
        overdue: { type: "integer" },
        unknown: { type: "integer" },
        next: {
          type: "object",
          properties: {
            at: { type: "string", format: "date-time" },
            what: { type: "string" },
            where: { type: "string" },
          },
        },
      },
    },
    conditions: {
      type: "array",
      items: condition,
      "x-kubernetes-list-type": "map",
      "x-kubernetes-list-map-keys": ["type"],
    },
  },
};

/** The CustomResourceDefinition (apiextensions.k8s.io/v1) of one kind. */
export function customResourceDefinition(kind: KindSchema): SchemaNode {
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: {
      name: `${kind.plural}.${apiGroup}`,
      labels: {
        "app.kubernetes.io/part-of": "moorline",
        // KubeSphere 4 serves the kinds that carry this label under /kapis, with its own access rules.
        "kubesphere.io/resource-served": "true",
      },
    },
    spec: {
      group: apiGroup,
      scope: "Cluster",
      names: {
        kind: kind.kind,
        listKind: `${kind.kind}List`,
        plural: kind.plural,
        singular: kind.kind.toLowerCase(),
        shortNames: kind.shortNames,
        categories: ["moorline"],
      },
      versions: [
        {
          name: "v1alpha1",
          served: true,
          storage: true,
          subresources: { status: {} },
          additionalPrinterColumns: [
            ...kind.columns,
            { name: "Ready", type: "string", jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
            { name: "Reason", type: "string", jsonPath: '.status.conditions[?(@.type=="Ready")].reason' },
            { name: "Proved", type: "date", jsonPath: ".status.lastProof" },
            { name: "Due", type: "string", jsonPath: ".status.dueDates.next.at", priority: 1 },
            { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" },
          ],
          schema: {
            openAPIV3Schema: {
              type: "object",
              description: kind.description.en,
              required: ["spec"],
              properties: {
                apiVersion: { type: "string" },
                kind: { type: "string" },
                metadata: { type: "object" },
                spec: walk(rawSpecSchema(kind, "openapi-3.0"), structural),
                status,
              },
            },
          },
        },
      ],
    },
  };
}
