import { readFile } from "node:fs/promises";
import { createSecureContext } from "node:tls";
import type { KubernetesClient } from "../../clients/kubernetes/client.ts";
import { fromUnknown, MoorlineError } from "../../model/errors.ts";
import { inspectCertificate } from "../../pki/inspect.ts";
import { keepCertificates } from "./certificate-secret.ts";
import type { CertificateNames } from "./certificates.ts";
import type { PolicyIndex } from "./policy-index.ts";
import { entriesFor, register, type RegistrationSettings } from "./registration.ts";
import type { ServedPair } from "./server.ts";

/** Where the webhook's certificate comes from. */
export type CertificateSource =
  /** Our own PKI, kept in a Secret. */
  | {
      readonly type: "own";
      readonly namespace: string;
      readonly secret: string;
      readonly names: CertificateNames;
    }
  /** Files that somebody else renews; without `caPath` the configurations' caBundle is somebody else's too. */
  | {
      readonly type: "files";
      readonly certificatePath: string;
      readonly keyPath: string;
      readonly caPath: string | undefined;
    };

export interface KeeperOptions {
  readonly client: KubernetesClient;
  readonly source: CertificateSource;
  readonly registration: Omit<RegistrationSettings, "caBundle">;
  readonly index: PolicyIndex;
  /** How long everybody needs to learn of a change, in milliseconds. */
  readonly settleMs: number;
  readonly now: () => Date;
  readonly signal: AbortSignal;
}

interface Material {
  readonly pair: ServedPair;
  readonly caBundle: string | undefined;
}

/** Keeps the certificate and the registration as they should be, one check at a time. */
export class Keeper {
  readonly #options: KeeperOptions;
  #pair: ServedPair | undefined;
  /** Milliseconds since 1970. */
  #ends = 0;
  #published: string | undefined;

  constructor(options: KeeperOptions) {
    this.#options = options;
  }

  /** When the certificate that is served ends, in milliseconds since 1970. */
  get ends(): number {
    return this.#ends;
  }

  /**
   * @returns the pair to serve, and whether it is another than before
   * @throws WEBHOOK_CERTIFICATE_UNREADABLE for files that are not there, or of which only one is new yet; KUBERNETES_*
   */
  async certificate(): Promise<{ readonly pair: ServedPair; readonly changed: boolean }> {
    const { pair } = await this.#material();
    const known = this.#pair;
    const changed = known?.certificate !== pair.certificate || known.key !== pair.key;
    this.#pair = pair;
    if (changed) this.#ends = inspectCertificate(pair.certificate).notAfter.getTime();
    return { pair, changed };
  }

  /**
   * Tells the API server where we are and whom to trust: before a certificate of a new authority is served, because
   * that one is made only by who has published its authority.
   * @throws KUBERNETES_*
   */
  async publish(): Promise<void> {
    const { client, registration, index, signal } = this.#options;
    if (!index.complete) return;
    const { caBundle } = await this.#material();
    const entries = entriesFor(index.bindings, index.namespaces, registration.ownNamespace);
    await register(client, entries, { ...registration, caBundle }, signal);
    this.#published = caBundle;
  }

  async #material(): Promise<Material> {
    const { source, client, registration, settleMs, now, signal } = this.#options;
    if (source.type === "files") {
      const [certificate, key, ca] = await Promise.all([
        readText(source.certificatePath),
        readText(source.keyPath),
        source.caPath === undefined ? undefined : readText(source.caPath),
      ]);
      requirePair({ certificate, key }, source.certificatePath);
      // Two who write it would undo each other's work for ever.
      return { pair: { certificate, key }, caBundle: registration.injectFrom === undefined ? ca : undefined };
    }
    const kept = await keepCertificates(
      client,
      { namespace: source.namespace, name: source.secret },
      { ...source.names, settleMs, published: this.#published },
      now,
      signal,
    );
    return {
      pair: { certificate: kept.certificate, key: kept.key.reveal() },
      caBundle: kept.authorities,
    };
  }
}

/** A certificate without its key would end every thread that is told to serve it. */
function requirePair({ certificate, key }: ServedPair, path: string): void {
  try {
    createSecureContext({ cert: certificate, key });
  } catch (thrown) {
    throw unreadable(path, thrown);
  }
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (thrown) {
    throw unreadable(path, thrown);
  }
}

const unreadable = (path: string, thrown: unknown): MoorlineError =>
  new MoorlineError("WEBHOOK_CERTIFICATE_UNREADABLE", {
    subject: path,
    parameters: { reason: fromUnknown(thrown, path).message },
    cause: thrown,
  });
