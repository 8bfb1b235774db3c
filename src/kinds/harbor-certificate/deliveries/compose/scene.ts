import {
  certificateInProxy,
  openHarborCompose,
  servedPaths,
  type HarborCompose,
} from "../../../../clients/harbor-compose/client.ts";
import type { Host } from "../../../../clients/host/host.ts";
import type { CertificateContext } from "../../action.ts";
import type { CopyState } from "../../observed.ts";
import type { IssuedPair } from "../../pair.ts";
import type { World } from "../../../world.ts";
import { requireDeliverable } from "../reason.ts";
import type { ComposeDelivery } from "./schema.ts";
import { leafDigest } from "./shown.ts";
import { hostOf, wantedCompose, type WantedCompose } from "./wanted.ts";

/** Everything that a step works with, read anew. It holds a key. */
export interface ComposeScene {
  readonly compose: HarborCompose;
  readonly wanted: WantedCompose;
  readonly delivery: ComposeDelivery;
  readonly pair: IssuedPair;
  readonly trust: string;
  /** Digest of the certificate that clients are to be shown. */
  readonly leaf: string;
  readonly world: World;
  readonly signal: AbortSignal;
}

/** A file of the pair, as it is to be. */
export interface PairFile {
  readonly path: string;
  readonly bytes: Buffer;
  /** Where it has to be made. */
  readonly mode: number;
}

/** @throws as `requireDeliverable`, `openHarborCompose` and `wantedCompose` */
export async function openScene(
  delivery: ComposeDelivery,
  context: CertificateContext,
): Promise<ComposeScene> {
  const { document, world, signal } = context;
  const { pair, trust } = requireDeliverable(await context.gather(), "server", document, world.clock.now());
  const compose = await openHarborCompose(await hostOf(delivery, document, world), delivery.directory);
  const wanted = wantedCompose(delivery, compose);
  return { compose, wanted, delivery, pair, trust, leaf: leafDigest(pair.certificate), world, signal };
}

/** The files that harbor.yml names: `prepare` copies them. */
export function sourceFiles({ settings: { https } }: WantedCompose, pair: IssuedPair): readonly PairFile[] {
  return [
    { path: https.certificate, bytes: Buffer.from(pair.certificate), mode: 0o644 },
    { path: https.privateKey, bytes: Buffer.from(pair.privateKey.reveal()), mode: 0o600 },
  ];
}

/** The files that nginx reads, the key last: the two belong together from then on. */
export function servedFiles({ settings }: WantedCompose, pair: IssuedPair): readonly PairFile[] {
  const { certificate, privateKey } = servedPaths(settings.dataVolume);
  return [
    { path: certificate, bytes: Buffer.from(pair.certificate), mode: 0o600 },
    { path: privateKey, bytes: Buffer.from(pair.privateKey.reveal()), mode: 0o600 },
  ];
}

/** The files that are not as they are to be. */
export async function differing(host: Host, files: readonly PairFile[]): Promise<readonly PairFile[]> {
  const found = await Promise.all(files.map(({ path }) => host.readFile(path)));
  return files.filter(({ bytes }, i) => found[i]?.bytes.equals(bytes) !== true);
}

/** How two files stand to what they are to be; `absent` where one of them is missing. */
export async function stateOf(host: Host, files: readonly PairFile[]): Promise<CopyState> {
  const found = await Promise.all(files.map(({ path }) => host.readFile(path)));
  if (found.includes(undefined)) return "absent";
  return files.every(({ bytes }, i) => found[i]?.bytes.equals(bytes) === true) ? "same" : "differs";
}

/** Puts one file there: in place where there is one, which keeps inode, owner and mode. */
export async function writePairFile(host: Host, { path, bytes, mode }: PairFile): Promise<void> {
  if ((await host.stat(path)) !== undefined) return host.overwriteInPlace(path, bytes);
  await host.makeDirectory(path.slice(0, path.lastIndexOf("/")) || "/", 0o755);
  await host.writeFile(path, bytes, { mode });
}

/**
 * Whether the running proxy sees another certificate than the one on the machine: `prepare` replaces the folder, and
 * the container keeps the old one until it is started again (facts: harbor §3.1).
 */
export async function isStale(compose: HarborCompose, signal: AbortSignal): Promise<boolean> {
  const path = servedPaths(compose.settings.dataVolume).certificate;
  const outside = await compose.host.readFile(path);
  if (outside === undefined) return false;
  const inside = await compose.readInProxy(certificateInProxy, signal);
  return inside?.trimEnd() !== outside.bytes.toString("utf8").trimEnd();
}
