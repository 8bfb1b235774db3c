import type { Finding } from "../../../model/finding.ts";
import type { Message } from "../../../text/message.ts";
import type { World } from "../../world.ts";
import type { CertificateAction, CertificateContext, CertificateStep } from "../action.ts";
import type { CertificateDocument, Gathered } from "../gathered.ts";
import type { ObservedCertificate } from "../observed.ts";
import type { IssuedPair } from "../pair.ts";
import type { Store } from "../store.ts";

/** What must be there before anything can be issued: a CA, an account. */
export interface Preparation {
  readonly steps: readonly CertificateStep[];
  /** Nothing can be issued now, and nothing that is there may be touched; a finding says why. */
  readonly isStuck: boolean;
}

/** A new pair. */
export interface Issued extends IssuedPair {
  /** What clients will verify it against, where only the new certificate tells; what was gathered otherwise. */
  readonly trust?: string;
}

/**
 * One way to come by certificates. The kind decides when one is due, verifies what comes back and keeps it; an issuer
 * only says what there is and makes what is asked for.
 */
export interface Issuer {
  /** Where it keeps what it issued; absent where somebody else keeps it. */
  openStore?(document: CertificateDocument, world: World, signal: AbortSignal): Promise<Store>;
  /** Reads everything there is. @throws CERTIFICATE_AUTHORITY_BROKEN, CERTIFICATE_NOT_USABLE, PASSPHRASE_MISSING, PKI_* */
  gather(document: CertificateDocument, world: World, signal: AbortSignal): Promise<Gathered>;
  /** The CA that clients are to trust, without opening any key; undefined where it is not there yet. */
  trust(document: CertificateDocument, world: World, signal: AbortSignal): Promise<string | undefined>;
  /** One pair that it issued, without opening the CA's key. */
  pair(
    document: CertificateDocument,
    of: string,
    world: World,
    signal: AbortSignal,
  ): Promise<IssuedPair | undefined>;
  /** The part of the observation that is its own. */
  observe?(
    document: CertificateDocument,
    world: World,
    signal: AbortSignal,
  ): Promise<Partial<ObservedCertificate>>;
  /** Pure: what its part of the observation shows. */
  findings?(document: CertificateDocument, observed: ObservedCertificate, now: Date): readonly Finding[];
  /** Pure. */
  prepare?(document: CertificateDocument, observed: ObservedCertificate, now: Date): Preparation;
  runPreparation?(action: CertificateAction, context: CertificateContext): Promise<void>;
  /** Pure: the steps that issue `of`; undefined where the kind is to decide whether that is due. */
  planIssue?(
    document: CertificateDocument,
    observed: ObservedCertificate,
    of: string,
    now: Date,
    after: readonly string[],
  ): readonly CertificateStep[] | undefined;
  /** Pure: takes away what it put elsewhere than into its store. */
  planRemoval?(
    document: CertificateDocument,
    observed: ObservedCertificate,
    after: readonly string[],
    because: Message,
  ): readonly CertificateStep[];
  /** Makes a new pair; absent where certificates are brought along. */
  issue?(of: string, context: CertificateContext): Promise<Issued>;
}
