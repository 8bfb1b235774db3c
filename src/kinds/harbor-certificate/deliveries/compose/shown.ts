import { dialFromHere } from "../../../../clients/host/dial.ts";
import type { Dial } from "../../../../clients/host/host.ts";
import { probeTls } from "../../../../clients/tls/probe.ts";
import { readCertificates } from "../../../../pki/certificate.ts";
import type { World } from "../../../world.ts";
import { digestOf } from "../../pair.ts";
import type { Target } from "./wanted.ts";

/** What a client was shown. */
export interface Shown {
  /** TCP connected. */
  readonly connected: boolean;
  /** Digest of the certificate; absent where no TLS was spoken. */
  readonly leaf?: string;
  readonly serial?: string;
  /** The certificate and its intermediates, as they were sent. */
  readonly chain: string;
  /** Why there is no certificate. */
  readonly failure?: string;
}

/**
 * Shakes hands as a client does; what comes back is an answer, whatever it is.
 * @param trust what such a client trusts; reading the machine's own hundreds of roots instead takes its time
 */
export async function lookAt(
  { host, port, serverName }: Target,
  trust: string | undefined,
  signal: AbortSignal,
): Promise<Shown> {
  const tls = trust === undefined ? {} : { ca: trust };
  const seen = await probeTls({ host, port, serverName, signal, tls, timeoutMs: 5000 });
  const chain = seen.chainPem.join("");
  const { connected } = seen;
  if (chain === "") return { connected, chain, failure: seen.failure ?? "–" };
  return {
    connected,
    chain,
    leaf: leafDigest(chain),
    ...(seen.servedSerial !== undefined && { serial: seen.servedSerial }),
  };
}

/** Tells a certificate by itself, whatever is sent with it. */
export function leafDigest(chainPem: string): string {
  const [leaf] = readCertificates(chainPem);
  return leaf === undefined ? "" : digestOf(leaf.der);
}

export interface Patience {
  readonly attempts: number;
  /** Milliseconds between two. */
  readonly pause: number;
}

/** After a reload old workers end within moments. */
export const afterReload: Patience = { attempts: 40, pause: 250 };
/** Harbor's components wait for each other; nginx comes last. */
export const afterStart: Patience = { attempts: 240, pause: 500 };

/** Looks until a client is shown one certificate, three times in a row: nginx's workers change one by one. */
export async function waitForLeaf(
  leaf: string,
  target: Target,
  trust: string,
  { attempts, pause }: Patience,
  world: World,
  signal: AbortSignal,
): Promise<{ readonly ok: boolean; readonly last: Shown }> {
  let row = 0;
  for (let attempt = 1; ; attempt++) {
    const last = await lookAt(target, trust, signal);
    row = last.leaf === leaf ? row + 1 : 0;
    if (row === 3) return { ok: true, last };
    if (attempt >= attempts + 2 || signal.aborted) return { ok: false, last };
    await world.clock.sleep(row > 0 ? 20 : pause, signal);
  }
}

/** Whether a port takes connections. @param dial from which machine; this one by default */
export async function isOpen(
  host: string,
  port: number,
  signal: AbortSignal,
  dial: Dial = dialFromHere,
): Promise<boolean> {
  try {
    (await dial(host, port, signal)).destroy();
    return true;
  } catch {
    return false; // whatever the reason, nobody gets in
  }
}
