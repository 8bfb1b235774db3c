import { openHarborCompose } from "../../../../clients/harbor-compose/client.ts";
import type { ObservedCompose } from "../../observed.ts";
import type { DeliveryContext } from "../delivery.ts";
import { hasBackups, readJournal } from "./backup.ts";
import { isRendered } from "./checks.ts";
import { isStale, servedFiles, sourceFiles, stateOf } from "./scene.ts";
import { leafDigest, lookAt } from "./shown.ts";
import { hostOf, wantedCompose } from "./wanted.ts";

/** Reads the folder, asks docker for the containers, and looks at what clients are shown. */
export async function observeCompose({
  document,
  gathered,
  world,
  signal,
}: DeliveryContext): Promise<ObservedCompose | undefined> {
  const delivery = document.spec.deliver.compose;
  if (delivery === undefined) return undefined;
  const { directory } = delivery;
  const host = await hostOf(delivery, document, world);
  const compose = await openHarborCompose(host, directory);
  const wanted = wantedCompose(delivery, compose);
  const pair = gathered.pairs.get("server");
  const rendered = await isRendered(compose, wanted);
  const proxy = (await compose.proxy(signal))?.state ?? "absent";
  const shown = rendered ? await lookAt(wanted.target, gathered.trust, signal) : undefined;
  const journal = await readJournal(host, directory);
  return {
    directory,
    at: delivery.on === undefined ? directory : `${delivery.on.ssh.host}:${directory}`,
    names: wanted.names,
    edits: wanted.edits,
    rendered,
    source: pair === undefined ? "absent" : await stateOf(host, sourceFiles(wanted, pair)),
    served: pair === undefined ? "absent" : await stateOf(host, servedFiles(wanted, pair)),
    proxy,
    isStale: rendered && proxy === "running" && (await isStale(compose, signal)),
    shown:
      shown?.leaf === undefined
        ? "none"
        : pair !== undefined && shown.leaf === leafDigest(pair.certificate)
          ? "same"
          : "other",
    ...(journal !== undefined && { interrupted: journal.kind }),
    hasBackups: await hasBackups(host, directory),
  };
}
