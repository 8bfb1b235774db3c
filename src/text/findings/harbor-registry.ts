import type { FindingTable } from "./table.ts";

/** What can be found wrong: HarborRegistry. */
export const harborRegistryFindings = {} as const satisfies FindingTable;
