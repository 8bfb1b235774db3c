import type { Cause } from "./cause.ts";
import { apiForbidden } from "./api-forbidden.ts";
import { apiLoginRefused } from "./api-login-refused.ts";
import { apiRequestInvalid } from "./api-request-invalid.ts";
import { auditEndpointDown } from "./audit-endpoint-down.ts";
import { authorityUnknown } from "./authority-unknown.ts";
import { blobMissing } from "./blob-missing.ts";
import { certificateExpired } from "./certificate-expired.ts";
import { certificateNotYetValid } from "./certificate-not-yet-valid.ts";
import { certificateWithoutSan } from "./certificate-without-san.ts";
import { clientCertificateMissing } from "./client-certificate-missing.ts";
import { clientCertificateRefused } from "./client-certificate-refused.ts";
import { clientCertificateRevoked } from "./client-certificate-revoked.ts";
import { clusterDnsMissing } from "./cluster-dns-missing.ts";
import { componentDown } from "./component-down.ts";
import { componentSlow } from "./component-slow.ts";
import { configPathConflict } from "./config-path-conflict.ts";
import { connectionCut } from "./connection-cut.ts";
import { connectionRefused } from "./connection-refused.ts";
import { connectionTimeout } from "./connection-timeout.ts";
import { contentDamaged } from "./content-damaged.ts";
import { databaseDown } from "./database-down.ts";
import { endpointUnreachable } from "./endpoint-unreachable.ts";
import { harborCrash } from "./harbor-crash.ts";
import { harborError } from "./harbor-error.ts";
import { hostsFileBroken } from "./hosts-file-broken.ts";
import { imageNameInvalid } from "./image-name-invalid.ts";
import { imageNeverPulled } from "./image-never-pulled.ts";
import { imageNotFound } from "./image-not-found.ts";
import { kubesphereWithoutDocker } from "./kubesphere-without-docker.ts";
import { loginRefused } from "./login-refused.ts";
import { nameNotInCertificate } from "./name-not-in-certificate.ts";
import { nameNotResolved } from "./name-not-resolved.ts";
import { nameServerSilent } from "./name-server-silent.ts";
import { noRoute } from "./no-route.ts";
import { nodeDiskPressure } from "./node-disk-pressure.ts";
import { notEstablished } from "./not-established.ts";
import { plainHttpClient } from "./plain-http-client.ts";
import { plainHttpServer } from "./plain-http-server.ts";
import { platformMissing } from "./platform-missing.ts";
import { policyRefused } from "./policy-refused.ts";
import { policySignature } from "./policy-signature.ts";
import { policyVulnerability } from "./policy-vulnerability.ts";
import { projectNotFound } from "./project-not-found.ts";
import { proxyCacheUpstreamDown } from "./proxy-cache-upstream-down.ts";
import { proxyInTheWay } from "./proxy-in-the-way.ts";
import { pullFailed } from "./pull-failed.ts";
import { pullRateLimited } from "./pull-rate-limited.ts";
import { pullRefused } from "./pull-refused.ts";
import { pushRefused } from "./push-refused.ts";
import { quotaExceeded } from "./quota-exceeded.ts";
import { redisDown } from "./redis-down.ts";
import { registryReadOnly } from "./registry-read-only.ts";
import { revocationListExpired } from "./revocation-list-expired.ts";
import { robotCredentialWrong } from "./robot-credential-wrong.ts";
import { robotDisabled } from "./robot-disabled.ts";
import { robotExpired } from "./robot-expired.ts";
import { sandboxNotCreated } from "./sandbox-not-created.ts";
import { scannerMissing } from "./scanner-missing.ts";
import { secretKeyWithoutScheme } from "./secret-key-without-scheme.ts";
import { secretTypeWrong } from "./secret-type-wrong.ts";
import { storageFull } from "./storage-full.ts";
import { tlsVersionRefused } from "./tls-version-refused.ts";
import { tokenRejected } from "./token-rejected.ts";
import { tooLarge } from "./too-large.ts";
import { upstreamRateLimit } from "./upstream-rate-limit.ts";
import { webhookTargetDown } from "./webhook-target-down.ts";

/**
 * Every cause, the more telling before the less: where one line holds signs of several, the first of them is named.
 * A new cause is one file and its line here.
 */
export const causes: readonly Cause[] = [
  clientCertificateRevoked,
  revocationListExpired,
  clientCertificateRefused,
  certificateWithoutSan,
  nameNotInCertificate,
  certificateNotYetValid,
  certificateExpired,
  authorityUnknown,
  tlsVersionRefused,
  clientCertificateMissing,
  plainHttpServer,
  plainHttpClient,
  nameServerSilent,
  secretKeyWithoutScheme,
  nameNotResolved,
  proxyInTheWay,
  noRoute,
  databaseDown,
  redisDown,
  auditEndpointDown,
  webhookTargetDown,
  proxyCacheUpstreamDown,
  endpointUnreachable,
  componentDown,
  componentSlow,
  connectionRefused,
  connectionTimeout,
  connectionCut,
  robotExpired,
  robotDisabled,
  robotCredentialWrong,
  loginRefused,
  registryReadOnly,
  quotaExceeded,
  policySignature,
  policyVulnerability,
  upstreamRateLimit,
  pullRateLimited,
  storageFull,
  nodeDiskPressure,
  tokenRejected,
  harborCrash,
  scannerMissing,
  hostsFileBroken,
  configPathConflict,
  secretTypeWrong,
  kubesphereWithoutDocker,
  sandboxNotCreated,
  clusterDnsMissing,
  platformMissing,
  contentDamaged,
  imageNameInvalid,
  imageNeverPulled,
  policyRefused,
  pushRefused,
  projectNotFound,
  imageNotFound,
  blobMissing,
  pullRefused,
  tooLarge,
  apiLoginRefused,
  apiForbidden,
  apiRequestInvalid,
  harborError,
  pullFailed,
  notEstablished,
];
