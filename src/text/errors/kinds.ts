import type { ErrorTable } from "./table.ts";

/** Errors of the kinds: what a document asks for and the world does not give. */
export const kindErrors = {} as const satisfies ErrorTable;
