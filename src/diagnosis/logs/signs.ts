import type { Cause, Sign } from "../causes/cause.ts";
import { causes } from "../causes/catalogue.ts";
import { changes, type Change } from "./changes.ts";
import { literalPattern, MultiSearch, type BytePattern } from "./multi-search.ts";
import { normals, type Normal } from "./normal.ts";

/** A sign with the cause that it speaks for. */
export interface RankedSign {
  readonly cause: Cause;
  readonly sign: Sign;
  /** Place of the cause in the catalogue: the lower, the more telling. */
  readonly rank: number;
}

/** Signs by their literal. */
export const signsByLiteral: ReadonlyMap<string, readonly RankedSign[]> = groupSigns();

/** Where a literal holds another one, finding the longer is finding both. */
function groupSigns(): Map<string, readonly RankedSign[]> {
  const all = causes.flatMap((cause, rank) => cause.signs.map((sign): RankedSign => ({ cause, sign, rank })));
  const each = [...new Set(all.map(({ sign }) => sign.literal))];
  return new Map(each.map((l) => [l, all.filter(({ sign }) => l.includes(sign.literal))]));
}

/** Texts by which a line is looked at although they name no cause: failures in general. */
const general = [
  "level=error",
  "level=fatal",
  "[ERROR] [",
  "[FATAL] [",
  "[error] ",
  "[crit] ",
  "[alert] ",
  "[emerg] ",
  '"type":"Warning"',
  '"level":"error"',
] as const;

const oneOf = (text: string): number[] => [...Buffer.from(text)];
const digit = oneOf("0123456789");

const shapes: readonly BytePattern[] = [
  // klog's errors: `E1122 1`.
  [oneOf("EF"), oneOf("01"), digit, oneOf("0123"), digit, oneOf(" "), oneOf("012")],
  // Answers of 400 and more in access logs: `/1.1" 404`, and what was no request: `"" 400 `.
  [oneOf("/"), oneOf("123"), oneOf("."), oneOf("01"), ...literalPattern('" '), oneOf("45"), digit],
  literalPattern('"" 400 '),
];

const literals = [
  ...new Set([
    ...signsByLiteral.keys(),
    ...changes.map((c) => c.literal),
    ...normals.flatMap((n) => n.literal ?? []),
    ...general,
  ]),
];

/** Everything for which a line is looked at; in what follows each is known by its index. */
const triggers: readonly BytePattern[] = [...literals.map(literalPattern), ...shapes];

/** Searches for all of them. */
export const triggerSearch = new MultiSearch(triggers);

/** What one trigger may mean. Shapes, and failures in general, mean nothing by themselves. */
export interface Meaning {
  readonly signs: readonly RankedSign[];
  readonly changes: readonly Change[];
  readonly normals: readonly Normal[];
}

/** By trigger. */
export const meanings: readonly Meaning[] = triggers.map((_, trigger) => {
  const literal = literals[trigger];
  return {
    signs: (literal === undefined ? undefined : signsByLiteral.get(literal)) ?? [],
    changes: changes.filter((change) => change.literal === literal),
    normals: normals.filter((normal) => literal !== undefined && normal.literal === literal),
  };
});
