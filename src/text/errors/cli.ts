import type { ErrorTable } from "./table.ts";

/** Errors of the command line. */
export const cliErrors = {} as const satisfies ErrorTable;
