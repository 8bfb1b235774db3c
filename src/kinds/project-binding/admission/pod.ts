import { z } from "zod";

/** Containers that an object of this size can hold; the bound keeps a hostile one from costing seconds. */
const mostContainers = 1000;

const container = z.object({
  name: z.string().default(""),
  image: z.string().default(""),
  imagePullPolicy: z.string().optional(),
});

const containers = z
  .array(container)
  .max(mostContainers)
  .nullish()
  .transform((list) => list ?? []);

const podSpec = z.object({
  serviceAccountName: z.string().optional(),
  imagePullSecrets: z
    .array(z.object({ name: z.string().optional() }))
    .max(mostContainers)
    .nullish(),
  containers,
  initContainers: containers,
  ephemeralContainers: containers,
});
export type PodSpec = z.infer<typeof podSpec>;

const pod = z.object({ spec: podSpec });
/** What `pods/ephemeralcontainers` takes before Kubernetes 1.22, instead of the Pod. */
const ephemeralContainers = z.object({ ephemeralContainers: containers });
const workload = z.object({ spec: z.object({ template: z.object({ spec: podSpec }) }) });
const cronJob = z.object({ spec: z.object({ jobTemplate: workload }) });

/** An object's pod, and where it stands in it. */
export interface FoundPod {
  readonly spec: PodSpec;
  /** JSON pointer of the pod's spec. */
  readonly pointer: string;
}

/**
 * Finds the pod in an object of a kind that admission knows.
 * @returns undefined for other kinds
 * @throws z.ZodError for an object that is none
 */
export function findPod(kind: string, object: unknown): FoundPod | undefined {
  switch (kind) {
    case "Pod":
      return { spec: pod.parse(object).spec, pointer: "/spec" };
    case "EphemeralContainers": {
      const list = ephemeralContainers.parse(object).ephemeralContainers;
      return { spec: { containers: [], initContainers: [], ephemeralContainers: list }, pointer: "" };
    }
    case "Deployment":
    case "StatefulSet":
    case "DaemonSet":
    case "Job":
      return { spec: workload.parse(object).spec.template.spec, pointer: "/spec/template/spec" };
    case "CronJob":
      return {
        spec: cronJob.parse(object).spec.jobTemplate.spec.template.spec,
        pointer: "/spec/jobTemplate/spec/template/spec",
      };
    default:
      return undefined;
  }
}

export interface PlacedContainer {
  readonly name: string;
  readonly image: string;
  readonly imagePullPolicy: string | undefined;
  readonly pointer: string;
}

const lists = ["initContainers", "containers", "ephemeralContainers"] as const;

/** Every container of a pod, with its place. */
function containersOf({ spec, pointer }: FoundPod): readonly PlacedContainer[] {
  return lists.flatMap((list) =>
    spec[list].map(({ name, image, imagePullPolicy }, i) => ({
      name,
      image,
      imagePullPolicy,
      pointer: `${pointer}/${list}/${i}`,
    })),
  );
}

/**
 * The containers whose image an update changes: what runs already is not judged again, or a finalizer could not be
 * taken off a pod whose image was found vulnerable since.
 */
export function changedContainers(now: FoundPod, before: FoundPod | undefined): readonly PlacedContainer[] {
  const all = containersOf(now);
  if (before === undefined) return all;
  const known = new Set(containersOf(before).map(({ name, image }) => `${name}\n${image}`));
  return all.filter(({ name, image }) => !known.has(`${name}\n${image}`));
}
