import type { Credential } from "../../clients/harbor/credential.ts";
import { Limiter } from "../../clients/harbor/limiter.ts";
import { withRetry } from "../../engine/retry.ts";
import type { ConnectedHarbor } from "../harbor-registry/connect.ts";
import type { TokenAnswer } from "../harbor-registry/token.ts";
import type { World } from "../world.ts";
import type { Answers } from "./answers.ts";
import { isReplacedAnyway } from "./checks.ts";
import { harborProjectOf } from "./harbor-project.ts";
import type { JoinedNamespace } from "./join.ts";
import type { ObservedNamespace } from "./observed.ts";
import { proofRepository } from "./run-credential.ts";
import type { ProjectBindingSpec } from "./schema.ts";

/** What each chosen project's Secret holds, and what Harbor grants for it. */
export type Credentials = ReadonlyMap<
  string,
  { readonly credential: Credential; readonly answer: TokenAnswer }
>;

export interface Probing {
  readonly spec: ProjectBindingSpec;
  readonly harbor: ConnectedHarbor;
  readonly known: Answers;
  /** What is to be replaced whatever Harbor says to it is tried too: for a proof, not for a plan. */
  readonly all: boolean;
}

/** Credentials tried at a time: each wrong one holds its call for 1.5 s (facts/harbor.md §1.1). */
const parallelProbes = 16;

/** Tries the credentials that could be good. Where the robot's state tells already, nobody is asked, and nobody locked. */
export async function probe(
  joined: readonly JoinedNamespace[],
  { spec, harbor, known, all }: Probing,
  world: World,
  signal: AbortSignal,
): Promise<Credentials> {
  const limiter = new Limiter(parallelProbes);
  const now = world.clock.now();
  const answers = new Map<string, { credential: Credential; answer: TokenAnswer }>();
  const one = async ({ namespace, credential }: JoinedNamespace): Promise<void> => {
    const { name, robots, secret } = namespace;
    const project = harborProjectOf(spec, name);
    if (credential === undefined || project === undefined || secret?.owner !== "us") return;
    const robot = robots.find((r) => r.name === credential.username && r.harborProject === project);
    const alive =
      robot?.ours && !robot.disabled && (robot.expiresAt < 0 || robot.expiresAt * 1000 > now.getTime());
    if (!alive || !namespace.chosen || namespace.excluded !== undefined) return;
    if (!all && isReplacedAnyway(namespace, secret, spec, now)) return;
    const repository = proofRepository(project);
    const ask = (s: AbortSignal): Promise<TokenAnswer> => harbor.token(credential, repository, s);
    const granted = known.find(credential, repository);
    const answer = granted ?? (await withRetry(ask, world, signal));
    // What was granted before keeps its age.
    if (granted === undefined) known.keep(credential, repository, answer);
    answers.set(name, { credential, answer });
  };
  await Promise.all(joined.map((each) => limiter.run(() => one(each))));
  return answers;
}

/** The namespace with what Harbor said to its credential. */
export function withAnswer(namespace: ObservedNamespace, answer: TokenAnswer | undefined): ObservedNamespace {
  const { secret } = namespace;
  if (secret === undefined || answer === undefined) return namespace;
  const accepted = answer.accepted && answer.granted.includes("pull");
  return { ...namespace, secret: { ...secret, accepted } };
}
