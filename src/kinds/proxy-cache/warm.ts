import { discard } from "../../clients/registry/pull.ts";
import type { Document } from "../../model/document.ts";
import { MoorlineError } from "../../model/errors.ts";
import type { ConnectedHarbor } from "../harbor-registry/connect.ts";
import type { World } from "../world.ts";
import { partsOf } from "./gather.ts";
import { projectOf } from "./names.ts";
import type { ProxyCacheSpec } from "./schema.ts";

/** Harbor keeps a manifest once its blobs are there, and looks for them every 20 s (facts/harbor.md §1.9). */
const tries = 12;
const pauseMs = 20_000;

/**
 * Brings one image into the cache, the way that leaves its tag there: HEAD by tag, GET by digest, every blob, and then
 * asking by tag again until Harbor itself holds it. A pull by tag with GET alone would cache the digest and no tag.
 * @throws PROXY_IMAGE_NOT_KEPT where Harbor does not hold it after four minutes
 */
export async function warm(
  image: string,
  document: Document<ProxyCacheSpec>,
  connected: ConnectedHarbor,
  world: World,
  signal: AbortSignal,
): Promise<void> {
  const { harbor, host } = connected;
  const [repository, tag] = partsOf(image);
  const project = projectOf(document);
  const name = `${project}/${repository}`;
  const client = connected.registry(connected.credential);
  const { digest } = await client.resolve(name, tag, signal);
  await client.pull(name, digest, discard, { signal });
  for (let attempt = 1; attempt <= tries; attempt++) {
    if (await harbor.content.holds(project, repository, tag, signal)) return;
    await world.clock.sleep(pauseMs, signal);
    // The tag is attached by a HEAD that finds the manifest kept, which the first one came too early for.
    await client.resolve(name, tag, signal);
  }
  throw new MoorlineError("PROXY_IMAGE_NOT_KEPT", { subject: `${host}/${name}:${tag}` });
}
