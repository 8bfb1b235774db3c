import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { connect as connectTls } from "node:tls";
import { Limiter } from "../../clients/harbor/limiter.ts";
import { dialFromHere } from "../../clients/host/dial.ts";
import type { TlsOptions } from "../../clients/http/tls-options.ts";
import { selectPlatform, type Descriptor } from "../../clients/registry/manifest.ts";
import { secureContextOf } from "../../clients/tls/secure-context.ts";
import type { RegistryClient } from "../../clients/registry/client.ts";
import { MoorlineError } from "../../model/errors.ts";
import type { Download, Stages } from "./measurement.ts";

export interface PullTarget {
  readonly host: string;
  readonly port: number;
  readonly tls: TlsOptions;
  readonly repository: string;
  /** Tag or digest. */
  readonly reference: string;
  /** A client of its own with so many connections, none of them open yet. */
  open(connections: number): RegistryClient & AsyncDisposable;
  readonly platform?: { readonly os: string; readonly architecture: string };
}

export interface MeasureLimits {
  /** Bytes of a download at most. */
  readonly bytes: number;
  /** Milliseconds of a download at most. */
  readonly ms: number;
}

const usualLimits: MeasureLimits = { bytes: 256 * 1024 * 1024, ms: 15_000 };

/** One connection as a floor, three as container runtimes open (containerd's max_concurrent_downloads), and double that. */
const connectionCounts = [1, 3, 6] as const;

/**
 * Pulls an image as a runtime would, with nothing kept, and tells where the time went.
 * @param now milliseconds of a monotonic clock
 * @throws NETWORK_*, TLS_*, REGISTRY_*: what a pull throws
 */
export async function measurePull(
  target: PullTarget,
  now: () => number,
  signal: AbortSignal,
  limits: MeasureLimits = usualLimits,
): Promise<{
  readonly stages: Stages;
  readonly layers: readonly number[];
  readonly downloads: readonly Download[];
}> {
  const { host, port, repository, reference } = target;
  const timed = async <T>(work: () => Promise<T>): Promise<readonly [T, number]> => {
    const start = now();
    const result = await work();
    return [result, now() - start];
  };
  const [, resolve] = await timed(async () => (isIP(host) === 0 ? lookup(host) : undefined));
  const [socket, connect] = await timed(() => dialFromHere(host, port, signal));
  const [, handshake] = await timed(() => shakeHands(socket, target, signal));
  await using client = target.open(1);
  const [, token] = await timed(() => client.checkAccess(repository, ["pull"], signal));
  const [blobs, manifest] = await timed(() => layersOf(client, target, signal));
  const downloads: Download[] = [];
  for (const connections of connectionCounts) {
    if (connections > 1 && blobs.length === 1) break;
    downloads.push(await download(target, blobs, connections, now, signal, limits));
  }
  return {
    stages: { ...(isIP(host) === 0 && { resolve }), connect, handshake, token, manifest },
    layers: blobs.map((b) => b.size),
    downloads,
  };

  async function layersOf(
    registry: RegistryClient,
    { platform = { os: "linux", architecture: "amd64" } }: PullTarget,
    stop: AbortSignal,
  ): Promise<readonly Descriptor[]> {
    const { digest } = await registry.resolve(repository, reference, stop);
    const top = await registry.manifest(repository, digest, stop);
    const image =
      top.content.kind === "image"
        ? top
        : await registry.manifest(
            repository,
            selectPlatform(top.content.index, platform, `${host}/${repository}`).digest,
            stop,
          );
    if (image.content.kind !== "image")
      throw new MoorlineError("REGISTRY_NOT_REGISTRY", {
        subject: `${host}/${repository}`,
        parameters: { reason: "an index stands where an image should be" },
      });
    return [...new Map(image.content.image.layers.map((l) => [l.digest, l])).values()];
  }
}

/** A handshake over a connection that is there, verified as the registry's own client verifies. */
function shakeHands(
  socket: Awaited<ReturnType<typeof dialFromHere>>,
  { host, tls }: PullTarget,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const name = tls.serverName ?? host;
    const secured = connectTls({
      socket,
      ...(isIP(name) === 0 && { servername: name }),
      host: name,
      secureContext: secureContextOf(tls, host),
      // Never off by itself: only where the registry's document says so (TlsOptions).
      rejectUnauthorized: tls.insecureSkipVerify !== true,
    });
    const end = (settle: () => void): void => {
      secured.destroy();
      socket.destroy();
      settle();
    };
    secured.once("secureConnect", () => end(resolve));
    // What is wrong with the certificate is told by the client that comes next, in better words.
    secured.once("error", () => end(resolve));
    signal.addEventListener(
      "abort",
      () => end(() => reject(new MoorlineError("CANCELLED", { subject: host }))),
      {
        once: true,
      },
    );
  });
}

/** Fetches layers until all are here or a limit is reached. */
async function download(
  target: PullTarget,
  blobs: readonly Descriptor[],
  connections: number,
  now: () => number,
  signal: AbortSignal,
  limits: MeasureLimits,
): Promise<Download> {
  await using client = target.open(connections);
  // The token is not what is measured here.
  await client.checkAccess(target.repository, ["pull"], signal);
  const limiter = new Limiter(connections);
  const enough = new AbortController();
  const both = AbortSignal.any([signal, enough.signal]);
  const timer = setTimeout(() => enough.abort(), limits.ms);
  let bytes = 0;
  const fetchOne = async ({ digest, size }: Descriptor): Promise<void> => {
    if (both.aborted) return;
    const { body } = await client.blob(target.repository, digest, { size, signal: both });
    try {
      for await (const chunk of body) {
        bytes += (chunk as Buffer).length;
        if (bytes >= limits.bytes) enough.abort();
      }
    } finally {
      body.destroy();
    }
  };
  const start = now();
  try {
    await Promise.all(blobs.map((blob) => limiter.run(() => fetchOne(blob))));
  } catch (thrown) {
    if (signal.aborted || !enough.signal.aborted) throw thrown;
  } finally {
    clearTimeout(timer);
  }
  return { connections, bytes, ms: now() - start, cut: enough.signal.aborted };
}
