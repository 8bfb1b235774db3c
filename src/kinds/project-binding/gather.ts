import type { Credential } from "../../clients/harbor/credential.ts";
import { Limiter } from "../../clients/harbor/limiter.ts";
import { withRetry } from "../../engine/retry.ts";
import type { Document } from "../../model/document.ts";
import type { ConnectedHarbor } from "../harbor-registry/connect.ts";
import type { TokenAnswer } from "../harbor-registry/token.ts";
import type { Focus, World } from "../world.ts";
import { answersOf, type Answers } from "./answers.ts";
import { reopenCluster, type ServiceAccountObject } from "./cluster.ts";
import { connect, sureOfHarbor } from "./connection.ts";
import { gatherAccounts, gatherSecrets, type Extent } from "./gather-cluster.ts";
import { gatherProjects, robotsByNamespace, type GatheredProject } from "./gather-harbor.ts";
import { gatherNamespaces, type GatheredNamespaces } from "./gather-namespaces.ts";
import { harborProjectOf } from "./harbor-project.ts";
import type { ObservedBinding, ObservedNamespace, ObservedRobot, ObservedSecret } from "./observed.ts";
import {
  clusterId,
  createdProjectAnnotation,
  harborProjectAnnotation,
  replacedAtAnnotation,
  rotatingAnnotation,
  linkLabel,
} from "./ownership.ts";
import { proofRepository } from "./run-credential.ts";
import type { ProjectBindingSpec } from "./schema.ts";
import { readSecret, wantedOf, type SecretObject } from "./secret-content.ts";

type BindingDocument = Document<ProjectBindingSpec>;

/** An observation, and beside it what must not be in one. */
export interface Gathered {
  readonly observed: ObservedBinding;
  /** What each chosen project's Secret holds, and what Harbor grants for it. */
  readonly credentials: ReadonlyMap<
    string,
    { readonly credential: Credential; readonly answer: TokenAnswer }
  >;
  readonly harbor: ConnectedHarbor;
}

/** Credentials tried at a time: each wrong one holds its call for 1.5 s (facts/harbor.md §1.1). */
const parallelProbes = 16;

/**
 * Reads everything that a plan is made from, in few lists whatever the number of projects; with a focus, in few calls
 * for each namespace in it, whatever the number of the others.
 *
 * The order matters. Where the names of Harbor projects are known, their robots are read before namespaces and Secrets: a
 * robot that another run makes meanwhile is then not seen, instead of being seen without its Secret and taken for a leftover.
 */
