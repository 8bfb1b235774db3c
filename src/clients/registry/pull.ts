import type { Readable } from "node:stream";
import { finished } from "node:stream/promises";
import { MoorlineError } from "../../model/errors.ts";
import { Limiter } from "../harbor/limiter.ts";
import { openBlob } from "./blobs.ts";
import type { RegistryConnection } from "./connection.ts";
import { selectPlatform, type Descriptor, type Platform } from "./manifest.ts";
import { fetchManifest, type Manifest } from "./manifests.ts";

/** Takes what a pull brings. A blob is good only once its stream ended without error. */
export interface PullSink {
  manifest?(manifest: Manifest): Promise<void>;
  /** Must read the body to its end. */
  blob(descriptor: Descriptor, body: Readable): Promise<void>;
}

export interface PullOptions {
  /** Which image of an index; default linux/amd64. */
  readonly platform?: Platform;
  /** Blobs at a time; default 3, as container runtimes do. */
  readonly concurrency?: number;
  readonly signal?: AbortSignal;
}

/** What a pull proved: every byte came and has its digest. */
export interface PullSummary {
  /** What the reference stands for; an index's digest where it is one. */
  readonly digest: string;
  /** The image chosen. */
  readonly imageDigest: string;
  readonly layers: number;
  /** Bytes of manifests, config and layers. */
  readonly bytes: number;
}

/** Proves a pull without keeping anything. */
export const discard: PullSink = {
  blob: async (_descriptor, body) => {
    body.resume();
    await finished(body);
  },
};

/** Pulls an image the way a container runtime does: manifest, config, layers, each verified. */
export async function pull(
  registry: RegistryConnection,
  repository: string,
  reference: string,
  sink: PullSink,
  options: PullOptions = {},
): Promise<PullSummary> {
  const { signal } = options;
  const top = await fetchManifest(registry, repository, reference, signal);
  await sink.manifest?.(top);
  const image = await imageOf(registry, repository, top, options, sink);
  if (image.content.kind !== "image") {
    const reason = "an index stands where an image should be";
    throw new MoorlineError("REGISTRY_NOT_REGISTRY", {
      subject: `${repository}@${image.digest}`,
      parameters: { reason },
    });
  }
  const { config, layers } = image.content.image;
  const limiter = new Limiter(options.concurrency ?? 3);
  // An image may name one layer twice; its bytes are needed once.
  const blobs = new Map([config, ...layers].map((descriptor) => [descriptor.digest, descriptor]));
  const stop = new AbortController();
  const both = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
  const fetchOne = async (descriptor: Descriptor): Promise<number> => {
    const { digest, size } = descriptor;
    const { body } = await openBlob(registry, repository, digest, { size, signal: both });
    try {
      await sink.blob(descriptor, body);
      // A sink that returned early has not seen the verdict, which comes with the last byte.
      await finished(body.resume());
      return size;
    } finally {
      body.destroy();
    }
  };
  try {
    const sizes = await Promise.all([...blobs.values()].map((each) => limiter.run(() => fetchOne(each))));
    const manifests = image === top ? top.size : top.size + image.size;
    const bytes = sizes.reduce((sum, size) => sum + size, manifests);
    return { digest: top.digest, imageDigest: image.digest, layers: layers.length, bytes };
  } catch (thrown) {
    // One blob failed: the others under way are of no use any more.
    stop.abort();
    throw thrown;
  }
}

async function imageOf(
  registry: RegistryConnection,
  repository: string,
  top: Manifest,
  options: PullOptions,
  sink: PullSink,
): Promise<Manifest> {
  if (top.content.kind === "image") return top;
  const wanted = options.platform ?? { os: "linux", architecture: "amd64" };
  const chosen = selectPlatform(top.content.index, wanted, `${registry.url}/v2/${repository}`);
  const image = await fetchManifest(registry, repository, chosen.digest, options.signal);
  await sink.manifest?.(image);
  return image;
}
