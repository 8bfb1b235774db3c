import { controllerErrors } from "./controller.ts";
import { installErrors } from "./install.ts";
import { proxyCacheErrors } from "./proxy-cache.ts";
import { intermediateErrors } from "./intermediate.ts";
import { certManagerErrors } from "./cert-manager.ts";
import { acmeErrors } from "./acme.ts";
import { cliErrors } from "./cli.ts";
import { doctorErrors } from "./doctor.ts";
import { engineErrors } from "./engine.ts";
import { harborComposeErrors } from "./harbor-compose.ts";
import { harborErrors } from "./harbor.ts";
import { helmErrors } from "./helm.ts";
import { hostErrors } from "./host.ts";
import { kindErrors } from "./kinds.ts";
import { kubernetesErrors } from "./kubernetes.ts";
import { logErrors } from "./logs.ts";
import { modelErrors } from "./model.ts";
import { mutualTlsErrors } from "./mutual-tls.ts";
import { networkErrors } from "./network.ts";
import { nodeTuningErrors } from "./node-tuning.ts";
import { nodeErrors } from "./nodes.ts";
import { pkiErrors } from "./pki.ts";
import { sandboxErrors } from "./sandbox.ts";
import { tlsErrors } from "./tls.ts";
import { webhookErrors } from "./webhook.ts";

/** Every error that Moorline can name, by its stable code. */
export const errorTexts = {
  ...modelErrors,
  ...engineErrors,
  ...pkiErrors,
  ...intermediateErrors,
  ...networkErrors,
  ...nodeErrors,
  ...nodeTuningErrors,
  ...harborErrors,
  ...harborComposeErrors,
  ...helmErrors,
  ...certManagerErrors,
  ...kubernetesErrors,
  ...hostErrors,
  ...kindErrors,
  ...acmeErrors,
  ...controllerErrors,
  ...sandboxErrors,
  ...cliErrors,
  ...doctorErrors,
  ...logErrors,
  ...tlsErrors,
  ...webhookErrors,
  ...mutualTlsErrors,
  ...proxyCacheErrors,
  ...installErrors,
} as const;

export type ErrorCode = keyof typeof errorTexts;
