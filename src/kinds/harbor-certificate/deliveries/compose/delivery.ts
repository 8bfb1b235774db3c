import type { CertificateAction, CertificateContext } from "../../action.ts";
import type { Delivery } from "../delivery.ts";
import { removeBackups } from "./backup.ts";
import { requireForHarbor } from "./checks.ts";
import { configure } from "./configure.ts";
import { withLock } from "./lock.ts";
import { observeCompose } from "./observe.ts";
import { composeFindings, composeRemovalFindings, planCompose, planComposeRemoval } from "./plan.ts";
import { renew } from "./renew.ts";
import { openScene } from "./scene.ts";
import type { ComposeDelivery } from "./schema.ts";
import { verifyCompose } from "./verify.ts";
import { hostOf } from "./wanted.ts";

/** A Harbor that docker-compose runs, on this machine or another. */
export const composeDelivery: Delivery = {
  observe: async (context) => {
    const compose = await observeCompose(context);
    return compose === undefined ? {} : { compose };
  },
  plan: planCompose,
  planRemoval: planComposeRemoval,
  findings: composeFindings,
  removalFindings: composeRemovalFindings,
  run: async (action, context) => {
    const delivery = context.document.spec.deliver.compose;
    if (delivery === undefined) return false;
    switch (action.type) {
      case "configure-compose":
      case "deliver-compose":
        await deliver(delivery, action, context);
        return true;
      case "remove-compose-backups":
        await removeBackups(await hostOf(delivery, context.document, context.world), delivery.directory);
        return true;
      default:
        return false;
    }
  },
  verify: verifyCompose,
};

async function deliver(
  delivery: ComposeDelivery,
  action: CertificateAction & { type: "configure-compose" | "deliver-compose" },
  context: CertificateContext,
): Promise<void> {
  const { world, signal } = context;
  const first = await openScene(delivery, context);
  const { compose, wanted, pair, trust } = first;
  // Before even a lock is taken: a pair that is of no use here changes nothing at all.
  requireForHarbor(pair, trust, wanted.names, world.clock.now(), delivery.directory);
  await withLock(compose.host, delivery.directory, world, signal, async () => {
    const scene = await openScene(delivery, context);
    requireForHarbor(scene.pair, scene.trust, scene.wanted.names, world.clock.now(), delivery.directory);
    if (action.type === "configure-compose") await configure(scene);
    else await renew(scene, action.activation);
  });
}
