import type { Proof, RenderedFile } from "../../../engine/kind.ts";
import type { Finding } from "../../../model/finding.ts";
import type { Message } from "../../../text/message.ts";
import type { World } from "../../world.ts";
import type { CertificateAction, CertificateContext, CertificateStep } from "../action.ts";
import type { CertificateDocument, Gathered } from "../gathered.ts";
import type { ObservedCertificate } from "../observed.ts";

/** What a delivery reads with. */
export interface DeliveryContext {
  readonly document: CertificateDocument;
  readonly gathered: Gathered;
  readonly world: World;
  readonly signal: AbortSignal;
}

/**
 * The ids of the steps that must be done before something of `of` can be delivered: issued anew, or a new revocation
 * list where the delivery wants one. None where what is there stays.
 */
export type Before = (of: string, wantsList: boolean) => readonly string[];

/** One way to put certificates where they are used. It serves all entries of its own field of `spec.deliver`. */
export interface Delivery {
  /** The part of the observation that is its own. */
  observe(context: DeliveryContext): Promise<Partial<ObservedCertificate>>;
  /** Pure. */
  plan(
    document: CertificateDocument,
    observed: ObservedCertificate,
    before: Before,
  ): readonly CertificateStep[];
  /** Pure: takes away what was delivered, and nothing else. */
  planRemoval(
    document: CertificateDocument,
    observed: ObservedCertificate,
    because: Message,
  ): readonly CertificateStep[];
  /** @returns whether the action is one of its own, and done */
  run(action: CertificateAction, context: CertificateContext): Promise<boolean>;
  verify(context: DeliveryContext): Promise<readonly Proof[]>;
  /** Pure: what its part of the observation shows. */
  findings?(document: CertificateDocument, observed: ObservedCertificate): readonly Finding[];
  /** Pure: what stays behind when the document is destroyed. */
  removalFindings?(document: CertificateDocument, observed: ObservedCertificate): readonly Finding[];
  /** What a person sets elsewhere so that this delivery is used. */
  render?(context: Omit<DeliveryContext, "gathered">): Promise<readonly RenderedFile[]>;
}
