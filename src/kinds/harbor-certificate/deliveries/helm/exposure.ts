import type { KubernetesClient } from "../../../../clients/kubernetes/client.ts";
import type { Deployment, KubernetesObject } from "../../../../clients/kubernetes/object.ts";
import { resources } from "../../../../clients/kubernetes/resources.ts";
import type { HelmDeployment } from "../../../shared/harbor-deployment.ts";
import type { ObservedHelm } from "../../observed.ts";
import type { HelmRelease } from "./release.ts";

/** The part of an Ingress that says which certificate it serves. */
export interface Ingress extends KubernetesObject {
  readonly spec?: { readonly tls?: readonly { readonly secretName?: string }[] };
}

/** A Deployment with what a rollout is followed by. */
export interface NginxDeployment extends Deployment {
  readonly spec?: NonNullable<Deployment["spec"]> & {
    readonly strategy?: {
      readonly type?: string;
      readonly rollingUpdate?: { readonly maxUnavailable?: number | string };
    };
    readonly template?: {
      readonly spec?: {
        readonly containers?: readonly {
          readonly name: string;
          readonly lifecycle?: { readonly preStop?: object };
        }[];
      };
    };
  };
  readonly status?: NonNullable<Deployment["status"]> & {
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason?: string;
      readonly message?: string;
    }[];
  };
}

/** The objects of one release that matter for TLS. */
export interface ChartObjects {
  readonly ingresses: readonly Ingress[];
  readonly deployments: readonly NginxDeployment[];
}

/** How a release is met, as its objects and its Helm record tell. */
export interface Exposure {
  readonly exposure: ObservedHelm["exposure"];
  readonly source: ObservedHelm["source"];
  /** Name of the Secret that the release uses. */
  readonly uses?: string;
  readonly nginx?: NginxDeployment;
}

/** Every object of the chart carries the release's name in this label, in all its versions. */
export async function readChartObjects(
  client: KubernetesClient,
  { namespace, release }: HelmDeployment,
  signal: AbortSignal,
): Promise<ChartObjects> {
  const options = { namespace, labelSelector: `release=${release}`, signal };
  const [ingresses, deployments] = await Promise.all([
    client.list<Ingress>(resources.ingresses, options),
    client.list<NginxDeployment>(resources.deployments, options),
  ]);
  return { ingresses: ingresses.items, deployments: deployments.items };
}

/** Kinds of `expose.type` in which the chart's own nginx ends TLS. */
const nginxTypes: ReadonlySet<string | undefined> = new Set(["nodePort", "clusterIP", "loadBalancer"]);

/** Pure: what Helm recorded says what was meant, the objects say what is. */
export function exposureOf(
  { ingresses, deployments }: ChartObjects,
  release: HelmRelease | undefined,
): Exposure {
  const nginx = deployments.find((d) => d.metadata.labels?.["component"] === "nginx");
  const ingress = ingresses.find((i) => i.metadata.name?.endsWith("-ingress")) ?? ingresses[0];
  // An Ingress with the release's label may be somebody's own, before the chart's nginx.
  const isByNginx = nginx !== undefined && nginxTypes.has(release?.exposeType);
  if (ingress !== undefined && !isByNginx)
    return { exposure: "ingress", ...sourceOf(release, ingress.metadata.name, secretOfIngress(ingress)) };
  if (nginx !== undefined)
    return { exposure: "nginx", nginx, ...sourceOf(release, nginx.metadata.name, secretOfNginx(nginx)) };
  if (release === undefined && deployments.length === 0) return { exposure: "absent", source: "unknown" };
  // expose.type: route. TLS ends at a Gateway that the chart does not make.
  return { exposure: "other", source: "none" };
}

/** A Secret that TLS is to use; {@link none} where the entry names none, undefined where TLS is off. */
type Used = string | undefined;

/** No name of a Secret: those are lower-case. */
const none = "NONE";

function secretOfIngress({ spec }: Ingress): Used {
  const [tls] = spec?.tls ?? [];
  if (tls === undefined) return undefined;
  return tls.secretName === undefined || tls.secretName === "" ? none : tls.secretName;
}

const secretOfNginx = ({ spec }: NginxDeployment): Used =>
  spec?.template?.spec?.volumes?.find((v) => v.name === "certificate")?.secret?.secretName;

/** Certificates that the chart makes lie in a Secret of the same name as the Ingress or Deployment (harbor-helm's helpers). */
function sourceOf(
  release: HelmRelease | undefined,
  own: string | undefined,
  used: Used,
): Pick<Exposure, "source" | "uses"> {
  if (used === undefined) return { source: "off" };
  if (used === none) return { source: "none" };
  const isAuto = release?.certSource === undefined ? used === own : release.certSource === "auto";
  return { source: isAuto ? "auto" : "secret", uses: used };
}
