import { badRequest, unprocessable } from "./problem.ts";

export type Field = string | number | boolean | undefined;
/** What can be filtered and sorted by, by the names that q and sort use. Others are ignored, as Harbor does. */
export type Fields<T> = Readonly<Record<string, (row: T) => Field>>;
type Test = (field: Field) => boolean;

/**
 * One page of rows as Harbor answers it: q, sort, page and page_size from the address, X-Total-Count and Link
 * (facts/harbor.md §1.1).
 */
export function pageOf<T>(
  url: URL,
  rows: readonly T[],
  fields: Fields<T>,
  show: (row: T) => unknown,
  fallbackSort?: string,
): Response {
  const { page, size } = pageAsked(url);
  const found = sorted(
    matching(rows, queryOf(url), fields),
    url.searchParams.get("sort") ?? fallbackSort,
    fields,
  );
  const shown = size <= 0 ? found : found.slice((page - 1) * size, page * size);
  const headers = new Headers({ "content-type": "application/json", "x-total-count": String(found.length) });
  const link = links(url, found.length, page, size);
  if (link !== "") headers.set("link", link);
  return new Response(JSON.stringify(shown.map(show)), { headers });
}

function pageAsked(url: URL): { page: number; size: number } {
  const size = Number(url.searchParams.get("page_size") ?? "10");
  if (size > 100) throw unprocessable("page_size in query should be less than or equal to 100");
  return { page: Math.max(1, Number(url.searchParams.get("page") ?? "1")), size };
}

function links(url: URL, total: number, page: number, size: number): string {
  if (size <= 0) return "";
  const to = (target: number, rel: string): string => {
    const query = new URLSearchParams(url.searchParams);
    query.set("page", String(target));
    query.sort();
    return `<${url.pathname}?${decodeURIComponent(query.toString())}>; rel="${rel}"`;
  };
  return [page > 1 ? to(page - 1, "prev") : "", page * size < total ? to(page + 1, "next") : ""]
    .filter((link) => link !== "")
    .join(" , ");
}

/** The q of the address, taken apart; it is unescaped a second time, which Harbor does too. */
export function queryOf(url: URL): ReadonlyMap<string, string> {
  const q = url.searchParams.get("q") ?? "";
  const terms = new Map<string, string>();
  if (q === "") return terms;
  for (const term of unescape(q).split(/,(?![^[{(]*[\]})])/)) {
    const at = term.indexOf("=");
    if (at <= 0 || at === term.length - 1) {
      throw badRequest('the query string must contain "=" and the key/value cannot be empty');
    }
    terms.set(term.slice(0, at).trim().toLowerCase(), term.slice(at + 1).trim());
  }
  return terms;
}

function unescape(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function matching<T>(
  rows: readonly T[],
  terms: ReadonlyMap<string, string>,
  fields: Fields<T>,
): readonly T[] {
  let found = rows;
  for (const [key, pattern] of terms) {
    const field = fields[key];
    if (field === undefined) continue;
    const test = testOf(pattern);
    found = found.filter((row) => test(field(row)));
  }
  return found;
}

function testOf(pattern: string): Test {
  if (pattern.startsWith("~")) return (field) => String(field ?? "").includes(pattern.slice(1));
  if (pattern.startsWith("[")) {
    const [low = "", high = ""] = pattern.slice(1, -1).split("~");
    return (field) =>
      field !== undefined &&
      (low === "" || compare(field, low) >= 0) &&
      (high === "" || compare(field, high) <= 0);
  }
  if (/^[{(]/.test(pattern)) {
    const values = pattern.slice(1, -1).split(/\s+/);
    return (field) => values.includes(String(field ?? ""));
  }
  return (field) => String(field ?? "") === pattern;
}

function compare(field: Field, bound: string): number {
  if (typeof field === "number") return field - Number(bound);
  return String(field) < bound ? -1 : Number(String(field) > bound);
}

function sorted<T>(rows: readonly T[], sort: string | undefined, fields: Fields<T>): readonly T[] {
  const keys = (sort ?? "").split(",").flatMap((key) => {
    const field = fields[key.replace(/^-/, "").trim().toLowerCase()];
    return field === undefined ? [] : [{ field, sign: key.startsWith("-") ? -1 : 1 }];
  });
  return rows
    .map((row, index) => ({ row, index }))
    .sort((a, b) => {
      for (const { field, sign } of keys) {
        const [x, y] = [field(a.row) ?? "", field(b.row) ?? ""];
        if (x !== y) return x < y ? -sign : sign;
      }
      return keys[0]?.sign === -1 ? b.index - a.index : a.index - b.index;
    })
    .map(({ row }) => row);
}
