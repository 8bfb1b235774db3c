import type { Proof } from "../../engine/kind.ts";
import { describeError, isError } from "../../model/errors.ts";
import { message } from "../../text/message.ts";
import type { DeliveryContext } from "./deliveries/delivery.ts";
import type { IssuedPair } from "./pair.ts";
import { requireUsable } from "./usable.ts";

/** Proves that a pair verifies for every name, with its own key and against the CA. */
export async function provePair(
  { document, gathered: { trust }, world }: DeliveryContext,
  of: string,
  subject: string,
  read: () => Promise<IssuedPair | undefined>,
): Promise<Proof> {
  const title = message("harborCertificate.proofVerifies", { of });
  try {
    const pair = await read();
    if (pair === undefined || trust === undefined)
      return { title, subject, ok: false, detail: message("harborCertificate.missing") };
    requireUsable(document, of, pair, trust, world.clock.now());
    const names = of === "server" ? [...document.spec.hosts, ...document.spec.ipAddresses].join(", ") : of;
    return { title, subject, ok: true, detail: message("harborCertificate.verifies", { names }) };
  } catch (thrown) {
    if (
      !isError(
        thrown,
        "CERTIFICATE_NOT_USABLE",
        "PKI_KEY_MISMATCH",
        "PKI_NOT_PEM",
        "PKI_CERTIFICATE_MISSING",
        "PKI_KEY_MISSING",
      )
    )
      throw thrown;
    const reason = { en: describeError(thrown, "en").what, zh: describeError(thrown, "zh-CN").what };
    return { title, subject, ok: false, detail: message("harborCertificate.because", { reason }) };
  }
}
