import { day } from "./action.ts";
import type { HarborCertificateSpec } from "./schema.ts";

/**
 * By when a CA's successor has to take over, ISO 8601: from then on, what is issued would end with its CA before it is
 * due for renewal itself. Pure.
 */
export const switchUntil = (
  { validityDays, renewAfter }: Pick<HarborCertificateSpec, "validityDays" | "renewAfter">,
  authorityNotAfter: string,
): string => new Date(Date.parse(authorityNotAfter) - validityDays * (1 - renewAfter) * day).toISOString();
