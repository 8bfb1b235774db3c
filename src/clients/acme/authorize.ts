import { MoorlineError } from "../../model/errors.ts";
import { keyAuthorization } from "./jws.ts";
import { readAuthorization, waitFor } from "./order.ts";
import { challengeFailure } from "./problem.ts";
import { authorizationSchema, type Authorization, type Challenge, type Order } from "./resources.ts";
import type { AcmeSession } from "./session.ts";
import type { ChallengeAnswer, Solver } from "./solver.ts";

/** Cleaning up has its own time, also where the run was stopped. */
const cleanUpLimitMs = 20_000;

interface Task {
  readonly url: string;
  readonly authorization: Authorization;
  readonly challenge: Challenge;
  readonly answer: ChallengeAnswer;
}

/**
 * Proves every name of an order, and takes back what was put up for it, whatever the outcome. What an earlier run left
 * behind is taken back too: an authorization keeps its token.
 * @throws ACME_CHALLENGE_*, ACME_NAME_REFUSED, ACME_TOO_SLOW, and what the solver throws
 */
export async function authorize(session: AcmeSession, order: Order, solver: Solver): Promise<void> {
  const tasks: Task[] = [];
  for (const url of order.authorizations) {
    const authorization = await readAuthorization(session, url);
    const task = taskOf(session, url, authorization, solver);
    if (task !== undefined) tasks.push(task);
  }
  const pending = tasks.filter((t) => t.authorization.status === "pending");
  const answers = pending.map((t) => t.answer);
  let failure: { readonly thrown: unknown } | undefined;
  try {
    for (const answer of answers) await solver.present(answer, session.signal);
    if (answers.length > 0) await solver.settle?.(answers, session.signal);
    for (const task of pending) await respond(session, task);
    for (const task of pending) await decided(session, task, solver);
  } catch (thrown) {
    failure = { thrown };
  }
  const leftover = await cleanUp(
    solver,
    tasks.map((t) => t.answer),
  );
  // Why it failed matters more than what could not be cleaned up.
  if (failure !== undefined) throw failure.thrown;
  if (leftover !== undefined) throw leftover.thrown;
}

/** Takes back what was put up for an order that is given up. */
export async function forget(session: AcmeSession, order: Order, solver: Solver): Promise<void> {
  const answers: ChallengeAnswer[] = [];
  for (const url of order.authorizations) {
    const { problem, response } = await session.post(url, undefined);
    // An authorization that the server forgot can tell no token any more.
    if (problem !== undefined) continue;
    const authorization = session.parse(authorizationSchema, response);
    const challenge = authorization.challenges.find((c) => c.type === solver.type);
    if (challenge?.token !== undefined) answers.push(answerOf(session, authorization, challenge.token));
  }
  const leftover = await cleanUp(solver, answers);
  if (leftover !== undefined) throw leftover.thrown;
}

function taskOf(
  session: AcmeSession,
  url: string,
  authorization: Authorization,
  solver: Solver,
): Task | undefined {
  const challenge = authorization.challenges.find((c) => c.type === solver.type);
  if (challenge?.token !== undefined)
    return { url, authorization, challenge, answer: answerOf(session, authorization, challenge.token) };
  if (authorization.status === "valid") return undefined;
  const { value } = authorization.identifier;
  throw new MoorlineError("ACME_CHALLENGE_NOT_OFFERED", {
    subject: session.name,
    parameters: {
      identifier: authorization.wildcard === true ? `*.${value}` : value,
      challenge: solver.type,
      offered: authorization.challenges.map((c) => c.type).join(", ") || "-",
    },
  });
}

const answerOf = (session: AcmeSession, { identifier }: Authorization, token: string): ChallengeAnswer => ({
  identifier: identifier.value,
  token,
  keyAuthorization: keyAuthorization(token, session.key),
});

/** Tells the server that it may look (RFC 8555 §7.5.1); one that it is looking at already is left to it. */
async function respond(session: AcmeSession, { challenge, answer }: Task): Promise<void> {
  if (challenge.status !== "pending") return;
  const { identifier } = answer;
  const answered = await session.post(challenge.url, {});
  if (answered.problem === undefined) return;
  // A server that reached its verdict meanwhile refuses a second answer; the authorization tells which.
  if (answered.response.status === 400) return;
  throw session.refusal(answered, identifier);
}

async function decided(session: AcmeSession, { url, answer }: Task, solver: Solver): Promise<void> {
  await waitFor(session, answer.identifier, async () => {
    const response = await session.demand(url, undefined);
    const { status, challenges } = session.parse(authorizationSchema, response);
    if (status === "valid") return { done: true };
    if (status === "pending") return { status, response };
    const rejected = challenges.find((c) => c.type === solver.type);
    throw challengeFailure(rejected?.error, answer.identifier, solver.type, session.name);
  });
}

async function cleanUp(
  solver: Solver,
  answers: readonly ChallengeAnswer[],
): Promise<{ readonly thrown: unknown } | undefined> {
  const signal = AbortSignal.timeout(cleanUpLimitMs);
  let failure: { readonly thrown: unknown } | undefined;
  for (const answer of answers) {
    try {
      await solver.cleanUp(answer, signal);
    } catch (thrown) {
      failure ??= { thrown };
    }
  }
  return failure;
}
