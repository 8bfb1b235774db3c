import type { Host } from "../../../clients/host/host.ts";
import type { TlsOptions } from "../../../clients/http/tls-options.ts";
import type { KubernetesClient } from "../../../clients/kubernetes/client.ts";
import type { Deployment, KubernetesObject } from "../../../clients/kubernetes/object.ts";
import { resources } from "../../../clients/kubernetes/resources.ts";
import type { Proof } from "../../../engine/kind.ts";
import { describeError, isError, isNetworkError, MoorlineError } from "../../../model/errors.ts";
import { message } from "../../../text/message.ts";
import { resolveTrust } from "../../shared/trust-source.ts";
import type { World } from "../../world.ts";
import { podPort } from "./nginx.ts";
import { labelsOf } from "./objects.ts";
import type { RegistryDocument } from "./proxy.ts";
import type { ClusterProxy } from "./schema.ts";

const rolloutMs = 120_000;
/** A Deployment that was just made is reported on within a second, on a busy cluster within some. */
const firstReportMs = 10_000;
const lookEveryMs = 2000;

interface Pod extends KubernetesObject {
  readonly status?: {
    readonly podIP?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

/** Proves that the proxy's pods are there, and, where this machine reaches pods, that Harbor answers through each. */
export async function verifyProxy(
  document: RegistryDocument,
  world: World,
  signal: AbortSignal,
): Promise<readonly Proof[]> {
  const proxy = document.spec.clusterProxy;
  if (proxy === undefined) return [];
  const client = await world.kubernetes();
  const rollout = await proveRollout(proxy, client, world, signal);
  if (!rollout.ok) return [rollout];
  const selector = Object.entries(labelsOf(proxy.name)).map(([key, value]) => `${key}=${value}`);
  const { items } = await client.list<Pod>(resources.pods, {
    namespace: proxy.namespace,
    labelSelector: selector.join(","),
    signal,
  });
  const isReady = ({ status }: Pod): boolean =>
    status?.conditions?.some((c) => c.type === "Ready" && c.status === "True") === true;
  const addresses = items.filter(isReady).flatMap(({ status }) => status?.podIP ?? []);
  const proofs = await Promise.all(
    addresses.map((address) => proveWay(address, document, proxy, world, signal)),
  );
  return [rollout, ...proofs.flatMap((p) => p ?? [])];
}

async function proveRollout(
  { namespace, name }: ClusterProxy,
  client: KubernetesClient,
  world: World,
  signal: AbortSignal,
): Promise<Proof> {
  const at = { namespace, name };
  let found = await client.get<Deployment>(resources.deployments, at, signal);
  const isAwaited = (waited: number): boolean =>
    isRollingOut(found)
      ? waited < rolloutMs
      : found !== undefined && found.status?.observedGeneration === undefined && waited < firstReportMs;
  for (let waited = 0; isAwaited(waited); waited += lookEveryMs) {
    await world.clock.sleep(lookEveryMs, signal);
    found = await client.get<Deployment>(resources.deployments, at, signal);
  }
  const ready = found?.status?.availableReplicas ?? 0;
  const wanted = found?.spec?.replicas ?? 1;
  const isReported = found?.status?.observedGeneration !== undefined;
  const ok = found !== undefined && !isRollingOut(found);
  return {
    title: message("clusterProxy.proofRollout"),
    subject: `Deployment/${namespace}/${name}`,
    ok,
    detail:
      ok && !isReported
        ? message("clusterProxy.unreported")
        : message("clusterProxy.available", { ready, wanted }),
  };
}

/** As `kubectl rollout status` tells it. Where nobody reports (no controller runs), there is nothing to wait for. */
function isRollingOut(found: Deployment | undefined): boolean {
  if (found?.status?.observedGeneration === undefined) return false;
  const { metadata, spec, status } = found;
  const wanted = spec?.replicas ?? 1;
  return (
    (status.observedGeneration ?? 0) < (metadata.generation ?? 0) ||
    (status.updatedReplicas ?? 0) < wanted ||
    (status.availableReplicas ?? 0) < wanted
  );
}

/** @returns undefined where pods are out of this machine's reach, which says nothing about the proxy */
async function proveWay(
  address: string,
  document: RegistryDocument,
  proxy: ClusterProxy,
  world: World,
  signal: AbortSignal,
): Promise<Proof | undefined> {
  const { spec, source } = document;
  const url = new URL(spec.url).origin;
  const ca = await resolveTrust(
    { certificate: proxy.certificate.certificate },
    source.directory,
    world,
    signal,
  );
  const tls: TlsOptions = { ca };
  const { host } = world;
  const pod: Host = { ...host, dial: (_host, _port, by) => host.dial(address, podPort, by) };
  const base = {
    title: message("clusterProxy.proofWay", { url }),
    subject: `Pod/${proxy.namespace}/${address}`,
  };
  const failed = (reason: string | { en: string; zh: string }): Proof => ({
    ...base,
    ok: false,
    detail: message("clusterProxy.noWay", { reason }),
  });
  try {
    const path = proxy.allowedPaths.includes("/v2/") ? "/v2/" : (proxy.allowedPaths[0] ?? "/");
    const answer = await world
      .endpoint(url, tls, pod)
      .request({ method: "GET", path, signal, timeoutMs: 15_000 });
    // 400 is nginx's answer to a missing client certificate, 502 and 504 are the proxy's own, 403 is for other paths.
    if (answer.status >= 500 || answer.status === 400 || answer.status === 403)
      return failed(`HTTP ${answer.status}`);
    return { ...base, ok: true, detail: message("clusterProxy.way", { path, status: answer.status }) };
  } catch (thrown) {
    if (isError(thrown, "HOST_DIAL_FAILED", "NETWORK_TIMEOUT", "NETWORK_UNREACHABLE")) return undefined;
    if (!(thrown instanceof MoorlineError) || !(isNetworkError(thrown) || thrown.code.startsWith("TLS_")))
      throw thrown;
    return failed({ en: describeError(thrown, "en").what, zh: describeError(thrown, "zh-CN").what });
  }
}
