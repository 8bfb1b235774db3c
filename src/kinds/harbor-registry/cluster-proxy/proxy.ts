import type { KubernetesObject } from "../../../clients/kubernetes/object.ts";
import type { KindPlan, RunContext, Step } from "../../../engine/kind.ts";
import { nameOf, type Document } from "../../../model/document.ts";
import { MoorlineError } from "../../../model/errors.ts";
import { finding, type Finding } from "../../../model/finding.ts";
import { message } from "../../../text/message.ts";
import { resolveClientCertificate } from "../../shared/client-certificate-source.ts";
import { resolveTrust } from "../../shared/trust-source.ts";
import type { World } from "../../world.ts";
import type { HarborRegistrySpec } from "../schema.ts";
import { aliasFindings, observeAlias, type ObservedAlias } from "./alias.ts";
import {
  digestOf,
  fieldManagerOf,
  holds,
  managedBy,
  nameOfPart,
  objectOf,
  parts,
  resourceOf,
  type Part,
  type ProxyMaterial,
} from "./objects.ts";
import type { ClusterProxy } from "./schema.ts";

export type RegistryDocument = Document<HarborRegistrySpec>;

export interface ObservedPart {
  readonly part: Part;
  /** `ConfigMap/namespace/name` */
  readonly target: string;
  readonly state: "same" | "absent" | "differs" | "foreign";
  /** Of what it must be. */
  readonly digest: string;
}

export interface ObservedProxy {
  readonly parts: readonly ObservedPart[];
  readonly alias?: ObservedAlias;
}

export type ProxyAction =
  | { readonly type: "proxy-apply"; readonly part: Part; readonly digest: string }
  | { readonly type: "proxy-delete"; readonly part: Part };

type ProxyStep = Step<ProxyAction>;

/** What the proxy is made from, read as the registry's own client reads it. @throws what resolving throws */
async function gatherMaterial(
  { spec, source }: RegistryDocument,
  world: World,
  signal: AbortSignal,
): Promise<ProxyMaterial> {
  const { ca, clientCertificate } = spec.tls;
  // The schema sees to it that both are there.
  if (ca === undefined || clientCertificate === undefined)
    throw new MoorlineError("INTERNAL", {
      subject: spec.url,
      parameters: { reason: "no client certificate" },
    });
  const [bundle, client] = await Promise.all([
    resolveTrust(ca, source.directory, world, signal),
    resolveClientCertificate(clientCertificate, source.directory, world, signal),
  ]);
  return { url: new URL(spec.url).origin, ca: bundle, client };
}

const placeOf = (part: Part, proxy: ClusterProxy) => ({
  namespace: proxy.namespace,
  name: nameOfPart(part, proxy),
});

/** Reads the proxy's objects; undefined where the document asks for none. */
export async function observeProxy(
  document: RegistryDocument,
  world: World,
  signal: AbortSignal,
): Promise<ObservedProxy | undefined> {
  const proxy = document.spec.clusterProxy;
  if (proxy === undefined) return undefined;
  const client = await world.kubernetes();
  const material = await gatherMaterial(document, world, signal);
  const observed = parts.map(async (part): Promise<ObservedPart> => {
    const wanted = objectOf(part, proxy, material);
    const at = placeOf(part, proxy);
    const found = await client.get<KubernetesObject>(resourceOf[part], at, signal);
    const isOurs =
      found?.metadata.labels?.["app.kubernetes.io/managed-by"] === managedBy["app.kubernetes.io/managed-by"];
    const state =
      found === undefined ? "absent" : !isOurs ? "foreign" : holds(found, wanted) ? "same" : "differs";
    const target = `${resourceOf[part].kind}/${at.namespace}/${at.name}`;
    return { part, target, state, digest: digestOf(wanted) };
  });
  const alias = await observeAlias(client, proxy, aliasOf(document), signal);
  return { parts: await Promise.all(observed), ...(alias !== undefined && { alias }) };
}

const aliasOf = ({ spec }: Pick<RegistryDocument, "spec">) => ({
  url: spec.url,
  namespace: spec.kubesphere.namespace,
});

