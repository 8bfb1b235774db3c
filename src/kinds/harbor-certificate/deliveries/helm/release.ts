import { gunzipSync } from "node:zlib";
import { z } from "zod";
import type { KubernetesClient } from "../../../../clients/kubernetes/client.ts";
import type { KubernetesObject, Secret } from "../../../../clients/kubernetes/object.ts";
import { resources } from "../../../../clients/kubernetes/resources.ts";
import { isError } from "../../../../model/errors.ts";
import type { HelmDeployment } from "../../../shared/harbor-deployment.ts";

/** What a Helm release says of how its Harbor is met. Nothing else of its values is kept: passwords are among them. */
export interface HelmRelease {
  readonly chartVersion?: string;
  readonly exposeType?: string;
  readonly tlsEnabled?: boolean;
  readonly certSource?: string;
  readonly secretName?: string;
  readonly externalUrl?: string;
}

/** A Secret holds 1 MiB at most; a release of Harbor's chart is some 300 KiB of JSON. */
const mostBytes = 16 * 1024 * 1024;

const values = z.object({
  externalURL: z.string().max(2048).optional(),
  expose: z
    .object({
      type: z.string().max(63).optional(),
      tls: z
        .object({
          enabled: z.boolean().optional(),
          certSource: z.string().max(63).optional(),
          secret: z.object({ secretName: z.string().max(253).nullish() }).nullish(),
        })
        .nullish(),
    })
    .nullish(),
});
const releaseSchema = z.object({
  chart: z.object({
    metadata: z.object({ version: z.string().max(100).optional() }).nullish(),
    values: values.nullish(),
  }),
  config: values.nullish(),
});

/**
 * Reads the release's newest record that Helm 3 and later keep in a Secret.
 * @returns undefined where there is none, or it is not for this user to read: charts rendered by other programs have none
 */
export async function readRelease(
  client: KubernetesClient,
  { namespace, release }: HelmDeployment,
  signal: AbortSignal,
): Promise<HelmRelease | undefined> {
  try {
    const labelSelector = `owner=helm,name=${release}`;
    const { items } = await client.listMetadata(resources.secrets, { namespace, labelSelector, signal });
    const name = newest(items)?.metadata.name;
    if (name === undefined) return undefined;
    const secret = await client.get<Secret>(resources.secrets, { namespace, name }, signal);
    return decodeRelease(secret?.data?.["release"] ?? "");
  } catch (thrown) {
    // The objects of the chart tell enough; reading Helm's records is a right that many are not given.
    if (isError(thrown, "KUBERNETES_FORBIDDEN")) return undefined;
    throw thrown;
  }
}

/** The one that is deployed; after a failed upgrade, the newest. */
function newest(records: readonly KubernetesObject[]): KubernetesObject | undefined {
  const version = ({ metadata }: KubernetesObject): number => Number(metadata.labels?.["version"] ?? 0);
  const ordered = records.toSorted((a, b) => version(b) - version(a));
  return ordered.find((r) => r.metadata.labels?.["status"] === "deployed") ?? ordered[0];
}

/**
 * Decodes a record: base64 of Kubernetes around base64 of Helm around gzip around JSON.
 * @returns undefined where it is none that can be read, or too large
 */
export function decodeRelease(data: string): HelmRelease | undefined {
  try {
    const packed = Buffer.from(Buffer.from(data, "base64").toString("latin1"), "base64");
    const text = gunzipSync(packed, { maxOutputLength: mostBytes }).toString("utf8");
    const { chart, config } = releaseSchema.parse(JSON.parse(text));
    const given = config ?? {};
    const defaults = chart.values ?? {};
    const tls = { ...defaults.expose?.tls, ...given.expose?.tls };
    return {
      ...present("chartVersion", chart.metadata?.version),
      ...present("exposeType", given.expose?.type ?? defaults.expose?.type),
      ...present("tlsEnabled", tls.enabled),
      ...present("certSource", tls.certSource),
      ...present("secretName", tls.secret?.secretName),
      ...present("externalUrl", given.externalURL ?? defaults.externalURL),
    };
  } catch {
    // Whatever it is that is not a release: what the cluster's objects say counts anyway.
    return undefined;
  }
}

const present = <K extends string, V>(key: K, value: V | null | undefined): Partial<Record<K, V>> =>
  value === undefined || value === null || value === "" ? {} : ({ [key]: value } as Record<K, V>);
