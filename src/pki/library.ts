import type * as x509 from "@peculiar/x509";

export type X509Library = typeof x509;

/**
 * The issuing library, loaded on first use: it takes 170 ms, and reading and verifying do without it
 * (docs/decisions/0006-x509-libraries.md).
 */
export async function loadX509(): Promise<X509Library> {
  // its dependency injection throws at import without this
  await import("reflect-metadata");
  return import("@peculiar/x509");
}
