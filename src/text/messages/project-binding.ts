import type { MessageTable } from "./table.ts";

/** Steps and proofs of ProjectBinding. */
export const projectBindingMessages = {} as const satisfies MessageTable;
