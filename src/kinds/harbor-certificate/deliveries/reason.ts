import { nameOf } from "../../../model/document.ts";
import { MoorlineError } from "../../../model/errors.ts";
import { message, type Message } from "../../../text/message.ts";
import type { CertificateDocument, Gathered } from "../gathered.ts";
import type { IssuedPair } from "../pair.ts";
import { requireUsable } from "../usable.ts";

/** Why something is delivered. */
export function deliveryReason(isIssued: boolean, isNew: boolean): Message {
  if (isIssued) return message("harborCertificate.becauseIssued");
  return message(isNew ? "harborCertificate.becauseAbsent" : "harborCertificate.becauseDiffers");
}

/**
 * The pair to deliver, verified once more: nothing broken is put over what works.
 * @throws CERTIFICATE_STORE_CHANGED where there is none, CERTIFICATE_NOT_USABLE
 */
export function requireDeliverable(
  { pairs, trust }: Gathered,
  of: string,
  document: CertificateDocument,
  now: Date,
): { readonly pair: IssuedPair; readonly trust: string } {
  const pair = pairs.get(of);
  if (pair === undefined || trust === undefined)
    throw new MoorlineError("CERTIFICATE_STORE_CHANGED", { subject: nameOf(document) });
  requireUsable(document, of, pair, trust, now);
  return { pair, trust };
}
