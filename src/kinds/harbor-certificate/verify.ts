import type { Proof } from "../../engine/kind.ts";
import { nameOf } from "../../model/document.ts";
import { message } from "../../text/message.ts";
import type { World } from "../world.ts";
import { deliveries } from "./deliveries/catalogue.ts";
import type { DeliveryContext } from "./deliveries/delivery.ts";
import { gather } from "./gather.ts";
import { pairNames, type CertificateDocument } from "./gathered.ts";
import { observe } from "./observe.ts";
import { provePair } from "./prove-pair.ts";

/** Proves that what lies where it is used verifies for every name, with its own key and against the CA. */
export async function verify(
  document: CertificateDocument,
  world: World,
  signal: AbortSignal,
): Promise<readonly Proof[]> {
  const gathered = await gather(document, world, signal);
  const context: DeliveryContext = { document, gathered, world, signal };
  const subject = gathered.store?.name ?? nameOf(document);
  const kept = await Promise.all(
    pairNames(document.spec).map((of) =>
      provePair(context, of, subject, () => Promise.resolve(gathered.pairs.get(of))),
    ),
  );
  const delivered = await Promise.all(deliveries.map((delivery) => delivery.verify(context)));
  return [...kept, ...delivered.flat(), ...(await proveCopies(document, world, signal))];
}

/** Files hold what they should, with the mode and owner that the document says. */
async function proveCopies(
  document: CertificateDocument,
  world: World,
  signal: AbortSignal,
): Promise<readonly Proof[]> {
  const { files, secrets } = await observe(document, world, signal);
  const title = message("harborCertificate.proofCopies");
  const wrong = [...files, ...secrets].filter((c) => c.state !== "same").map((c) => c.at);
  if (files.length + secrets.length === 0) return [];
  const subject = nameOf(document);
  return wrong.length === 0
    ? [
        {
          title,
          subject,
          ok: true,
          detail: message("harborCertificate.copiesHold", { count: files.length + secrets.length }),
        },
      ]
    : [
        {
          title,
          subject,
          ok: false,
          detail: message("harborCertificate.copiesDiffer", { places: wrong.join(", ") }),
        },
      ];
}
