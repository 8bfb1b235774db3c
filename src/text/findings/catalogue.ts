import { pullSpeedFindings } from "./pull-speed.ts";
import { proxyCacheFindings } from "./proxy-cache.ts";
import { intermediateFindings } from "./intermediate.ts";
import { certManagerFindings } from "./cert-manager.ts";
import { acmeFindings } from "./acme.ts";
import { clusterProxyFindings } from "./cluster-proxy.ts";
import { harborCertificateFindings } from "./harbor-certificate.ts";
import { harborComposeFindings } from "./harbor-compose.ts";
import { harborRegistryFindings } from "./harbor-registry.ts";
import { helmFindings } from "./helm.ts";
import { mutualTlsFindings } from "./mutual-tls.ts";
import { nodeTrustFindings } from "./node-trust.ts";
import { nodeTuningFindings } from "./node-tuning.ts";
import { pkiFindings } from "./pki.ts";
import { preflightFindings } from "./preflight.ts";
import { projectBindingFindings } from "./project-binding.ts";
import { tlsFindings } from "./tls.ts";

/** Every finding, by its stable code. */
export const findingTexts = {
  ...harborRegistryFindings,
  ...acmeFindings,
  ...harborCertificateFindings,
  ...harborComposeFindings,
  ...helmFindings,
  ...certManagerFindings,
  ...projectBindingFindings,
  ...nodeTrustFindings,
  ...nodeTuningFindings,
  ...pkiFindings,
  ...intermediateFindings,
  ...preflightFindings,
  ...tlsFindings,
  ...mutualTlsFindings,
  ...clusterProxyFindings,
  ...proxyCacheFindings,
  ...pullSpeedFindings,
} as const;

export type FindingCode = keyof typeof findingTexts;
