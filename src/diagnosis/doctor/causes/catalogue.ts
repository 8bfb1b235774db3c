import type { Cause } from "../../causes/cause.ts";
import { credentialRefused } from "./credential-refused.ts";
import { pullSecretForAnotherHost } from "./pull-secret-for-another-host.ts";
import { pullSecretMissing } from "./pull-secret-missing.ts";
import { pullSecretNotNamed } from "./pull-secret-not-named.ts";
import { pullSecretUnreadable } from "./pull-secret-unreadable.ts";
import { tokenServiceElsewhere } from "./token-service-elsewhere.ts";

/** Causes that no log tells, the more telling before the less. */
export const liveCauses: readonly Cause[] = [
  pullSecretMissing,
  pullSecretUnreadable,
  pullSecretNotNamed,
  pullSecretForAnotherHost,
  credentialRefused,
  tokenServiceElsewhere,
];
