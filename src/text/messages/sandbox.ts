import type { MessageTable } from "./table.ts";

/** What the sandbox says of itself. */
export const sandboxMessages = {} as const satisfies MessageTable;
