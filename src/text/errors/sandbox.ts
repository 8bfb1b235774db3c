import type { ErrorTable } from "./table.ts";

/** Errors of the embedded sandbox. */
export const sandboxErrors = {} as const satisfies ErrorTable;
