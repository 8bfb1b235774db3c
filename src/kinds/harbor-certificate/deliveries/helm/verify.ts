import type { Proof } from "../../../../engine/kind.ts";
import type { Secret } from "../../../../clients/kubernetes/object.ts";
import { resources } from "../../../../clients/kubernetes/resources.ts";
import { Sensitive } from "../../../../model/sensitive.ts";
import { message, type Message } from "../../../../text/message.ts";
import type { ObservedHelm } from "../../observed.ts";
import { requirePair, type IssuedPair } from "../../pair.ts";
import { provePair } from "../../prove-pair.ts";
import type { DeliveryContext } from "../delivery.ts";

/** Proves that the Secret holds a usable pair, that the release uses it, and what is met from outside. */
export async function verifyHelm(context: DeliveryContext, seen: ObservedHelm): Promise<readonly Proof[]> {
  const subject = `Secret/${seen.at}`;
  return [
    await provePair(context, "server", subject, () => readSecret(seen.at, context)),
    proveUse(context, seen),
    proveServed(seen),
  ];
}

function proveUse({ document }: DeliveryContext, seen: ObservedHelm): Proof {
  const { namespace, release } = document.spec.deliver.helm ?? { namespace: "", release: "" };
  const ok = seen.source === "secret" && `${namespace}/${seen.uses ?? ""}` === seen.at;
  const title = message("helm.proofUses", { secret: seen.at });
  const detail = ok
    ? message("helm.uses", { exposure: seen.exposure })
    : message("helm.usesNot", { source: seen.source, uses: seen.uses ?? "-" });
  return { title, subject: `${namespace}/${release}`, ok, detail };
}

/** From where nothing is reached, nothing can be said against it; and that is said. */
function proveServed(seen: ObservedHelm): Proof {
  const details: Readonly<Record<ObservedHelm["served"], Message>> = {
    same: message("helm.servedSame"),
    differs: message("helm.servedDiffers"),
    unreachable: message("helm.servedUnreachable"),
  };
  return {
    title: message("helm.proofServed"),
    subject: seen.url,
    ok: seen.served !== "differs",
    detail: details[seen.served],
  };
}

async function readSecret(at: string, { world, signal }: DeliveryContext): Promise<IssuedPair | undefined> {
  const [namespace = "", name = ""] = at.split("/");
  const client = await world.kubernetes();
  const data = (await client.get<Secret>(resources.secrets, { namespace, name }, signal))?.data;
  const [certificate, key] = [data?.["tls.crt"], data?.["tls.key"]];
  if (certificate === undefined || key === undefined) return undefined;
  const decoded = (value: string): string => Buffer.from(value, "base64").toString("utf8");
  return requirePair(decoded(certificate), new Sensitive(decoded(key)), `Secret/${at}`);
}
