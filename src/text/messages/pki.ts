import type { MessageTable } from "./table.ts";

/** What the pki commands report. */
export const pkiMessages = {} as const satisfies MessageTable;
