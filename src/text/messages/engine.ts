import type { MessageTable } from "./table.ts";

/** Words of plan, apply and verify themselves. */
export const engineMessages = {} as const satisfies MessageTable;
