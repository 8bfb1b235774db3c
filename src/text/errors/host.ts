import type { ErrorTable } from "./table.ts";

/** Errors of files, commands and container runtimes on a host. */
export const hostErrors = {} as const satisfies ErrorTable;
