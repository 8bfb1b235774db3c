import type { FindingTable } from "./table.ts";

/** What can be found wrong: HarborCertificate. */
export const harborCertificateFindings = {} as const satisfies FindingTable;
