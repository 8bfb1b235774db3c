import type { Document } from "../../model/document.ts";
import { upstreamNames, type ProxyCacheSpec } from "./schema.ts";

type CacheDocument = Document<ProxyCacheSpec>;

/** The Harbor project that holds the cache. */
export const projectOf = ({ metadata, spec }: CacheDocument): string => spec.project.name ?? metadata.name;

/** The endpoint's name in Harbor: one for each document, so that two caches share none by chance. */
export const endpointOf = ({ metadata }: CacheDocument): string => `moorline-${metadata.name}`;

/** The P2P network's name in Harbor. */
export const networkOf = ({ metadata, spec }: CacheDocument): string =>
  spec.preheat?.network.name ?? metadata.name;

/** What Moorline leaves in descriptions of what it makes, and looks for before it changes or removes any of it. */
export const markOf = ({ metadata }: CacheDocument): string =>
  `Kept by Moorline for ProxyCache/${metadata.name}`;

/** An image reference's beginning, and what stands there instead when it goes through the cache. */
export interface Rewrite {
  readonly from: string;
  readonly to: string;
}

/**
 * How images of the upstream are named when they come from the cache.
 * @param harbor `host[:port]`
 */
export function rewritesOf(document: CacheDocument, harbor: string): readonly Rewrite[] {
  return upstreamNames(document.spec).map((from) => ({ from, to: `${harbor}/${projectOf(document)}` }));
}
