import { harborProjectOf } from "../harbor-project.ts";
import type { ProjectBindingSpec } from "../schema.ts";
import type { Rewrite } from "./image.ts";
import { chooses, isSystemNamespace, type NamespaceFacts } from "./namespaces.ts";
import type { AdmissionSpec } from "./schema.ts";

/** A binding with what it asks of pods. */
export interface AdmittingBinding {
  readonly name: string;
  readonly spec: ProjectBindingSpec;
  readonly admission: AdmissionSpec;
  /** `host[:port]` of its HarborRegistry. */
  readonly harborHost: string;
  /** Rules of the ProxyCache documents of the same HarborRegistry. */
  readonly cacheRewrites: readonly Rewrite[];
}

type Severity = "none" | "low" | "medium" | "high";

/** What one namespace's pods must fulfil, and get. Plain data, cheap to apply. */
export interface AdmissionPolicy {
  readonly binding: string;
  /** The HarborRegistry document to ask for reports. */
  readonly registry: string;
  readonly harborHost: string;
  /** The Secret to add; undefined for none. */
  readonly pullSecret: string | undefined;
  readonly imagePullPolicy: "Always" | "IfNotPresent" | undefined;
  readonly rewrites: readonly Rewrite[];
  /** Beginnings of names that may run; undefined for all. */
  readonly allowed: readonly string[] | undefined;
  readonly requireDigest: boolean;
  readonly scan:
    | {
        readonly maximumSeverity: Severity;
        readonly unscanned: "Refuse" | "Warn" | "Allow";
        readonly honourAllowlist: boolean;
      }
    | undefined;
  readonly closed: boolean;
  readonly exemptServiceAccounts: readonly string[];
}

/** Whether pods are refused while nobody can judge them. */
export function isClosed({ failurePolicy, validate }: AdmissionSpec): boolean {
  return failurePolicy === undefined ? validate !== undefined : failurePolicy === "Closed";
}

/** What a binding asks of the pods of a namespace; undefined where it asks nothing of it. */
export function policyFor(binding: AdmittingBinding, namespace: NamespaceFacts): AdmissionPolicy | undefined {
  const { spec, admission, harborHost } = binding;
  if (isSystemNamespace(namespace) || !chooses(spec, namespace)) return undefined;
  if (admission.exempt.namespaces.includes(namespace.name)) return undefined;
  const { mutate, validate } = admission;
  const rewrites = [
    ...(mutate?.rewrites ?? []),
    ...(mutate?.useProxyCaches === true ? binding.cacheRewrites : []),
  ];
  return {
    binding: binding.name,
    registry: spec.registry,
    harborHost,
    pullSecret: mutate?.pullSecret === true ? spec.secret.name : undefined,
    imagePullPolicy: mutate?.imagePullPolicy,
    rewrites,
    allowed: allowedNames(binding, namespace.name, rewrites),
    requireDigest: validate?.requireDigest ?? false,
    scan: validate?.scan,
    closed: isClosed(admission),
    exemptServiceAccounts: admission.exempt.serviceAccounts,
  };
}

function allowedNames(
  { spec, admission, harborHost }: AdmittingBinding,
  namespace: string,
  rewrites: readonly Rewrite[],
): readonly string[] | undefined {
  const { validate } = admission;
  if (validate?.allowedProjects === undefined) return undefined;
  const own = harborProjectOf(spec, namespace);
  const projects = [...(own === undefined ? [] : [own]), ...validate.allowedProjects];
  const names = [
    ...projects.map((project) => `${harborHost}/${project}`),
    ...rewrites.map(({ to }) => to),
    ...validate.allowedImages,
  ];
  return [...new Set(names)];
}
