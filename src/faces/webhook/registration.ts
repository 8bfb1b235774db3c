import { createHash } from "node:crypto";
import type { KubernetesClient } from "../../clients/kubernetes/client.ts";
import type { NewObject } from "../../clients/kubernetes/object.ts";
import type { Resource } from "../../clients/kubernetes/resources.ts";
import {
  chooses,
  clusterNamespaces,
  isSystemNamespace,
  systemWorkspace,
  workspaceLabel,
  type NamespaceFacts,
} from "../../kinds/project-binding/admission/namespaces.ts";
import { isClosed, type AdmittingBinding } from "../../kinds/project-binding/admission/policy.ts";

const make = (plural: string, kind: string): Resource => ({
  group: "admissionregistration.k8s.io",
  version: "v1",
  plural,
  kind,
  namespaced: false,
});
const mutating = make("mutatingwebhookconfigurations", "MutatingWebhookConfiguration");
const validating = make("validatingwebhookconfigurations", "ValidatingWebhookConfiguration");

/** How the API server reaches the webhook. */
export type Place =
  | { readonly service: { readonly namespace: string; readonly name: string } }
  /** `https://host:port`, for a webhook outside the cluster. */
  | { readonly url: string };

export interface RegistrationSettings {
  /** The name of both configurations. */
  readonly name: string;
  readonly place: Place;
  /** Moorline's own namespace, which is left alone. */
  readonly ownNamespace: string;
  /** PEM of the authorities that sign the webhook's certificate; undefined where cert-manager fills it in. */
  readonly caBundle: string | undefined;
  /** `namespace/name` of cert-manager's Certificate. */
  readonly injectFrom: string | undefined;
}

/** From Kubernetes 1.21 on, each namespace carries its name as a label. */
const nameLabel = "kubernetes.io/metadata.name";
/** KubeSphere's own label of the same kind. */
const kubesphereNameLabel = "kubesphere.io/namespace";

interface Expression {
  readonly key: string;
  readonly operator: "In" | "NotIn" | "Exists";
  readonly values?: readonly string[];
}

/** Which namespaces one entry is for, and whether pods there are refused while the webhook is down. */
export interface Entry {
  readonly name: string;
  readonly closed: boolean;
  readonly expressions: readonly Expression[];
  readonly mutates: boolean;
  readonly validates: boolean;
}

/** What of the namespaces decides how bindings can be told apart; read once for all bindings. */
interface Survey {
  /** Namespaces carry their names as a label. */
  readonly named: boolean;
  readonly byName: ReadonlyMap<string, NamespaceFacts>;
  /** Those that no entry may lock up: the system's, and Moorline's own, or the webhook could not come back. */
  readonly untouchable: readonly NamespaceFacts[];
  /** KubeSphere labels them so. */
  readonly labelled: boolean;
  /** Names that KubeSphere's label gives to namespaces of other names. */
  readonly misnamed: ReadonlySet<string>;
}

function surveyOf(namespaces: readonly NamespaceFacts[], ownNamespace: string): Survey {
  const named = namespaces.some(({ labels }) => nameLabel in labels);
  const kept = new Set<string>(named ? [...clusterNamespaces, ownNamespace] : []);
  return {
    named,
    labelled: namespaces.some(({ labels }) => kubesphereNameLabel in labels),
    byName: new Map(namespaces.map((each) => [each.name, each])),
    // What the expressions of every entry keep out can not be locked up.
    untouchable: namespaces.filter(
      (each) =>
        (isSystemNamespace(each) || each.name === ownNamespace) &&
        each.labels[workspaceLabel] !== systemWorkspace &&
        !kept.has(each.name),
    ),
    misnamed: new Set(
      namespaces.flatMap(({ name, labels }) =>
        labels[kubesphereNameLabel] === name ? [] : (labels[kubesphereNameLabel] ?? []),
      ),
    ),
  };
}

/**
 * The entries for all bindings. An entry fails closed only where its selector can not reach a namespace that must stay
 * open: then, and where labels can not tell the binding's projects from others, it fails open.
 */
export function entriesFor(
  bindings: readonly AdmittingBinding[],
  namespaces: readonly NamespaceFacts[],
  ownNamespace: string,
): readonly Entry[] {
  const survey = surveyOf(namespaces, ownNamespace);
  return [...bindings]
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map((binding) => entryFor(binding, survey));
}

function entryFor(binding: AdmittingBinding, survey: Survey): Entry {
  const { projects } = binding.spec;
  const { exempt, mutate, validate } = binding.admission;
  const expressions: Expression[] = Object.entries(projects.selector?.matchLabels ?? {}).map(
    ([key, value]) => ({ key, operator: "In", values: [value] }),
  );
  if (projects.workspace !== undefined) {
    expressions.push({ key: workspaceLabel, operator: "In", values: [projects.workspace] });
  }
  const key = nameKeyFor(binding, survey);
  if (projects.names !== undefined && key !== undefined) {
    expressions.push({ key, operator: "In", values: projects.names });
  }
  if (survey.named && exempt.namespaces.length > 0) {
    expressions.push({ key: nameLabel, operator: "NotIn", values: exempt.namespaces });
  }
  const strays =
    (projects.names !== undefined && key === undefined) ||
    survey.untouchable.some(({ labels }) => expressions.every((each) => matches(each, labels)));
  return {
    name: entryName(binding.name),
    closed: isClosed(binding.admission) && !strays,
    expressions,
    mutates: mutate !== undefined,
    validates: validate !== undefined,
  };
}

