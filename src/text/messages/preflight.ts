import type { MessageTable } from "./table.ts";

/** What preflight checks. */
export const preflightMessages = {} as const satisfies MessageTable;