export async function gather(
  document: BindingDocument,
  world: World,
  signal: AbortSignal,
  { leftovers }: Pick<Extent, "leftovers"> = { leftovers: true },
): Promise<Gathered> {
  const { spec } = document;
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
  const [secrets, accounts] = await Promise.all([
    gatherSecrets(document, cluster, { focus, leftovers }, chosen, signal),
    gatherAccounts(document, cluster, { focus, leftovers }, chosen, signal),
  ]);
  const former = await projectsNamed(formerProjects(secrets, own));
  const needed = [...own.filter((p) => target.has(p.project.name)), ...former];
  const refused = needed.find((p) => p.refused !== undefined)?.refused;
  if (refused !== undefined) throw refused;
  const projects = [...own, ...former];
  const robots = robotsByNamespace(projects, {
    binding: document.metadata.name,
    cluster: id,
    prefix: spec.robot.namePrefix ?? document.metadata.name,
    namespaces: chosen,
    focus,
  });
  const joined = join(document, harbor.url, namespaces, { secrets, accounts, robots });
  const answers = await probe(joined, spec, { harbor, known: answersOf(document, world) }, world, signal);
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
function formerProjects(
  secrets: readonly SecretObject[],
  own: readonly GatheredProject[],
): readonly string[] {
  const known = new Set(own.map((p) => p.project.name));
  const remembered = secrets.flatMap((s) => s.metadata.annotations?.[harborProjectAnnotation] ?? []);
  return [...new Set(remembered)].filter((name) => !known.has(name));
}

interface Joined {
  readonly namespace: ObservedNamespace;
  readonly credential?: Credential;
}

/** Puts together what belongs to each namespace: the chosen ones, and those where something of ours is left. */
function join(
  document: BindingDocument,
  url: string,
  { found, isThere }: GatheredNamespaces,
  parts: {
    readonly secrets: readonly SecretObject[];
    readonly accounts: readonly ServiceAccountObject[];
    readonly robots: ReadonlyMap<string, readonly ObservedRobot[]>;
  },
): readonly Joined[] {
  const label = linkLabel(document.metadata.name);
  const secrets = Map.groupBy(parts.secrets, (s) => s.metadata.namespace);
  const accounts = Map.groupBy(parts.accounts, (a) => a.namespace);
  const chosen = new Map(found.map((n) => [n.name, n]));
  const ours = parts.secrets.filter((s) => readSecret(s, wantedOf(document, url)).owner === "us");
  const left = [
    ...ours.map((s) => s.metadata.namespace),
    ...parts.accounts.filter((a) => label in a.labels).map((a) => a.namespace),
    ...[...parts.robots].filter(([, robots]) => robots.some((r) => r.ours)).map(([namespace]) => namespace),
  ];
  return [...new Set([...chosen.keys(), ...left])].map((name): Joined => {
    const robots = parts.robots.get(name) ?? [];
    const read = (secrets.get(name) ?? []).map((s) => observedSecret(s, document, url, robots));
    const wanted = read.find((r) => r.secret.name === document.spec.secret.name);
    const excluded = chosen.get(name)?.excluded;
    const namespace: ObservedNamespace = {
      name,
      chosen: chosen.has(name),
      ...(excluded !== undefined && { excluded }),
      ...(isThere(name) === false && { gone: true }),
      ...(wanted !== undefined && { secret: wanted.secret }),
      formerSecrets: read.filter((r) => r !== wanted && r.secret.owner === "us").map((r) => r.secret),
      serviceAccounts: (accounts.get(name) ?? []).map((a) => ({
        name: a.name,
        resourceVersion: a.resourceVersion,
        pullSecrets: a.pullSecrets,
        marked: label in a.labels,
      })),
      robots,
    };
    return { namespace, ...(wanted?.credential !== undefined && { credential: wanted.credential }) };
  });
}

function observedSecret(
  secret: SecretObject,
  document: BindingDocument,
  url: string,
  robots: readonly ObservedRobot[],
): { readonly secret: ObservedSecret; readonly credential?: Credential } {
  const { owner, flaws, credential } = readSecret(secret, wantedOf(document, url));
  const { name, uid, resourceVersion, annotations, creationTimestamp } = secret.metadata;
  const harborProject = annotations?.[harborProjectAnnotation];
  const rotating = annotations?.[rotatingAnnotation];
  const replacedAt = Date.parse(annotations?.[replacedAtAnnotation] ?? "");
  // A Secret that holds our own robot is ours, even if its labels were edited away.
  const holdsOurs = owner === "foreign" && robots.some((r) => r.ours && r.name === credential?.username);
  return {
    secret: {
      name,
      uid,
      resourceVersion,
      owner: holdsOurs ? "us" : owner,
      flaws: holdsOurs ? [...new Set([...flaws, "metadata-differs" as const])] : flaws,
      ...(creationTimestamp !== undefined && { createdAt: creationTimestamp }),
      ...(credential !== undefined && { username: credential.username }),
      ...(harborProject !== undefined && { harborProject }),
      ...(rotating !== undefined && { rotating }),
      ...(Number.isFinite(replacedAt) && { replacedAt }),
    },
    ...(credential !== undefined && { credential }),
  };
}

/** Tries the credentials that could be good. Where the robot's state tells already, nobody is asked, and nobody locked. */
async function probe(
  joined: readonly Joined[],
  spec: ProjectBindingSpec,
  { harbor, known }: { readonly harbor: ConnectedHarbor; readonly known: Answers },
  world: World,
  signal: AbortSignal,
): Promise<Gathered["credentials"]> {
  const limiter = new Limiter(parallelProbes);
  const now = world.clock.now().getTime();
  const answers = new Map<string, { credential: Credential; answer: TokenAnswer }>();
  const one = async ({ namespace, credential }: Joined): Promise<void> => {
    const project = harborProjectOf(spec, namespace.name);
    if (credential === undefined || project === undefined || namespace.secret?.owner !== "us") return;
    const robot = namespace.robots.find((r) => r.name === credential.username && r.harborProject === project);
    const alive = robot?.ours && !robot.disabled && (robot.expiresAt < 0 || robot.expiresAt * 1000 > now);
    if (!alive || !namespace.chosen || namespace.excluded !== undefined) return;
    const repository = proofRepository(project);
    const ask = (s: AbortSignal): Promise<TokenAnswer> => harbor.token(credential, repository, s);
    const granted = known.find(credential, repository);
    const answer = granted ?? (await withRetry(ask, world, signal));
    // What was granted before keeps its age.
    if (granted === undefined) known.keep(credential, repository, answer);
    answers.set(namespace.name, { credential, answer });
  };
  await Promise.all(joined.map((each) => limiter.run(() => one(each))));
  return answers;
}

function withAnswer(namespace: ObservedNamespace, answer: TokenAnswer | undefined): ObservedNamespace {
  const { secret } = namespace;
  if (secret === undefined || answer === undefined) return namespace;
  const accepted = answer.accepted && answer.granted.includes("pull");
  return { ...namespace, secret: { ...secret, accepted } };
}

/** Whether a Secret remembers that Moorline made this very project. */
function marked({ project }: GatheredProject, secrets: readonly SecretObject[]) {
  const id = String(project.id);
  const createdByUs = secrets.some((s) => s.metadata.annotations?.[createdProjectAnnotation] === id);
  return createdByUs ? { ...project, createdByUs } : project;
}