/** The label that tells the names that a binding gives from all others; undefined where none does. */
function nameKeyFor({ spec }: AdmittingBinding, survey: Survey): string | undefined {
  if (survey.named) return nameLabel;
  if (!survey.labelled) return undefined;
  const told = (spec.projects.names ?? []).every((name) => {
    const found = survey.byName.get(name);
    const meant = found !== undefined && chooses(spec, found);
    return !survey.misnamed.has(name) && (!meant || found.labels[kubesphereNameLabel] === name);
  });
  return told ? kubesphereNameLabel : undefined;
}

function matches({ key, operator, values = [] }: Expression, labels: NamespaceFacts["labels"]): boolean {
  const value = labels[key];
  if (operator === "Exists") return value !== undefined;
  const among = value !== undefined && values.includes(value);
  return operator === "In" ? among : !among;
}

/** A webhook's name is a domain of three parts at least, and of 253 characters at most. */
function entryName(binding: string): string {
  const suffix = ".binding.moorline.io";
  if (binding.length + suffix.length <= 240) return binding + suffix;
  const digest = createHash("sha256").update(binding).digest("hex").slice(0, 12);
  return `${binding.slice(0, 200).replace(/[-.]+$/, "")}-${digest}${suffix}`;
}

type Rule = { readonly apiGroups: string[]; readonly apiVersions: string[]; readonly resources: string[] };

const podRules: readonly Rule[] = [
  { apiGroups: [""], apiVersions: ["v1"], resources: ["pods", "pods/ephemeralcontainers"] },
];
const workloadRules: readonly Rule[] = [
  { apiGroups: ["apps"], apiVersions: ["v1"], resources: ["deployments", "statefulsets", "daemonsets"] },
  { apiGroups: ["batch"], apiVersions: ["v1", "v1beta1"], resources: ["jobs", "cronjobs"] },
];

/** Both configurations as they should be. */
export function configurations(
  entries: readonly Entry[],
  settings: RegistrationSettings,
): { readonly mutating: NewObject; readonly validating: NewObject } {
  const metadata = {
    name: settings.name,
    labels: { "app.kubernetes.io/part-of": "moorline", "app.kubernetes.io/managed-by": "moorline" },
    ...(settings.injectFrom !== undefined && {
      annotations: { "cert-manager.io/inject-ca-from": settings.injectFrom },
    }),
  };
  const webhook = (entry: Entry, path: string, rules: readonly Rule[], more: object): object => ({
    name: entry.name,
    admissionReviewVersions: ["v1"],
    clientConfig: clientConfig(settings, path),
    failurePolicy: entry.closed ? "Fail" : "Ignore",
    matchPolicy: "Equivalent",
    namespaceSelector: { matchExpressions: [...entry.expressions, ...guards(settings.ownNamespace)] },
    objectSelector: {},
    rules: rules.map((rule) => ({ ...rule, operations: ["CREATE", "UPDATE"], scope: "Namespaced" })),
    sideEffects: "None",
    timeoutSeconds: 5,
    ...more,
  });
  const early = (entry: Entry): object =>
    webhook({ ...entry, name: `early.${entry.name}`, closed: false }, "/warn", workloadRules, {
      timeoutSeconds: 3,
    });
  return {
    mutating: {
      metadata,
      webhooks: entries
        .filter((entry) => entry.mutates)
        // What another webhook puts into the pod after us is looked at once more.
        .map((entry) => webhook(entry, "/mutate", podRules, { reinvocationPolicy: "IfNeeded" })),
    } as NewObject,
    validating: {
      metadata,
      webhooks: entries.flatMap((entry) =>
        entry.validates ? [webhook(entry, "/validate", podRules, {}), early(entry)] : [],
      ),
    } as NewObject,
  };
}

/** Keep the cluster's own namespaces out, where their labels tell: no webhook of ours can then lock them up. */
const guards = (own: string): readonly Expression[] => [
  { key: workspaceLabel, operator: "NotIn", values: [systemWorkspace] },
  { key: nameLabel, operator: "NotIn", values: [...new Set([...clusterNamespaces, own])] },
];

function clientConfig({ place, caBundle }: RegistrationSettings, path: string): object {
  const bundle = caBundle === undefined ? {} : { caBundle: Buffer.from(caBundle).toString("base64") };
  return "url" in place
    ? { url: place.url + path, ...bundle }
    : { service: { ...place.service, path, port: 443 }, ...bundle };
}

/**
 * Writes both configurations by server-side apply: several replicas write the same, and entries of bindings that are gone
 * go. Nothing is made for a cluster without admitting bindings.
 */
export async function register(
  client: KubernetesClient,
  entries: readonly Entry[],
  settings: RegistrationSettings,
  signal: AbortSignal,
): Promise<void> {
  const wanted = configurations(entries, settings);
  for (const [resource, object] of [
    [mutating, wanted.mutating],
    [validating, wanted.validating],
  ] as const) {
    const used = entries.some((entry) => (resource === mutating ? entry.mutates : entry.validates));
    if (!used && (await client.get(resource, { name: settings.name }, signal)) === undefined) continue;
    await client.apply(resource, object, { signal, force: true, fieldManager: "moorline-webhook" });
  }
}
