import { finding, type Finding } from "../../model/finding.ts";
import { rateOf, type NodeLimits, type PullMeasurement } from "./measurement.ts";

const mebibyte = 1024 * 1024;

/** From where on a stage is worth a word; milliseconds. A node in the same data centre stays far below each. */
const slow = { resolve: 100, connect: 50, token: 500, manifest: 500 } as const;
/** A TLS 1.2 handshake is two round trips; beyond that the server's processor is the reason. */
const handshakeRoundTrips = 4;
const handshakeGraceMs = 50;
/** So much faster over several connections: each one is held back for itself. */
const gainOfParallel = 1.8;
/** Bytes a second below which a link is named slow. */
const slowLink = 10 * mebibyte;
/** A layer that is so much of the image, and so large, that nothing can be fetched beside it. */
const largePart = 0.6;
const largeLayer = 100 * mebibyte;
/** Shorter downloads tell nothing of a rate. */
const tellingBytes = 4 * mebibyte;

const milliseconds = (ms: number): number => Math.round(ms);
const perSecond = (rate: number): string => `${(rate / mebibyte).toFixed(1)} MiB/s`;

/** Why a pull takes the time that it takes, and what to change; the costliest first as far as that can be told. Pure. */
export function judgePull(measured: PullMeasurement): readonly Finding[] {
  return [
    ...ofCache(measured),
    ...ofStages(measured),
    ...ofDownloads(measured),
    ...measured.nodes.flatMap((node) => ofNode(node)),
  ];
}

function ofCache({ cached, image }: PullMeasurement): readonly Finding[] {
  return cached === false ? [finding("PULL_FROM_UPSTREAM", image)] : [];
}

function ofStages({ stages, image }: PullMeasurement): readonly Finding[] {
  const host = image.slice(0, image.indexOf("/"));
  const { resolve = 0, connect, handshake, token, manifest } = stages;
  const round = Math.max(connect, 1);
  const limit = round * handshakeRoundTrips + handshakeGraceMs;
  return [
    ...(resolve >= slow.resolve ? [finding("PULL_NAME_SLOW", host, { ms: milliseconds(resolve) })] : []),
    ...(connect >= slow.connect ? [finding("PULL_FAR_AWAY", host, { ms: milliseconds(connect) })] : []),
    ...(handshake >= limit
      ? [finding("PULL_HANDSHAKE_SLOW", host, { ms: milliseconds(handshake), round: milliseconds(round) })]
      : []),
    ...(token >= slow.token + round * 4
      ? [finding("PULL_TOKEN_SLOW", host, { ms: milliseconds(token) })]
      : []),
    ...(manifest >= slow.manifest + round * 4
      ? [finding("PULL_MANIFEST_SLOW", host, { ms: milliseconds(manifest) })]
      : []),
  ];
}

function ofDownloads({ downloads, layers, image }: PullMeasurement): readonly Finding[] {
  const telling = downloads.filter((d) => d.bytes >= tellingBytes);
  const single = telling.find((d) => d.connections === 1);
  const best = telling.toSorted((a, b) => rateOf(b) - rateOf(a))[0];
  const total = layers.reduce((sum, size) => sum + size, 0);
  const largest = Math.max(0, ...layers);
  const held = single !== undefined && best !== undefined && rateOf(best) >= rateOf(single) * gainOfParallel;
  return [
    ...(held
      ? [
          finding("PULL_CONNECTION_HELD_BACK", image, {
            one: perSecond(rateOf(single)),
            many: perSecond(rateOf(best)),
            connections: best.connections,
          }),
        ]
      : []),
    ...(best !== undefined && rateOf(best) < slowLink
      ? [finding("PULL_LINK_SLOW", image, { rate: perSecond(rateOf(best)) })]
      : []),
    ...(layers.length > 1 && largest >= largeLayer && largest / total >= largePart
      ? [
          finding("PULL_ONE_LARGE_LAYER", image, {
            size: `${Math.round(largest / mebibyte)} MiB`,
            percent: Math.round((largest / total) * 100),
          }),
        ]
      : []),
  ];
}

function ofNode({
  node,
  serializeImagePulls,
  registryPullQps,
  registryBurst,
}: NodeLimits): readonly Finding[] {
  return [
    ...(serializeImagePulls === true ? [finding("NODE_PULLS_ONE_BY_ONE", node)] : []),
    // The default of 5 a second with a burst of 10 is what a node meets when many pods start at once.
    ...(registryPullQps !== undefined && registryPullQps > 0 && registryPullQps <= 5
      ? [finding("NODE_PULL_RATE_LOW", node, { rate: registryPullQps, burst: registryBurst ?? 0 })]
      : []),
  ];
}
