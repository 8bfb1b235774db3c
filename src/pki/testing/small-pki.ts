import { createAuthority, type Authority, type AuthorityOptions } from "../authority.ts";
import { issueServer, type Leaf, type ServerOptions } from "../leaf.ts";

/** A moment for tests. */
export const noon = new Date("2026-06-01T12:00:00Z");
export const dayMs = 86_400_000;

/** An authority that says nothing special but what is given. */
export function authority(options: Partial<AuthorityOptions> = {}): Promise<Authority> {
  return createAuthority({
    commonName: "Root",
    keyType: "ECDSA_P256",
    validityDays: 3650,
    now: noon,
    ...options,
  });
}

/** A server's certificate for harbor.example.com but for what is given. */
export function server(by: Authority, options: Partial<ServerOptions> = {}): Promise<Leaf> {
  return issueServer(by, {
    dnsNames: ["harbor.example.com"],
    ipAddresses: [],
    keyType: "ECDSA_P256",
    validityDays: 90,
    now: noon,
    ...options,
  });
}
