import type { Cause } from "../../causes/cause.ts";
import { bindingNotReady } from "./binding-not-ready.ts";
import { certificateEndsSoon } from "./certificate-ends-soon.ts";
import { chainIncomplete } from "./chain-incomplete.ts";
import { clusterDnsDown } from "./cluster-dns-down.ts";
import { credentialRefused } from "./credential-refused.ts";
import { criSwitchedOff } from "./cri-switched-off.ts";
import { cveAllowlistOver } from "./cve-allowlist-over.ts";
import { harborAccountRefused } from "./harbor-account-refused.ts";
import { kubesphereDown } from "./kubesphere-down.ts";
import { kubesphereWithoutCa } from "./kubesphere-without-ca.ts";
import { networkPolicyStops } from "./network-policy-stops.ts";
import { networkPolicyStopsDns } from "./network-policy-stops-dns.ts";
import { nodeClockOff } from "./node-clock-off.ts";
import { nodeNotReady } from "./node-not-ready.ts";
import { nodeTrustDiffers } from "./node-trust-differs.ts";
import { pullSecretForAnotherHost } from "./pull-secret-for-another-host.ts";
import { pullSecretMissing } from "./pull-secret-missing.ts";
import { pullSecretNotNamed } from "./pull-secret-not-named.ts";
import { pullSecretUnreadable } from "./pull-secret-unreadable.ts";
import { robotGone } from "./robot-gone.ts";
import { robotWithoutRight } from "./robot-without-right.ts";
import { runtimeConfigBroken } from "./runtime-config-broken.ts";
import { serviceAccountUnlinked } from "./service-account-unlinked.ts";
import { tokenServiceElsewhere } from "./token-service-elsewhere.ts";

/** Causes that no log tells and that stop pulls, the more telling before the less. */
export const liveCauses: readonly Cause[] = [
  nodeNotReady,
  criSwitchedOff,
  runtimeConfigBroken,
  nodeClockOff,
  pullSecretMissing,
  pullSecretUnreadable,
  serviceAccountUnlinked,
  pullSecretNotNamed,
  pullSecretForAnotherHost,
  robotGone,
  robotWithoutRight,
  credentialRefused,
  tokenServiceElsewhere,
  chainIncomplete,
  harborAccountRefused,
  clusterDnsDown,
  networkPolicyStopsDns,
  networkPolicyStops,
  kubesphereDown,
  kubesphereWithoutCa,
];

/** What is wrong and stops no pull yet, or not by itself. */
export const liveWarnings: readonly Cause[] = [
  nodeTrustDiffers,
  cveAllowlistOver,
  certificateEndsSoon,
  bindingNotReady,
];
