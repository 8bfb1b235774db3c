import { stringify } from "yaml";
import type { RolloutLoss } from "../../observed.ts";
import type { NginxDeployment } from "./exposure.ts";
import type { HelmDelivery } from "./schema.ts";

/**
 * Pure: what of a Deployment loses connections. A pod ends as soon as it is deleted, while kube-proxy and load balancers
 * still lead to it for some seconds: it must wait before it ends, and a new one must be there first.
 */
export function lossesOf({ spec }: NginxDeployment): readonly RolloutLoss[] {
  const { type, rollingUpdate } = spec?.strategy ?? {};
  const wanted = spec?.replicas ?? 1;
  const losses: RolloutLoss[] = [];
  if (type === "Recreate") losses.push("recreates");
  else if (downAtOnce(rollingUpdate?.maxUnavailable ?? "25%", wanted) >= wanted) losses.push("noneLeft");
  if (nginxOf(spec)?.lifecycle?.preStop === undefined) losses.push("noPreStop");
  return losses;
}

/** Kubernetes rounds a share of the pods down. */
function downAtOnce(maxUnavailable: number | string, replicas: number): number {
  if (typeof maxUnavailable === "number") return maxUnavailable;
  return Math.floor((Number.parseInt(maxUnavailable, 10) / 100) * replicas);
}

function nginxOf(
  spec: NginxDeployment["spec"],
): { readonly name: string; readonly lifecycle?: { readonly preStop?: object } } | undefined {
  const containers = spec?.template?.spec?.containers;
  return containers?.find((c) => c.name === "nginx") ?? containers?.[0];
}

/** A second or two is what it takes until nobody leads to a pod any more; load balancers look every five or ten. */
const waitSeconds = 15;
/** As the chart gives its other parts: for a layer that is on its way. */
const graceSeconds = 120;

/** A strategic merge patch. The chart has no value for any of it, and Helm leaves alone what no chart of it names. */
export function gentlePatch(nginx: NginxDeployment): object {
  const { name } = nginxOf(nginx.spec) ?? { name: "nginx" };
  const preStop = { exec: { command: ["sleep", String(waitSeconds)] } };
  return {
    spec: {
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      template: {
        spec: {
          terminationGracePeriodSeconds: graceSeconds,
          containers: [{ name, lifecycle: { preStop } }],
        },
      },
    },
  };
}

/** Where `moorline render` writes it. */
export const gentlePath = ({ release }: HelmDelivery): string => `helm/${release}-nginx-rollout.yaml`;

export function gentleText(helm: HelmDelivery, nginx: NginxDeployment): string {
  const { namespace, release } = helm;
  const name = nginx.metadata.name ?? "";
  return [
    `# Lets the nginx of the Helm release ${release} in ${namespace} be replaced without a lost connection.`,
    `# kubectl -n ${namespace} patch deployment ${name} --patch-file <this file>`,
    "# Once: it replaces the pods a last time without it, and upgrades of the release keep it.",
    stringify(gentlePatch(nginx)),
  ].join("\n");
}
