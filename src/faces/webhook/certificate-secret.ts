import type { KubernetesClient } from "../../clients/kubernetes/client.ts";
import type { NewObject, ObjectName, Secret } from "../../clients/kubernetes/object.ts";
import { resources } from "../../clients/kubernetes/resources.ts";
import { isError } from "../../model/errors.ts";
import { Sensitive } from "../../model/sensitive.ts";
import { nextCertificates, type CertificateRules, type KeptCertificates } from "./certificates.ts";

const authoritySince = "moorline.io/authority-since";
const certificateSince = "moorline.io/certificate-since";
/** Set by an administrator to `certificate` or `authority`. */
const renewNow = "moorline.io/renew";

/** Replicas that meet again and again at the same write would be a mistake of ours. */
const mostAttempts = 10;

/**
 * Brings the webhook's Secret one step forward where it needs one. Replicas race safely: each writes over the version
 * that it read, and whoever comes second reads what the first one wrote.
 */
export async function keepCertificates(
  client: KubernetesClient,
  at: Required<ObjectName>,
  rules: Omit<CertificateRules, "now">,
  now: () => Date,
  signal: AbortSignal,
): Promise<KeptCertificates> {
  for (let attempt = 1; ; attempt++) {
    const secret = await client.get<Secret>(resources.secrets, at, signal);
    const kept = secret === undefined ? undefined : keptIn(secret);
    const next = await nextCertificates(kept, { ...rules, now: now() });
    if (next === kept) return next;
    try {
      const version = secret?.metadata.resourceVersion;
      const object = secretOf(at, next, version);
      if (version === undefined) await client.create(resources.secrets, object, { signal });
      else await client.replace(resources.secrets, object, { signal });
      return next;
    } catch (thrown) {
      const raced = isError(thrown, "KUBERNETES_CONFLICT", "KUBERNETES_ALREADY_EXISTS");
      if (!raced || attempt === mostAttempts) throw thrown;
    }
  }
}

function keptIn({ data = {}, metadata }: Secret): KeptCertificates | undefined {
  const text = (key: string): string => Buffer.from(data[key] ?? "", "base64").toString();
  const notes = metadata.annotations ?? {};
  const since = (key: string): Date => {
    const read = new Date(notes[key] ?? "");
    return Number.isNaN(read.getTime()) ? new Date(0) : read;
  };
  const renew = notes[renewNow];
  if (text("ca.crt") === "" || text("tls.crt") === "") return undefined;
  return {
    authorities: text("ca.crt"),
    authorityKey: new Sensitive(text("ca.key")),
    authoritySince: since(authoritySince),
    certificate: text("tls.crt"),
    key: new Sensitive(text("tls.key")),
    certificateSince: since(certificateSince),
    renew: renew === "certificate" || renew === "authority" ? renew : undefined,
  };
}

function secretOf(
  at: Required<ObjectName>,
  kept: KeptCertificates,
  resourceVersion: string | undefined,
): NewObject {
  const encode = (text: string): string => Buffer.from(text).toString("base64");
  return {
    metadata: {
      ...at,
      ...(resourceVersion !== undefined && { resourceVersion }),
      labels: { "app.kubernetes.io/part-of": "moorline", "app.kubernetes.io/managed-by": "moorline" },
      annotations: {
        [authoritySince]: kept.authoritySince.toISOString(),
        [certificateSince]: kept.certificateSince.toISOString(),
        ...(kept.renew !== undefined && { [renewNow]: kept.renew }),
      },
    },
    type: "kubernetes.io/tls",
    data: {
      "ca.crt": encode(kept.authorities),
      "ca.key": encode(kept.authorityKey.reveal()),
      "tls.crt": encode(kept.certificate),
      "tls.key": encode(kept.key.reveal()),
    },
  } as NewObject;
}
