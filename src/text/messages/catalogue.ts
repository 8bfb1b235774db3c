import { controllerMessages } from "./controller.ts";
import { installMessages } from "./install.ts";
import { proxyCacheMessages } from "./proxy-cache.ts";
import { intermediateMessages } from "./intermediate.ts";
import { certManagerMessages } from "./cert-manager.ts";
import { acmeMessages } from "./acme.ts";
import { admissionMessages } from "./admission.ts";
import { clusterProxyMessages } from "./cluster-proxy.ts";
import { cliMessages } from "./cli.ts";
import { engineMessages } from "./engine.ts";
import { harborCertificateMessages } from "./harbor-certificate.ts";
import { harborComposeMessages } from "./harbor-compose.ts";
import { harborRegistryMessages } from "./harbor-registry.ts";
import { helmMessages } from "./helm.ts";
import { logMessages } from "./logs.ts";
import { mutualTlsMessages } from "./mutual-tls.ts";
import { nodeTrustMessages } from "./node-trust.ts";
import { nodeTuningMessages } from "./node-tuning.ts";
import { nodeAgentMessages } from "./node-agent.ts";
import { nodesMessages } from "./nodes.ts";
import { pkiMessages } from "./pki.ts";
import { preflightMessages } from "./preflight.ts";
import { projectBindingMessages } from "./project-binding.ts";
import { rotationMessages } from "./rotation.ts";
import { sandboxMessages } from "./sandbox.ts";
import { statusMessages } from "./status.ts";
import { doctorMessages } from "./doctor.ts";
import { tlsMessages } from "./tls.ts";
import { webhookMessages } from "./webhook.ts";

/** Every sentence that is not an error or a finding, by its key. Keys begin with their area: `nodeTrust.writeHosts`. */
export const messageTexts = {
  ...engineMessages,
  ...harborRegistryMessages,
  ...acmeMessages,
  ...harborCertificateMessages,
  ...harborComposeMessages,
  ...helmMessages,
  ...certManagerMessages,
  ...projectBindingMessages,
  ...admissionMessages,
  ...webhookMessages,
  ...nodeTrustMessages,
  ...nodeTuningMessages,
  ...nodesMessages,
  ...nodeAgentMessages,
  ...clusterProxyMessages,
  ...pkiMessages,
  ...intermediateMessages,
  ...preflightMessages,
  ...cliMessages,
  ...logMessages,
  ...rotationMessages,
  ...tlsMessages,
  ...doctorMessages,
  ...statusMessages,
  ...sandboxMessages,
  ...mutualTlsMessages,
  ...proxyCacheMessages,
  ...installMessages,
  ...controllerMessages,
} as const;

export type MessageKey = keyof typeof messageTexts;
