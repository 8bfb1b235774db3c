import type { Document } from "../../model/document.ts";
import type { ConnectedHarbor } from "../harbor-registry/connect.ts";
import type { Focus, World } from "../world.ts";
import { answersOf } from "./answers.ts";
import { reopenCluster } from "./cluster.ts";
import { connect, sureOfHarbor } from "./connection.ts";
import { gatherAccounts, gatherSecrets, type ReadingOptions } from "./gather-cluster.ts";
import { gatherProjects, robotsByNamespace, type GatheredProject } from "./gather-harbor.ts";
import { gatherNamespaces, type GatheredNamespaces } from "./gather-namespaces.ts";
import { harborProjectOf } from "./harbor-project.ts";
import { join } from "./join.ts";
import type { ObservedBinding, ObservedRobot } from "./observed.ts";
import { clusterId } from "./ownership.ts";
import { probe, withAnswer, type Credentials } from "./probe.ts";
import type { ProjectBindingSpec } from "./schema.ts";
import { wantedOf } from "./secret-content.ts";
import { tellsEnough } from "./secret-memory.ts";
import type { SeenSecret } from "./seen-secret.ts";

type BindingDocument = Document<ProjectBindingSpec>;

/** An observation, and beside it what must not be in one. */
export interface Gathered {
  readonly observed: ObservedBinding;
  readonly credentials: Credentials;
  readonly harbor: ConnectedHarbor;
}

/** What is gathered for a plan, and for what only looks. */
export type Purpose = "plan" | "proof";

/**
 * Reads everything that a plan is made from, in few lists whatever the number of projects; with a focus, in few calls
 * for each namespace in it, whatever the number of the others.
 *
 * The order matters. Where the names of Harbor projects are known, their robots are read before namespaces and Secrets: a
 * robot that another run makes meanwhile is then not seen, instead of being seen without its Secret and taken for a leftover.
 *
 * @param purpose a plan looks for leftovers as well, and for no more than it is decided by; a proof reads and tries all
 */
export async function gather(
  document: BindingDocument,
  world: World,
  signal: AbortSignal,
  purpose: Purpose = "plan",
): Promise<Gathered> {
  const { spec } = document;
  const isPlan = purpose === "plan";
  const harbor = await connect(document, world, signal);
  const { focus } = world;
  await sureOfHarbor(harbor, focus, signal);
  const cluster = await reopenCluster(document, world, signal);
  const id = clusterId(await cluster.uid(signal));
  const shared = spec.harborProject.name;
  const projectsNamed = (names: readonly string[]): Promise<readonly GatheredProject[]> =>
    gatherProjects(names, harbor, spec, { cluster: id, focus }, signal);
  const early = await projectsNamed(knownProjects(spec, focus));
  const namespaces = await gatherNamespaces(spec, cluster, focus, signal);
  const target = new Set(shared === undefined ? projectsOf(namespaces, spec) : [shared]);
  const seen = new Set(early.map((p) => p.project.name));
  const own = [...early, ...(await projectsNamed([...target].filter((name) => !seen.has(name))))];
  const chosen = namespaces.found.map((n) => n.name);
  const robotsOf = (projects: readonly GatheredProject[]): ReadonlyMap<string, readonly ObservedRobot[]> =>
    robotsByNamespace(projects, {
      binding: document.metadata.name,
      cluster: id,
      prefix: spec.robot.namePrefix ?? document.metadata.name,
      namespaces: chosen,
      focus,
    });
  const ownRobots = robotsOf(own);
  const now = world.clock.now();
  const reading: ReadingOptions = {
    wanted: wantedOf(document, harbor.url),
    suffices: (known) => isPlan && tellsEnough(known, ownRobots.get(known.namespace) ?? [], spec, now),
  };
  const extent = { focus, leftovers: isPlan };
  const [secrets, accounts] = await Promise.all([
    gatherSecrets(document, cluster, extent, chosen, reading, signal),
    gatherAccounts(document, cluster, extent, chosen, signal),
  ]);
  const former = await projectsNamed(formerProjects(secrets, own));
  const needed = [...own.filter((p) => target.has(p.project.name)), ...former];
  const refused = needed.find((p) => p.refused !== undefined)?.refused;
  if (refused !== undefined) throw refused;
  const projects = [...own, ...former];
  const robots = former.length === 0 ? ownRobots : robotsOf(projects);
  const joined = join(document, namespaces, { secrets, accounts, robots });
  const probing = { spec, harbor, known: answersOf(document, world), all: !isPlan };
  const answers = await probe(joined, probing, world, signal);
  return {
    observed: {
      registryUrl: harbor.url,
      cluster: id,
      harborProjects: projects.filter((p) => target.has(p.project.name)).map((p) => marked(p, secrets)),
      namespaces: joined.map(({ namespace }) => withAnswer(namespace, answers.get(namespace.name)?.answer)),
      missing: namespaces.missing,
      ...(namespaces.focused !== undefined && { focused: namespaces.focused }),
    },
    credentials: answers,
    harbor,
  };
}

/** The Harbor projects whose names are known before the cluster is asked; in one of them a robot may be left over. */
function knownProjects(spec: ProjectBindingSpec, focus: Focus | undefined): readonly string[] {
  if (spec.harborProject.name !== undefined) return [spec.harborProject.name];
  return [...(focus?.namespaces ?? [])].flatMap((name) => harborProjectOf(spec, name) ?? []);
}

function projectsOf({ found }: GatheredNamespaces, spec: ProjectBindingSpec): readonly string[] {
  return found.flatMap((n) => (n.excluded === undefined ? (harborProjectOf(spec, n.name) ?? []) : []));
}

/** Harbor projects that the binding used before, as its Secrets remember them. */
function formerProjects(secrets: readonly SeenSecret[], own: readonly GatheredProject[]): readonly string[] {
  const known = new Set(own.map((p) => p.project.name));
  const remembered = secrets.flatMap(({ secret }) => secret.harborProject ?? []);
  return [...new Set(remembered)].filter((name) => !known.has(name));
}

/** Whether a Secret remembers that Moorline made this very project. */
function marked({ project }: GatheredProject, secrets: readonly SeenSecret[]) {
  const id = String(project.id);
  const createdByUs = secrets.some((s) => s.createdProject === id);
  return createdByUs ? { ...project, createdByUs } : project;
}
