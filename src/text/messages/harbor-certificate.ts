import type { MessageTable } from "./table.ts";

/** Steps and proofs of HarborCertificate. */
export const harborCertificateMessages = {} as const satisfies MessageTable;
