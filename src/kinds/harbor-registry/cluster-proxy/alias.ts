import { isIP } from "node:net";
import type { KubernetesClient } from "../../../clients/kubernetes/client.ts";
import type { Deployment, KubernetesObject } from "../../../clients/kubernetes/object.ts";
import { resources } from "../../../clients/kubernetes/resources.ts";
import { finding, type Finding } from "../../../model/finding.ts";
import { deploymentName } from "../kubesphere-trust.ts";
import type { ClusterProxy } from "./schema.ts";

/** An entry of a pod's /etc/hosts. */
interface HostAlias {
  readonly ip: string;
  readonly hostnames?: readonly string[];
}

/** Which way ks-apiserver takes to Harbor, where it may come through the proxy. */
export interface ObservedAlias {
  readonly host: string;
  /** Of the proxy's Service; absent until it is there. */
  readonly address?: string;
  readonly aliases: readonly HostAlias[];
}

interface Service extends KubernetesObject {
  readonly spec?: { readonly clusterIP?: string };
}

type Labels = Readonly<Record<string, string>>;

/** @returns undefined where there is no ks-apiserver, or it may not come to the proxy, or Harbor has no name */
export async function observeAlias(
  client: KubernetesClient,
  proxy: ClusterProxy,
  { url, namespace }: { readonly url: string; readonly namespace: string },
  signal: AbortSignal,
): Promise<ObservedAlias | undefined> {
  const host = new URL(url).hostname;
  if (isIP(host.replaceAll(/[[\]]/g, "")) !== 0) return undefined;
  const at = { namespace, name: deploymentName };
  const deployment = await client.get<Deployment>(resources.deployments, at, signal);
  if (deployment === undefined) return undefined;
  // The controller may list namespaces, and needs no right to get one.
  const fieldSelector = `metadata.name=${namespace}`;
  const { items: homes } = await client.list(resources.namespaces, { fieldSelector, signal });
  const pod = deployment.spec?.template?.metadata?.labels ?? {};
  if (!mayCome(proxy, namespace, homes[0]?.metadata.labels ?? {}, pod)) return undefined;
  const place = { namespace: proxy.namespace, name: proxy.name };
  const service = await client.get<Service>(resources.services, place, signal);
  const address = service?.spec?.clusterIP;
  const spec = deployment.spec?.template?.spec as { readonly hostAliases?: readonly HostAlias[] } | undefined;
  return { host, ...(address !== undefined && { address }), aliases: spec?.hostAliases ?? [] };
}

/** As the NetworkPolicy is made from the same entries; a range of addresses may be anybody's. */
function mayCome(proxy: ClusterProxy, namespace: string, home: Labels, pod: Labels): boolean {
  const holds = (wanted: Labels, found: Labels): boolean =>
    Object.entries(wanted).every(([key, value]) => found[key] === value);
  return proxy.allowedSources.some(
    ({ cidr, namespaces, pods }) =>
      cidr !== undefined ||
      ((namespaces === undefined ? namespace === proxy.namespace : holds(namespaces, home)) &&
        holds(pods ?? {}, pod)),
  );
}

/** Whether ks-apiserver's pods take Harbor's name for the proxy. */
export const comesByProxy = ({ address, aliases, host }: ObservedAlias): boolean =>
  address !== undefined && aliases.find((a) => a.hostnames?.includes(host))?.ip === address;

/** Pure: ks-apiserver goes past the proxy, and the command that leads it there. */
export function aliasFindings(
  proxy: ClusterProxy,
  { url, namespace }: { readonly url: string; readonly namespace: string },
  observed: ObservedAlias,
): readonly Finding[] {
  if (comesByProxy(observed)) return [];
  const evidence = {
    url,
    proxy: `${proxy.namespace}/${proxy.name}`,
    command: commandOf(proxy, namespace, observed),
  };
  return [finding("CLUSTER_PROXY_PASSED_BY", `Deployment/${namespace}/${deploymentName}`, evidence)];
}

/** A merge patch replaces the list, so that what others have there is in it, and an alias of before is not. */
function commandOf(
  proxy: ClusterProxy,
  namespace: string,
  { host, address, aliases }: ObservedAlias,
): string {
  const others = aliases.flatMap((alias) => {
    const hostnames = alias.hostnames?.filter((name) => name !== host) ?? [];
    return hostnames.length === 0 ? [] : [{ ip: alias.ip, hostnames }];
  });
  // Until the Service is there, the shell asks for its address.
  const lookUp = `kubectl -n ${proxy.namespace} get service ${proxy.name} -o jsonpath={.spec.clusterIP}`;
  const ip = address ?? `'"$(${lookUp})"'`;
  const hostAliases = [...others, { ip, hostnames: [host] }];
  const patch = JSON.stringify({ spec: { template: { spec: { hostAliases } } } });
  const quoted = address === undefined ? patch.replaceAll(String.raw`\"`, '"') : patch;
  return `kubectl -n ${namespace} patch deployment ${deploymentName} --type merge -p '${quoted}'`;
}
