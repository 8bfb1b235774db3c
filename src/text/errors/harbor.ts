import type { ErrorTable } from "./table.ts";

/** Errors of Harbor's API and of OCI registries. */
export const harborErrors = {} as const satisfies ErrorTable;
