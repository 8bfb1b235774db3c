import { MoorlineError } from "../../model/errors.ts";
import { openAccount, type AccountOptions } from "./account.ts";
import { authorize, forget } from "./authorize.ts";
import { download } from "./chain.ts";
import { finalize, findOrder, placeOrder } from "./order.ts";
import { wordsOf } from "./problem.ts";
import type { Identifier, Order } from "./resources.ts";
import type { AcmeSession } from "./session.ts";
import type { Solver } from "./solver.ts";

export interface ObtainOptions {
  readonly account: AccountOptions;
  readonly identifiers: readonly Identifier[];
  readonly solver: Solver;
  /** The certificate request as DER, of a key that is kept before this is asked for. */
  readonly csr: () => Promise<Uint8Array>;
  /** Common name of an issuer in the chain that is wanted. */
  readonly preferredChain?: string;
  /** URL of an order that an earlier run placed for the same names. */
  readonly resume?: string;
  /** Keeps the URL of a new order, before anything is done for it. */
  readonly onOrder: (url: string) => Promise<void>;
}

/**
 * Gets a certificate, from the account to the chain. An order that an earlier run placed is taken up where it stands; a
 * new one is placed only where there is none that can still succeed.
 * @returns PEM, the certificate first, then its intermediates
 * @throws ACME_*, NETWORK_*, TLS_*, CANCELLED, and what the solver throws
 */
export async function obtain(session: AcmeSession, options: ObtainOptions): Promise<string> {
  const { solver } = options;
  await openAccount(session, options.account);
  let order = await resumable(session, options);
  if (order === undefined) {
    order = await placeOrder(session, options.identifiers);
    await options.onOrder(order.url);
  }
  const isFinal = ["processing", "valid"].includes(order.status);
  if (isFinal) await forget(session, order, solver);
  else order = await proved(session, order, solver);
  const valid = await finalize(session, order, options.csr);
  return download(session, valid, options.preferredChain);
}

async function resumable(session: AcmeSession, options: ObtainOptions): Promise<Order | undefined> {
  if (options.resume === undefined) return undefined;
  const found = await findOrder(session, options.resume);
  if (found === undefined) return undefined;
  if (found.status !== "invalid" && sameIdentifiers(found.identifiers, options.identifiers)) return found;
  await forget(session, found, options.solver);
  return undefined;
}

/** Proves the names and reads the order again, which is ready to be finalised then. */
async function proved(session: AcmeSession, order: Order, solver: Solver): Promise<Order> {
  await authorize(session, order, solver);
  const now = await findOrder(session, order.url);
  if (now !== undefined && ["ready", "processing", "valid"].includes(now.status)) return now;
  const reason = now?.error === undefined ? (now?.status ?? "?") : wordsOf(now.error);
  throw new MoorlineError("ACME_ORDER_FAILED", {
    subject: order.identifiers.map((i) => i.value).join(", "),
    parameters: { reason },
  });
}

const sameIdentifiers = (a: readonly Identifier[], b: readonly Identifier[]): boolean => {
  const spelled = (list: readonly Identifier[]): string =>
    list
      .map((i) => `${i.type}:${i.value.toLowerCase()}`)
      .sort()
      .join("\n");
  return spelled(a) === spelled(b);
};
