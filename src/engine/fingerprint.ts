import { createHash, type Hash } from "node:crypto";

/** JSON with sorted keys: the same value gives the same text (as RFC 8785 has it, for the values we use). */
export function canonicalJson(value: unknown): string | undefined {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (typeof inner !== "object" || inner === null || Array.isArray(inner)) return inner;
    return sorted(inner);
  });
}

const sorted = (object: object): object =>
  Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));

/** @returns a digest that changes whenever what was observed changes: SHA-256 of its canonical JSON */
export function fingerprint(observed: unknown): string {
  const hash = createHash("sha256");
  const text = isPlain(observed) ? undefined : (canonicalJson(observed) ?? "undefined");
  if (text !== undefined) hash.update(text);
  else feedFields(hash, observed as object);
  return hash.digest("hex");
}

/** Lists go in piece by piece: the text of ten thousand projects as a whole would be the largest thing in memory. */
function feedFields(hash: Hash, fields: object): void {
  let between = "{";
  for (const [key, value] of Object.entries(sorted(fields) as Readonly<Record<string, unknown>>)) {
    const name = `${between}${JSON.stringify(key)}:`;
    if (Array.isArray(value)) {
      hash.update(`${name}[`);
      for (const [i, item] of value.entries())
        hash.update((i === 0 ? "" : ",") + (canonicalJson(item) ?? "null"));
      hash.update("]");
    } else {
      const text = canonicalJson(value);
      if (text === undefined) continue;
      hash.update(name + text);
    }
    between = ",";
  }
  hash.update(between === "{" ? "{}" : "}");
}

const isPlain = (value: unknown): boolean =>
  typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
