import type { MessageTable } from "./table.ts";

/** Steps and proofs of NodeTrust. */
export const nodeTrustMessages = {} as const satisfies MessageTable;
