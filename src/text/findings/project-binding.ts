import type { FindingTable } from "./table.ts";

/** What can be found wrong: ProjectBinding. */
export const projectBindingFindings = {} as const satisfies FindingTable;
