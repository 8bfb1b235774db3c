import type { MessageTable } from "./table.ts";

/** Steps and proofs of HarborRegistry. */
export const harborRegistryMessages = {} as const satisfies MessageTable;
