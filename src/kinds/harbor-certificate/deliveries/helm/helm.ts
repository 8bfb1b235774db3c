import type { Secret } from "../../../../clients/kubernetes/object.ts";
import { resources } from "../../../../clients/kubernetes/resources.ts";
import { nameOf } from "../../../../model/document.ts";
import { MoorlineError } from "../../../../model/errors.ts";
import type { World } from "../../../world.ts";
import type { CertificateContext } from "../../action.ts";
import { ownerAnnotation, secretType, wantedData } from "../../contents.ts";
import type { CertificateDocument, Gathered } from "../../gathered.ts";
import { secretNameOf } from "../../issuers/cert-manager/objects.ts";
import type { CopyState, ObservedHelm } from "../../observed.ts";
import { digestOf } from "../../pair.ts";
import type { Delivery } from "../delivery.ts";
import { requireDeliverable } from "../reason.ts";
import { exposureOf, readChartObjects, type Exposure } from "./exposure.ts";
import { helmFindings } from "./findings.ts";
import { gentlePath, gentleText, lossesOf } from "./gentle.ts";
import { planHelm, planHelmRemoval } from "./plan.ts";
import { readRelease } from "./release.ts";
import { certificateOf, isSettled, restart, rolledOut } from "./rollout.ts";
import type { HelmDelivery } from "./schema.ts";
import { servedAt } from "./served.ts";
import { valuesText } from "./values.ts";
import { verifyHelm } from "./verify.ts";

const fieldManager = "moorline-harbor-certificate";

/** A Harbor that its Helm chart runs. */
export const helmDelivery: Delivery = {
  observe: async ({ document, gathered, world, signal }) => {
    const helm = document.spec.deliver.helm;
    return helm === undefined ? {} : { helm: await observe(helm, document, gathered, world, signal) };
  },
  plan: planHelm,
  planRemoval: planHelmRemoval,
  run: async (action, context) => {
    if (action.type === "deliver-helm-secret") await writeSecret(context);
    else if (action.type === "restart-helm-nginx") await restartNginx(context);
    else if (action.type === "remove-helm-secret") await removeSecret(context);
    else return false;
    return true;
  },
  findings: helmFindings,
  verify: async (context) => {
    const { document, gathered, world, signal } = context;
    const helm = document.spec.deliver.helm;
    if (helm === undefined) return [];
    return verifyHelm(context, await observe(helm, document, gathered, world, signal));
  },
  render: async ({ document, world, signal }) => {
    const helm = document.spec.deliver.helm;
    if (helm === undefined) return [];
    const { secretName, nginx } = await lookUp(helm, document, world, signal);
    const path = `helm/${helm.release}-values.yaml`;
    const values = { path, text: valuesText(helm, secretName, document.metadata.name) };
    const isGentle = nginx === undefined || lossesOf(nginx).length === 0;
    return isGentle ? [values] : [values, { path: gentlePath(helm), text: gentleText(helm, nginx) }];
  },
};

interface Found extends Exposure {
  readonly secretName: string;
  readonly url: string;
}

async function lookUp(
  helm: HelmDelivery,
  document: CertificateDocument,
  world: World,
  signal: AbortSignal,
): Promise<Found> {
  const client = await world.kubernetes();
  const release = await readRelease(client, helm, signal);
  const exposure = exposureOf(await readChartObjects(client, helm, signal), release);
  const used = exposure.source === "secret" ? exposure.uses : undefined;
  const { hosts, ipAddresses } = document.spec;
  const external = release?.externalUrl?.startsWith("https://") === true ? release.externalUrl : undefined;
  return {
    ...exposure,
    // A Secret that the chart makes is made anew by its next upgrade: ours must be another.
    secretName: helm.secretName ?? used ?? `${helm.release}-tls`,
    url: helm.url ?? external ?? `https://${hosts[0] ?? ipAddresses[0] ?? ""}`,
  };
}

async function observe(
  helm: HelmDelivery,
  document: CertificateDocument,
  gathered: Gathered,
  world: World,
  signal: AbortSignal,
): Promise<ObservedHelm> {
  const { nginx, secretName, ...found } = await lookUp(helm, document, world, signal);
  const { namespace } = helm;
  const client = await world.kubernetes();
  const secret = await client.get<Secret>(resources.secrets, { namespace, name: secretName }, signal);
  const pair = gathered.pairs.get("server");
  return {
    at: `${namespace}/${secretName}`,
    secret: stateOf(secret, helm, document, gathered),
    exposure: found.exposure,
    source: found.source,
    ...(found.uses !== undefined && { uses: found.uses }),
    url: found.url,
    served: await servedAt(found.url, pair, signal),
    ...(nginx !== undefined && {
      deployment: {
        name: nginx.metadata.name ?? "",
        isCurrent: pair !== undefined && certificateOf(nginx) === digestOf(pair.certificate),
        isSettled: isSettled(nginx),
        losses: lossesOf(nginx),
      },
    }),
  };
}

