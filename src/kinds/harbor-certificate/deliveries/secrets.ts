import type { Secret } from "../../../clients/kubernetes/object.ts";
import { resources } from "../../../clients/kubernetes/resources.ts";
import { MoorlineError } from "../../../model/errors.ts";
import { Sensitive } from "../../../model/sensitive.ts";
import { message } from "../../../text/message.ts";
import type { World } from "../../world.ts";
import type { CertificateContext, CertificateStep } from "../action.ts";
import { ownerAnnotation, secretType, wantedData } from "../contents.ts";
import type { CertificateDocument } from "../gathered.ts";
import type { CopyState, ObservedCertificate, ObservedCopy } from "../observed.ts";
import { requirePair, type IssuedPair } from "../pair.ts";
import { provePair } from "../prove-pair.ts";
import type { SecretDelivery } from "../schema-delivery.ts";
import type { Before, Delivery, DeliveryContext } from "./delivery.ts";
import { deliveryReason, requireDeliverable } from "./reason.ts";

/** Field manager of the Secrets that are delivered: of them we own what we set, and nothing else. */
const fieldManager = "moorline-harbor-certificate";

/** Secrets of type kubernetes.io/tls. */
export const secretsDelivery: Delivery = {
  observe: async (context) => ({ secrets: await observe(context) }),
  plan,
  planRemoval,
  run: async (action, context) => {
    if (action.type === "deliver-secret") await deliver(action.index, context);
    else if (action.type === "remove-secret") await remove(action.index, context);
    else return false;
    return true;
  },
  verify: (context) =>
    Promise.all(
      context.document.spec.deliver.secrets.map(({ of, namespace, name }) =>
        provePair(context, of, `Secret/${namespace}/${name}`, () =>
          readSecret({ namespace, name }, context.world, context.signal),
        ),
      ),
    ),
};

async function observe({
  document,
  gathered,
  world,
  signal,
}: DeliveryContext): Promise<readonly ObservedCopy[]> {
  const { secrets } = document.spec.deliver;
  if (secrets.length === 0) return [];
  const client = await world.kubernetes();
  return Promise.all(
    secrets.map(async (delivery) => {
      const { namespace, name } = delivery;
      const found = await client.get<Secret>(resources.secrets, { namespace, name }, signal);
      const state = stateOfSecret(found, delivery, document.metadata.name, wantedData(delivery, gathered));
      return { at: `${namespace}/${name}`, state };
    }),
  );
}

function stateOfSecret(
  found: Secret | undefined,
  { takeOver }: SecretDelivery,
  document: string,
  wanted: Readonly<Record<string, string>> | undefined,
): CopyState {
  if (found === undefined) return "absent";
  const isOurs = found.metadata.annotations?.[ownerAnnotation] === document;
  if (found.type !== secretType || (!isOurs && !takeOver)) return "foreign";
  const same =
    isOurs &&
    wanted !== undefined &&
    Object.entries(wanted).every(([key, value]) => found.data?.[key] === value);
  return same ? "same" : "differs";
}

function plan(
  { spec }: CertificateDocument,
  observed: ObservedCertificate,
  before: Before,
): readonly CertificateStep[] {
  return spec.deliver.secrets.flatMap(({ of, namespace, name }, index): CertificateStep[] => {
    const state = observed.secrets.find((c) => c.at === `${namespace}/${name}`)?.state ?? "absent";
    const after = before(of, false);
    if (state === "foreign" || (state === "same" && after.length === 0)) return [];
    return [
      {
        id: `secret/${namespace}/${name}`,
        change: state === "absent" ? "create" : "update",
        title: message("harborCertificate.deliverSecret", { of, secret: `${namespace}/${name}` }),
        target: `Secret/${namespace}/${name}`,
        reason: deliveryReason(after.length > 0, state === "absent"),
        after,
        action: { type: "deliver-secret", index },
      },
    ];
  });
}

function planRemoval(
  { spec }: CertificateDocument,
  observed: ObservedCertificate,
  reason: CertificateStep["reason"],
): readonly CertificateStep[] {
  return spec.deliver.secrets.flatMap(({ namespace, name, takeOver }, index): CertificateStep[] => {
    const at = `${namespace}/${name}`;
    const state = observed.secrets.find((c) => c.at === at)?.state;
    if (takeOver || (state !== "same" && state !== "differs")) return [];
    return [
      {
        id: `secret/${at}`,
        change: "delete",
        title: message("harborCertificate.removeSecret", { secret: at }),
        target: `Secret/${at}`,
        reason,
        after: [],
        action: { type: "remove-secret", index },
      },
    ];
  });
}

async function deliver(index: number, context: CertificateContext): Promise<void> {
  const { document, world, signal } = context;
  const delivery = document.spec.deliver.secrets[index];
  if (delivery === undefined) return;
  const gathered = await context.gather();
  requireDeliverable(gathered, delivery.of, document, world.clock.now());
  const { namespace, name, takeOver } = delivery;
  const client = await world.kubernetes();
  const found = await client.get<Secret>(resources.secrets, { namespace, name }, signal);
  const owner = found?.metadata.annotations?.[ownerAnnotation];
  if (found !== undefined && owner !== document.metadata.name && !takeOver)
    throw new MoorlineError("CERTIFICATE_STORE_CHANGED", { subject: `Secret/${namespace}/${name}` });
  const resourceVersion = found?.metadata.resourceVersion;
  const secret = {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { namespace, name, annotations: { [ownerAnnotation]: document.metadata.name } },
    type: secretType,
    data: wantedData(delivery, gathered),
  };
  await client.apply(resources.secrets, secret, {
    signal,
    fieldManager,
    force: true,
    ...(resourceVersion !== undefined && { resourceVersion }),
  });
}

async function remove(index: number, { document, world, signal }: CertificateContext): Promise<void> {
  const delivery = document.spec.deliver.secrets[index];
  if (delivery === undefined) return;
  const { namespace, name } = delivery;
  const client = await world.kubernetes();
  const found = await client.get<Secret>(resources.secrets, { namespace, name }, signal);
  if (found?.metadata.annotations?.[ownerAnnotation] !== document.metadata.name) return;
  const { uid } = found.metadata;
  await client.delete(resources.secrets, { namespace, name }, { signal, ...(uid !== undefined && { uid }) });
}

async function readSecret(
  at: { readonly namespace: string; readonly name: string },
  world: World,
  signal: AbortSignal,
): Promise<IssuedPair | undefined> {
  const secret = await (await world.kubernetes()).get<Secret>(resources.secrets, at, signal);
  const [certificate, key] = ["tls.crt", "tls.key"].map((k) => secret?.data?.[k]);
  if (certificate === undefined || key === undefined) return undefined;
  const decoded = (value: string): string => Buffer.from(value, "base64").toString("utf8");
  return requirePair(decoded(certificate), new Sensitive(decoded(key)), `Secret/${at.namespace}/${at.name}`);
}
