import { createHash } from "node:crypto";

/** JSON with sorted keys: the same value gives the same text (as RFC 8785 has it, for the values we use). */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (typeof inner !== "object" || inner === null || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

/** @returns a digest that changes whenever what was observed changes */
export function fingerprint(observed: unknown): string {
  return createHash("sha256")
    .update(canonicalJson(observed) ?? "undefined")
    .digest("hex");
}
