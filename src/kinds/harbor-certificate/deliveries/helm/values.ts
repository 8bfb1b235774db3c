import { stringify } from "yaml";
import type { HelmDelivery } from "./schema.ts";

/** The values that make a release use the Secret; comments tell what they are for. */
export function valuesText(
  { namespace, release, caBundle }: HelmDelivery,
  secretName: string,
  document: string,
): string {
  const values = {
    expose: { tls: { enabled: true, certSource: "secret", secret: { secretName } } },
    ...(caBundle && { caBundleSecretName: secretName }),
  };
  return [
    `# Values of the Helm release ${release} in ${namespace}: it then uses the certificate of HarborCertificate/${document}.`,
    `# helm upgrade ${release} harbor/harbor -n ${namespace} --reuse-values -f <this file>`,
    stringify(values),
  ].join("\n");
}
