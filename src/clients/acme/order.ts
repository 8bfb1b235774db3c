import { MoorlineError } from "../../model/errors.ts";
import type { HttpResponse } from "../http/endpoint.ts";
import { wordsOf } from "./problem.ts";
import {
  authorizationSchema,
  orderSchema,
  type Authorization,
  type Identifier,
  type Order,
} from "./resources.ts";
import type { AcmeSession } from "./session.ts";
import { pause, retryAfter } from "./waiting.ts";

/** Waited for one decision of the server's, in milliseconds of sleep. */
const decisionLimitMs = 120_000;
const longestPauseMs = 5000;

/** Places an order (RFC 8555 §7.4). @throws ACME_NAME_REFUSED, ACME_RATE_LIMITED, … */
export async function placeOrder(session: AcmeSession, identifiers: readonly Identifier[]): Promise<Order> {
  const { newOrder } = await session.directory();
  const identifier = identifiers.map((i) => i.value).join(", ");
  const response = await session.demand(newOrder, { identifiers }, { identifier });
  const url = new URL(response.headers.location ?? "", session.name).href;
  return { ...session.parse(orderSchema, response), url };
}

/** Reads an order that was placed before. @returns undefined where the server knows it no more */
export async function findOrder(session: AcmeSession, url: string): Promise<Order | undefined> {
  const answer = await session.post(url, undefined);
  if (answer.problem === undefined) return { ...session.parse(orderSchema, answer.response), url };
  // RFC 8555 §7.1.3 lets a server forget orders; another account's is refused with 401 or 403.
  if ([401, 403, 404, 410].includes(answer.response.status)) return undefined;
  throw session.refusal(answer);
}

export async function readAuthorization(session: AcmeSession, url: string): Promise<Authorization> {
  return session.parse(authorizationSchema, await session.demand(url, undefined));
}

/**
 * Looks again and again until the server has decided, at the pace that it asks for or with a growing pause.
 * @param look gives the answer once it is there, and a status as long as it is not
 * @throws ACME_TOO_SLOW
 */
export async function waitFor<T>(
  session: AcmeSession,
  subject: string,
  look: () => Promise<{ readonly done: T } | { readonly status: string; readonly response: HttpResponse }>,
): Promise<T> {
  const { time, signal } = session;
  for (let attempt = 0, slept = 0; ; attempt++) {
    const seen = await look();
    if ("done" in seen) return seen.done;
    const asked = retryAfter(seen.response.headers["retry-after"], time.now());
    const delay = Math.max((asked ?? 0) * 1000, pause(attempt, time.fraction(), longestPauseMs));
    if (slept + delay > decisionLimitMs)
      throw new MoorlineError("ACME_TOO_SLOW", {
        subject,
        parameters: { seconds: Math.round(slept / 1000), status: seen.status },
        ...(asked !== undefined && { retryAfterSeconds: asked }),
      });
    await time.sleep(delay, signal);
    slept += delay;
  }
}

/**
 * Hands the certificate request in and waits for the certificate.
 * @param csr DER
 * @returns the chain as PEM, the certificate first (RFC 8555 §7.4.2)
 * @throws ACME_ORDER_FAILED, ACME_NAME_REFUSED, ACME_REQUEST_REFUSED, ACME_TOO_SLOW
 */
export async function finalize(
  session: AcmeSession,
  order: Order,
  csr: () => Promise<Uint8Array>,
): Promise<Order> {
  const identifier = order.identifiers.map((i) => i.value).join(", ");
  if (order.status === "ready") {
    const request = Buffer.from(await csr()).toString("base64url");
    await session.demand(order.finalize, { csr: request }, { identifier });
  }
  return waitFor(session, identifier, async () => {
    const response = await session.demand(order.url, undefined, { identifier });
    const now: Order = { ...session.parse(orderSchema, response), url: order.url };
    if (now.status === "valid") return { done: now };
    if (now.status === "processing" || now.status === "ready") return { status: now.status, response };
    const reason = now.error === undefined ? now.status : wordsOf(now.error);
    throw new MoorlineError("ACME_ORDER_FAILED", { subject: identifier, parameters: { reason } });
  });
}
