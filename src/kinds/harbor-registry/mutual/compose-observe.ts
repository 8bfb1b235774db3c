import { join } from "node:path/posix";
import { openHarborCompose, type HarborCompose } from "../../../clients/harbor-compose/client.ts";
import { harborPaths } from "../../../clients/harbor-compose/client.ts";
import type { Host } from "../../../clients/host/host.ts";
import type { Document } from "../../../model/document.ts";
import { isError } from "../../../model/errors.ts";
import type { ComposeDeployment } from "../../shared/harbor-deployment.ts";
import type { World } from "../../world.ts";
import type { HarborRegistrySpec } from "../schema.ts";
import { isSameBelow, wayInto } from "./below.ts";
import { clientsOfAuthority, seenSince, wouldBeRefused, type Client } from "./clients.ts";
import {
  digestOfAll,
  digestsOf,
  lengthOfLog,
  readClients,
  readLoaded,
  readParts,
  wantedParts,
  type PartTexts,
} from "./compose-files.ts";
import { hiddenSources, judgeNodes } from "./judge.ts";
import { gatherMaterial, ownStanding, type Material } from "./material.ts";
import { coveredIn, entryTexts, modeIn } from "./nginx.ts";
import { gatherNodes } from "./nodes.ts";
import type { ObservedCompose, ObservedWanted, Outsider } from "./observed.ts";
import { isMounted, largestOverride } from "./override.ts";
import { insideDirectory, mountsOf, parts, placesOf, type Places } from "./places.ts";

type RegistryDocument = Document<HarborRegistrySpec>;

/** A docker-compose Harbor with what Moorline keeps beside it. */
export interface ComposeScene {
  readonly compose: HarborCompose;
  readonly host: Host;
  readonly places: Places;
  /** docker-compose.override.yml, or the other name that compose takes. */
  readonly override: { readonly path: string; readonly text: string | undefined };
}

/** @throws HARBOR_YML_*, HOST_* */
export async function openScene(
  document: RegistryDocument,
  deployment: ComposeDeployment,
  world: World,
): Promise<ComposeScene> {
  const { on, directory } = deployment;
  const host = on === undefined ? world.host : await world.openHost(on, document.source.directory);
  const compose = await openHarborCompose(host, directory);
  const places = placesOf(document.metadata.name, document.spec.tls.mutualTls.directory, directory);
  const candidates = harborPaths(directory).overrides;
  for (const path of candidates) {
    const file = await host.readFile(path, largestOverride);
    if (file !== undefined)
      return { compose, host, places, override: { path, text: file.bytes.toString("utf8") } };
  }
  return { compose, host, places, override: { path: candidates[0] ?? "", text: undefined } };
}

/** Reads the proxy's state, and who came to it. Where mutual TLS is to be off, nothing but Harbor's own machine is asked. */
export async function observeCompose(
  document: RegistryDocument,
  deployment: ComposeDeployment,
  world: World,
  signal: AbortSignal,
): Promise<ObservedCompose> {
  const scene = await openScene(document, deployment, world);
  const { compose, host, places, override } = scene;
  const texts = await readParts(host, places);
  const files = digestsOf(texts);
  const proxy = await compose.proxy(signal);
  const running = proxy?.state === "running";
  const way = wayInto(proxy, places, deployment.directory);
  const mounts = mountsOf(places);
  const mounted = isMountedOrUnreadable(override, mounts);
  const { mutual } = document.spec.tls;
  return {
    by: "compose",
    at: `${host.name}:${deployment.directory}`,
    directory: places.directory,
    current: currentOf(texts, (await host.stat(places.nginx)) !== undefined),
    covered: coveredIn(texts[parts.http] ?? ""),
    running,
    mounted,
    way,
    visible:
      running &&
      (await isVisible(compose, texts, signal)) &&
      (way !== "folder" || (await isSameBelow(host, places))),
    files,
    loaded: (await readLoaded(host, places)) === digestOfAll(files),
    log: await lengthOfLog(host, places),
    ...(mutual !== undefined &&
      mutual !== "off" && { wanted: await observeWanted(document, scene, texts, world, signal) }),
  };
}

