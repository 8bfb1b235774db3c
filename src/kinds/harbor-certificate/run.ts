import { nameOf } from "../../model/document.ts";
import { MoorlineError } from "../../model/errors.ts";
import type { RunContext } from "../../engine/kind.ts";
import type { World } from "../world.ts";
import type { CertificateAction, CertificateContext } from "./action.ts";
import { runList } from "./crl.ts";
import { deliveries } from "./deliveries/catalogue.ts";
import { gather } from "./gather.ts";
import { issuerOf } from "./issuers/catalogue.ts";
import { packPair } from "./pair.ts";
import type { HarborCertificateSpec } from "./schema.ts";
import { rememberReplaced } from "./replaced.ts";
import { entries, type Store } from "./store.ts";
import { requireUsable } from "./usable.ts";

/** Carries out one step. What is there already is found again and not made twice. */
export async function run(
  action: CertificateAction,
  given: RunContext<HarborCertificateSpec, World>,
): Promise<void> {
  const context: CertificateContext = {
    ...given,
    gather: () => gather(given.document, given.world, given.signal),
  };
  switch (action.type) {
    case "issue":
      return issue(action.of, context);
    case "issue-crl":
      return runList(context);
    case "remove-pair":
      return removePair(action.of, await storeOf(context), context);
    default:
      for (const delivery of deliveries) if (await delivery.run(action, context)) return;
      await issuerOf(context.document.spec).runPreparation?.(action, context);
  }
}

async function storeOf({ document, world, signal }: CertificateContext): Promise<Store> {
  const store = await issuerOf(document.spec).openStore?.(document, world, signal);
  if (store === undefined) throw new MoorlineError("PLAN_STALE", { subject: nameOf(document) });
  return store;
}

async function removePair(of: string, store: Store, { document }: CertificateContext): Promise<void> {
  await store.remove(entries.replaced(document.metadata.name, of));
  await store.remove(entries.pair(document.metadata.name, of));
}

async function issue(of: string, context: CertificateContext): Promise<void> {
  const { document, world } = context;
  const issuer = issuerOf(document.spec);
  const pair = await issuer.issue?.(of, context);
  if (pair === undefined) return;
  // Verified in memory before it takes the place of one that works.
  const gathered = await context.gather();
  const trust = pair.trust ?? gathered.trust ?? "";
  requireUsable(document, of, pair, trust, world.clock.now());
  if (document.spec.issuer.ownAuthority !== undefined)
    await rememberReplaced(gathered, document.metadata.name, of, world.clock.now());
  if (issuer.openStore !== undefined)
    await (await storeOf(context)).write(entries.pair(document.metadata.name, of), packPair(pair));
}