/** The chart mounts Secrets of either type; a type can not be changed. */
const types: ReadonlySet<string | undefined> = new Set([secretType, "Opaque"]);

function stateOf(
  found: Secret | undefined,
  { namespace, takeOver }: HelmDelivery,
  document: CertificateDocument,
  gathered: Gathered,
): CopyState {
  if (found === undefined) return "absent";
  const wanted = wantedData({ ...delivered(namespace, found.metadata.name ?? "") }, gathered);
  const holds = (keys: readonly string[]): boolean =>
    wanted !== undefined && keys.every((key) => found.data?.[key] === wanted[key]);
  // The issuer itself writes there: what it wrote is what is to be there.
  if (isIssuersOwn(document, namespace, found.metadata.name))
    return holds(["tls.crt"]) || wanted === undefined ? "same" : "differs";
  const isOurs = found.metadata.annotations?.[ownerAnnotation] === document.metadata.name;
  if (!types.has(found.type) || (!isOurs && !takeOver)) return "foreign";
  return isOurs && holds(["tls.crt", "tls.key", "ca.crt"]) ? "same" : "differs";
}

const delivered = (namespace: string, name: string) => ({ of: "server", namespace, name, takeOver: false });

/** Whether a Secret is where the document's issuer itself keeps, or was given, the server's certificate. */
function isIssuersOwn(document: CertificateDocument, namespace: string, name: string | undefined): boolean {
  const { provided, certManager } = document.spec.issuer;
  const at =
    certManager === undefined
      ? provided?.secretRef
      : { namespace: certManager.namespace, name: secretNameOf(certManager, document, "server") };
  return at?.namespace === namespace && at.name === name;
}

async function writeSecret(context: CertificateContext): Promise<void> {
  const { document, world, signal } = context;
  const helm = document.spec.deliver.helm;
  if (helm === undefined) return;
  const gathered = await context.gather();
  requireDeliverable(gathered, "server", document, world.clock.now());
  const { namespace } = helm;
  const { secretName: name } = await lookUp(helm, document, world, signal);
  const client = await world.kubernetes();
  const found = await client.get<Secret>(resources.secrets, { namespace, name }, signal);
  const state = stateOf(found, helm, document, gathered);
  if (state === "same") return;
  if (state === "foreign")
    throw new MoorlineError("CERTIFICATE_STORE_CHANGED", { subject: `Secret/${namespace}/${name}` });
  const resourceVersion = found?.metadata.resourceVersion;
  const secret = {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { namespace, name, annotations: { [ownerAnnotation]: document.metadata.name } },
    type: found?.type ?? secretType,
    data: wantedData(delivered(namespace, name), gathered),
  };
  await client.apply(resources.secrets, secret, {
    signal,
    fieldManager,
    force: true,
    ...(resourceVersion !== undefined && { resourceVersion }),
  });
}

const looks = 15;
const pauseMs = 2000;

/** Replaces the pods where they serve another certificate, and does not count before the new one is seen. */
async function restartNginx(context: CertificateContext): Promise<void> {
  const { document, world, signal } = context;
  const helm = document.spec.deliver.helm;
  if (helm === undefined) return;
  const gathered = await context.gather();
  const { pair } = requireDeliverable(gathered, "server", document, world.clock.now());
  const { nginx, url } = await lookUp(helm, document, world, signal);
  const name = nginx?.metadata.name;
  if (nginx === undefined || name === undefined)
    throw new MoorlineError("PLAN_STALE", { subject: nameOf(document) });
  const client = await world.kubernetes();
  const at = { namespace: helm.namespace, name };
  const digest = digestOf(pair.certificate);
  const isCurrent = certificateOf(nginx) === digest;
  if (!isCurrent && (await servedAt(url, pair, signal)) === "same") return;
  if (!isCurrent) await restart(client, at, digest, world, signal);
  await rolledOut(client, at, world, signal);
  for (let look = 1; look <= looks; look++) {
    const served = await servedAt(url, pair, signal);
    if (served === "same" || served === "unreachable") return;
    await world.clock.sleep(pauseMs, signal);
  }
  throw new MoorlineError("HELM_NEW_CERTIFICATE_NOT_SERVED", {
    subject: nameOf(document),
    parameters: { url, deployment: `${helm.namespace}/${name}` },
  });
}

async function removeSecret({ document, world, signal }: CertificateContext): Promise<void> {
  const helm = document.spec.deliver.helm;
  if (helm === undefined) return;
  const { secretName: name } = await lookUp(helm, document, world, signal);
  const at = { namespace: helm.namespace, name };
  const client = await world.kubernetes();
  const found = await client.get<Secret>(resources.secrets, at, signal);
  if (found?.metadata.annotations?.[ownerAnnotation] !== document.metadata.name) return;
  const { uid } = found.metadata;
  await client.delete(resources.secrets, at, { signal, ...(uid !== undefined && { uid }) });
}
