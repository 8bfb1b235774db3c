import type { ErrorTable } from "./table.ts";

/** Errors on the way to any server: names, TCP, TLS, HTTP. */
export const networkErrors = {} as const satisfies ErrorTable;
