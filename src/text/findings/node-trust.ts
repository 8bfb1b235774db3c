import type { FindingTable } from "./table.ts";

/** What can be found wrong: NodeTrust. */
export const nodeTrustFindings = {} as const satisfies FindingTable;