/** Somebody's broken override is told when it is to be changed; going back does not touch it. */
function isMountedOrUnreadable(
  { path, text }: ComposeScene["override"],
  mounts: ReturnType<typeof mountsOf>,
): boolean {
  try {
    return isMounted(text, mounts, path);
  } catch (thrown) {
    if (isError(thrown, "MUTUAL_TLS_OVERRIDE_UNREADABLE")) return false;
    throw thrown;
  }
}

function currentOf(texts: PartTexts, isOurs: boolean): ObservedCompose["current"] {
  const { [parts.http]: http, [parts.server]: server } = texts;
  if (server === undefined) return isOurs ? "off" : "absent";
  return modeIn(http ?? "") ?? "unknown";
}

/** The container has the entries, and sees the folder as it is now. */
async function isVisible(compose: HarborCompose, texts: PartTexts, signal: AbortSignal): Promise<boolean> {
  for (const [name, text] of Object.entries(entryTexts))
    if ((await compose.readInProxy(`/etc/nginx/conf.d/${name}`, signal)) !== text) return false;
  const http = texts[parts.http];
  return (
    http === undefined || (await compose.readInProxy(join(insideDirectory, parts.http), signal)) === http
  );
}

async function observeWanted(
  document: RegistryDocument,
  { host, places }: ComposeScene,
  texts: PartTexts,
  world: World,
  signal: AbortSignal,
): Promise<ObservedWanted> {
  const settings = document.spec.tls.mutualTls;
  const material = await gatherComposeMaterial(document, { host, places }, texts, world, signal);
  const { trusts, nodes } = await gatherNodes(document.metadata.name, host, world, signal);
  const clients = await readClients(host, places, signal);
  const since = world.clock.now().getTime() / 1000 - settings.seenWithinDays * 86_400;
  const hidden = hiddenSources(nodes, clients, since);
  return {
    observe: digestsOf(wantedParts("observe", settings, material)),
    enforce: digestsOf(wantedParts("enforce", settings, material)),
    ...(material.listProblem !== undefined && { listProblem: material.listProblem }),
    ...(material.held !== undefined && { held: material.held }),
    own: await ownStanding(document, material, world, signal),
    trusts,
    nodes: judgeNodes(nodes, clients, since),
    outsiders: outsidersOf(seenSince(clients, since).filter((c) => wouldBeRefused(c, settings.covers))),
    ...(hidden.length > 0 && { hidden }),
  };
}

/**
 * What the document's sources give, and CAs that it names no more while clients that are let in have nothing else.
 * @throws as `gatherMaterial`
 */
export async function gatherComposeMaterial(
  document: RegistryDocument,
  { host, places }: Pick<ComposeScene, "host" | "places">,
  texts: PartTexts,
  world: World,
  signal: AbortSignal,
): Promise<Material> {
  const settings = document.spec.tls.mutualTls;
  const clients = await readClients(host, places, signal);
  const since = world.clock.now().getTime() / 1000 - settings.seenWithinDays * 86_400;
  const isEnforced = texts[parts.server] !== undefined && modeIn(texts[parts.http] ?? "") === "enforce";
  const deployed = {
    list: texts[parts.list],
    authority: texts[parts.authority],
    ...(isEnforced && {
      isInUse: (name: string) => clientsOfAuthority(clients, name, since).length > 0,
    }),
  };
  return gatherMaterial(document, settings, deployed, world, signal);
}

/** Listed at most; the report lists all. */
const mostOutsiders = 50;

function outsidersOf(clients: readonly Client[]): readonly Outsider[] {
  const known = new Map<string, Outsider>();
  for (const { address, program, path, reason } of clients)
    known.set([address, program, path, reason].join("\n"), { address, program, path, reason });
  return [...known.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, outsider]) => outsider)
    .slice(0, mostOutsiders);
}
