import type { FindingTable } from "./table.ts";

/** What can be found wrong: preflight. */
export const preflightFindings = {} as const satisfies FindingTable;