/** Plans what the proxy still lacks. New files are taken up without a restart; only the Deployment itself rolls. */
export function planProxy(
  { spec }: RegistryDocument,
  { parts: observed, alias }: ObservedProxy,
): KindPlan<ProxyAction> {
  const foreign = observed.filter((p) => p.state === "foreign");
  if (foreign.length > 0)
    return { steps: [], findings: foreign.map((p) => finding("CLUSTER_PROXY_OBJECT_NOT_OURS", p.target)) };
  const wanting = observed.filter((p) => p.state !== "same");
  const ids = wanting.map((p) => `proxy/${p.part}`);
  const steps = wanting.map(({ part, target, state, digest }): ProxyStep => ({
    id: `proxy/${part}`,
    change: state === "absent" ? "create" : "update",
    title: message(`clusterProxy.write.${part}`, { url: spec.url }),
    target,
    reason:
      state === "absent" ? message("clusterProxy.becauseAbsent") : message("clusterProxy.becauseDiffers"),
    // Pods start with everything that they mount in place.
    after: part === "deployment" ? ids.filter((id) => id !== "proxy/deployment") : [],
    action: { type: "proxy-apply", part, digest },
  }));
  const { clusterProxy } = spec;
  const way =
    clusterProxy === undefined || alias === undefined
      ? []
      : aliasFindings(clusterProxy, aliasOf({ spec }), alias);
  return { steps, findings: [...byTag(clusterProxy), ...way] };
}

/** A tag may name another image tomorrow, and this one holds a client certificate's key. */
const byTag = (proxy: ClusterProxy | undefined): readonly Finding[] =>
  proxy === undefined || proxy.image.includes("@sha256:")
    ? []
    : [
        finding("CLUSTER_PROXY_IMAGE_BY_TAG", `Deployment/${proxy.namespace}/${proxy.name}`, {
          image: proxy.image,
        }),
      ];

/** Takes the proxy away, the pods first. */
export function planProxyRemoval(
  { spec }: RegistryDocument,
  { parts: observed }: ObservedProxy,
): KindPlan<ProxyAction> {
  const ours = observed.filter((p) => p.state === "same" || p.state === "differs").toReversed();
  const steps = ours.map(({ part, target }, i): ProxyStep => ({
    id: `proxy/${part}`,
    change: "delete",
    title: message("clusterProxy.remove", { url: spec.url }),
    target,
    reason: message("clusterProxy.becauseRemoved"),
    after: i === 0 ? [] : [`proxy/${ours[0]?.part}`],
    ...(part === "deployment" && {
      interrupts: message("clusterProxy.interruptsRemoval", { url: spec.url }),
    }),
    action: { type: "proxy-delete", part },
  }));
  return { steps, findings: [] };
}

/** Carries out one step: server-side apply of one object, or its removal. */
export async function runProxy(
  action: ProxyAction,
  { document, world, signal }: RunContext<HarborRegistrySpec, World>,
): Promise<void> {
  const proxy = document.spec.clusterProxy;
  if (proxy === undefined) throw new MoorlineError("PLAN_STALE", { subject: nameOf(document) });
  const client = await world.kubernetes();
  const resource = resourceOf[action.part];
  const at = placeOf(action.part, proxy);
  const found = await client.get<KubernetesObject>(resource, at, signal);
  const isForeign =
    found !== undefined && found.metadata.labels?.["app.kubernetes.io/managed-by"] !== "moorline";
  if (isForeign)
    throw new MoorlineError("PLAN_STALE", { subject: `${resource.kind}/${at.namespace}/${at.name}` });
  if (action.type === "proxy-delete") return void (await client.delete(resource, at, { signal }));
  const object = objectOf(action.part, proxy, await gatherMaterial(document, world, signal));
  if (digestOf(object) !== action.digest)
    throw new MoorlineError("PLAN_STALE", { subject: nameOf(document) });
  await client.apply(resource, object, { signal, fieldManager: fieldManagerOf(proxy), force: true });
}
