import type { FindingTable } from "./table.ts";

/** What can be found wrong: certificates and chains. */
export const pkiFindings = {
  CERTIFICATE_EXPIRED: {
    severity: "error",
    en: "{subject} expired on {notAfter}.",
    zh: "{subject} 已于 {notAfter} 过期。",
  },
} as const satisfies FindingTable;
