import type { Cause, Sign } from "../causes/cause.ts";
import { causes } from "../causes/catalogue.ts";
import { changes } from "./changes.ts";
import { literalPattern, type BytePattern } from "./multi-search.ts";

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

const literals = [...new Set([...signsByLiteral.keys(), ...changes.map((c) => c.literal), ...general])];

/** Everything for which a line is looked at. */
export const triggers: readonly BytePattern[] = [...literals.map(literalPattern), ...shapes];

/** The text that a trigger stands for; undefined for shapes, which speak for no cause. */
export const literalOf = (trigger: number): string | undefined => literals[trigger];
