import { fullName, isBelow, parseImage, rewriteImage } from "./image.ts";
import { changedContainers, type FoundPod } from "./pod.ts";
import type { AdmissionPolicy } from "./policy.ts";

/** One operation of a JSON patch (RFC 6902). */
export interface PatchOperation {
  readonly op: "add" | "replace";
  readonly path: string;
  readonly value: unknown;
}

/**
 * What is to change in a pod, and nothing where all is as it should be: called again on the outcome, it changes nothing.
 * @param before the pod before an update: then images alone are looked at, since nothing else may change
 */
export function mutatePod(
  pod: FoundPod,
  before: FoundPod | undefined,
  policies: readonly AdmissionPolicy[],
): readonly PatchOperation[] {
  const concerned = policies.filter((policy) => !isExempt(pod, policy));
  const rewrites = concerned.flatMap((policy) => policy.rewrites);
  const operations: PatchOperation[] = [];
  // An ephemeral container alone is an update of a pod that runs.
  const created = before === undefined && pod.pointer !== "";
  const pullPolicy = created ? pullPolicyOf(concerned) : undefined;
  const images: string[] = [];
  for (const { image, imagePullPolicy, pointer } of changedContainers(pod, before)) {
    const wanted = rewriteImage(image, rewrites);
    images.push(wanted);
    if (wanted !== image) operations.push({ op: "replace", path: `${pointer}/image`, value: wanted });
    if (pullPolicy !== undefined && imagePullPolicy !== pullPolicy) {
      // `add` replaces a member that is there (RFC 6902 §4.1).
      operations.push({ op: "add", path: `${pointer}/imagePullPolicy`, value: pullPolicy });
    }
  }
  if (!created) return operations;
  // The API server has copied the service account's by now, where the pod names none of its own.
  const named = new Set((pod.spec.imagePullSecrets ?? []).map(({ name }) => name));
  const missing = concerned.flatMap(({ pullSecret, harborHost }) =>
    pullSecret !== undefined && !named.has(pullSecret) && images.some((image) => isOf(harborHost, image))
      ? [pullSecret]
      : [],
  );
  return [...operations, ...secretOperations([...new Set(missing)], named.size > 0, pod.pointer)];
}

function secretOperations(
  names: readonly string[],
  some: boolean,
  pointer: string,
): readonly PatchOperation[] {
  const path = `${pointer}/imagePullSecrets`;
  const values = names.map((name) => ({ name }));
  if (!some) return values.length === 0 ? [] : [{ op: "add", path, value: values }];
  return values.map((value) => ({ op: "add", path: `${path}/-`, value }));
}

/** The stricter one, where bindings disagree. */
function pullPolicyOf(policies: readonly AdmissionPolicy[]): "Always" | "IfNotPresent" | undefined {
  const wanted = policies.flatMap(({ imagePullPolicy }) => imagePullPolicy ?? []);
  return wanted.includes("Always") ? "Always" : wanted[0];
}

/** Whether the pod runs as somebody whom the binding leaves alone. */
export function isExempt({ spec }: FoundPod, { exemptServiceAccounts }: AdmissionPolicy): boolean {
  if (exemptServiceAccounts.length === 0) return false;
  return exemptServiceAccounts.includes(spec.serviceAccountName ?? "default");
}

function isOf(harborHost: string, image: string): boolean {
  const name = parseImage(image);
  return !("fault" in name) && isBelow(fullName(name), harborHost.toLowerCase());
}
