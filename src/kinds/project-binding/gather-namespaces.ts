import type { Focus } from "../world.ts";
import type { Cluster, NamespaceObject } from "./cluster.ts";
import type { Excluded, ObservedBinding } from "./observed.ts";
import type { ProjectBindingSpec } from "./schema.ts";

/** The namespaces that a document chooses. */
export interface GatheredNamespaces {
  readonly found: readonly { readonly name: string; readonly excluded?: Excluded }[];
  /** Named, but not there or not fitting the other conditions. */
  readonly missing: readonly string[];
  /** Whether the cluster has such a namespace; undefined where that was not looked up. */
  readonly isThere: (name: string) => boolean | undefined;
  readonly focused?: NonNullable<ObservedBinding["focused"]>;
}

const workspaceLabel = "kubesphere.io/workspace";
const ofTheCluster = new Set(["kube-system", "kube-public", "kube-node-lease"]);

/** Reads the namespaces that fit every condition of the document: in one list, or those in focus one by one. */
export function gatherNamespaces(
  spec: ProjectBindingSpec,
  cluster: Cluster,
  focus: Focus | undefined,
  signal: AbortSignal,
): Promise<GatheredNamespaces> {
  return focus === undefined ? gatherAll(spec, cluster, signal) : gatherFew(spec, cluster, focus, signal);
}

async function gatherAll(
  spec: ProjectBindingSpec,
  cluster: Cluster,
  signal: AbortSignal,
): Promise<GatheredNamespaces> {
  const labelSelector = selectorOf(spec);
  const listed = await cluster.listNamespaces(labelSelector === undefined ? {} : { labelSelector }, signal);
  const { names } = spec.projects;
  const wanted = names === undefined ? undefined : new Set(names);
  const found = listed.filter((n) => wanted?.has(n.name) ?? true).map(judged);
  const present = new Set(found.map((n) => n.name));
  // Only where nobody is bound does it matter whether what is left over belongs to a namespace that is still there.
  const known = found.some(isBound)
    ? undefined
    : new Set((await cluster.listNamespaces({}, signal)).map((n) => n.name));
  return {
    found,
    missing: names?.filter((name) => !present.has(name)) ?? [],
    isThere: (name) => known?.has(name),
  };
}

async function gatherFew(
  spec: ProjectBindingSpec,
  cluster: Cluster,
  { namespaces }: Focus,
  signal: AbortSignal,
): Promise<GatheredNamespaces> {
  const got = await Promise.all([...namespaces].map((name) => cluster.getNamespace(name, signal)));
  const there = got.flatMap((n) => n ?? []);
  const found = there.filter((n) => fits(n, spec)).map(judged);
  const present = new Set(found.map((n) => n.name));
  const { names } = spec.projects;
  return {
    found,
    missing: names?.filter((name) => namespaces.has(name) && !present.has(name)) ?? [],
    isThere: (name) => there.some((n) => n.name === name),
    focused: {
      boundElsewhere: !found.some(isBound) && (await bindsAnother(spec, cluster, namespaces, signal)),
    },
  };
}

/** Whether the document binds any namespace but these. Costs one call, or one for each name until one is there. */
async function bindsAnother(
  spec: ProjectBindingSpec,
  cluster: Cluster,
  but: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<boolean> {
  const isMeant = (n: NamespaceObject): boolean => !but.has(n.name) && fits(n, spec) && isBound(judged(n));
  const { names } = spec.projects;
  if (names === undefined) return cluster.hasNamespace(selectorOf(spec), isMeant, signal);
  for (const name of names) {
    const found = but.has(name) ? undefined : await cluster.getNamespace(name, signal);
    if (found !== undefined && isMeant(found)) return true;
  }
  return false;
}

function labelsOf({ projects }: ProjectBindingSpec): Readonly<Record<string, string>> {
  return {
    ...projects.selector?.matchLabels,
    ...(projects.workspace !== undefined && { [workspaceLabel]: projects.workspace }),
  };
}

function selectorOf(spec: ProjectBindingSpec): string | undefined {
  const terms = Object.entries(labelsOf(spec)).map(([key, value]) => `${key}=${value}`);
  return terms.length === 0 ? undefined : terms.join(",");
}

/** What the API server tells by the selector, told here of one namespace. */
function fits({ name, labels }: NamespaceObject, spec: ProjectBindingSpec): boolean {
  const isNamed = spec.projects.names?.includes(name) ?? true;
  return isNamed && Object.entries(labelsOf(spec)).every(([key, value]) => labels[key] === value);
}

function judged(namespace: NamespaceObject): GatheredNamespaces["found"][number] {
  const excluded = exclusionOf(namespace);
  return { name: namespace.name, ...(excluded !== undefined && { excluded }) };
}

const isBound = ({ excluded }: GatheredNamespaces["found"][number]): boolean => excluded === undefined;

/** Why a namespace is no project to bind (facts/kubesphere.md §4.1). */
function exclusionOf({ name, labels, terminating }: NamespaceObject): Excluded | undefined {
  if (terminating) return "terminating";
  if (labels[workspaceLabel] === "system-workspace" || ofTheCluster.has(name)) return "system";
  if ("kubesphere.io/devopsproject" in labels || "devops.kubesphere.io/managed" in labels) return "devops";
  return undefined;
}
