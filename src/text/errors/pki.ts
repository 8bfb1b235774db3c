import type { ErrorTable } from "./table.ts";

/** Errors of certificates, keys, CRLs and PKCS#12. */
export const pkiErrors = {} as const satisfies ErrorTable;
