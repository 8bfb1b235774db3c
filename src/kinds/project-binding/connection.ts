import type { HttpEndpoint } from "../../clients/http/endpoint.ts";
import { nameOf, type Document } from "../../model/document.ts";
import { connectHarbor, findRegistry, type ConnectedHarbor } from "../harbor-registry/connect.ts";
import type { Focus, World } from "../world.ts";
import type { ProjectBindingSpec } from "./schema.ts";

type BindingDocument = Document<ProjectBindingSpec>;

/** What the last observation of a document connected to; a plan of a thousand steps must not read its credential as often. */
const connections = new WeakMap<World, WeakMap<BindingDocument, Promise<ConnectedHarbor>>>();

/** Connects anew, with the credential as it is now. */
export function connect(
  document: BindingDocument,
  world: World,
  signal: AbortSignal,
): Promise<ConnectedHarbor> {
  const registry = findRegistry(document.spec.registry, nameOf(document), world);
  const fresh = connectHarbor(registry, world, signal);
  const known = connections.get(world) ?? new WeakMap<BindingDocument, Promise<ConnectedHarbor>>();
  connections.set(world, known);
  known.set(document, fresh);
  return fresh;
}

/** The connection of the last observation; a new one where there was none, so that no step relies on it. */
export function connected(
  document: BindingDocument,
  world: World,
  signal: AbortSignal,
): Promise<ConnectedHarbor> {
  return connections.get(world)?.get(document) ?? connect(document, world, signal);
}

/** Harbors of a version that is known to be served. */
const served = new WeakSet<HttpEndpoint>();

/**
 * A wrong administrator, or a Harbor that is too old, ends everything here, before anything is judged. For some
 * projects alone, who it is need not be asked: the client itself makes sure of that every minute.
 */
export async function sureOfHarbor(
  { harbor, endpoint }: ConnectedHarbor,
  focus: Focus | undefined,
  signal: AbortSignal,
): Promise<void> {
  if (focus === undefined) await harbor.system.currentUser(signal);
  else if (served.has(endpoint)) return;
  await harbor.system.version(signal);
  served.add(endpoint);
}
