import { projectBindingSchema } from "../../schema.ts";
import { findPod, type FoundPod } from "../pod.ts";
import { policyFor, type AdmissionPolicy, type AdmittingBinding } from "../policy.ts";

export const harborHost = "harbor.example.com";

/** A binding of the workspace `demo` with the given admission. */
export function binding(admission: object, projects: object = { workspace: "demo" }): AdmittingBinding {
  const spec = projectBindingSchema.spec.parse({
    registry: "main",
    projects,
    harborProject: { name: "team-a" },
    admission,
  });
  if (spec.admission === undefined) throw new Error("no admission");
  return { name: "shop", spec, admission: spec.admission, harborHost, cacheRewrites: [] };
}

/** What it asks of a project of that workspace. */
export function policy(admission: object): AdmissionPolicy {
  const made = policyFor(binding(admission), {
    name: "shop-front",
    labels: { "kubesphere.io/workspace": "demo" },
  });
  if (made === undefined) throw new Error("no policy");
  return made;
}

export function pod(spec: object): FoundPod {
  const found = findPod("Pod", { spec });
  if (found === undefined) throw new Error("no pod");
  return found;
}

/** A pod with one container for each image. */
export const podOf = (...images: readonly string[]): FoundPod =>
  pod({ containers: images.map((image, i) => ({ name: `c${i}`, image })) });
