import { z } from "zod";
import { parseAnswer, type Call, type HarborConnection } from "./connection.ts";

/** Harbor refuses more with 422. */
const pageSize = 100;

/** A runaway server must not fill memory: a million entries is beyond any Harbor that answers at all. */
const mostPages = 10_000;

/**
 * Reads a list page by page, following X-Total-Count; the Link header is relative and half escaped (facts/harbor.md
 * §1.1).
 * @param sort a key that the list is known to honour: without order, entries added meanwhile push others over an edge
 */
export async function* pages<T extends z.ZodType>(
  connection: HarborConnection,
  call: Omit<Call, "method">,
  item: T,
  sort?: string,
): AsyncGenerator<z.output<T>> {
  let seen = 0;
  for (let page = 1; page <= mostPages; page++) {
    const { items, total } = await onePage(connection, call, item, sort, page);
    yield* items;
    seen += items.length;
    if (isWhole(seen, items.length, total) || items.length === 0) return;
  }
}

/**
 * A list that fits on one page, with one request.
 * @returns undefined where there is more
 */
export async function allOnOnePage<T extends z.ZodType>(
  connection: HarborConnection,
  call: Omit<Call, "method">,
  item: T,
  sort?: string,
): Promise<readonly z.output<T>[] | undefined> {
  const { items, total } = await onePage(connection, call, item, sort, 1);
  return isWhole(items.length, items.length, total) ? items : undefined;
}

interface Page<T> {
  readonly items: readonly T[];
  /** Of the whole list, where the server says so. */
  readonly total: number | undefined;
}

async function onePage<T extends z.ZodType>(
  connection: HarborConnection,
  call: Omit<Call, "method">,
  item: T,
  sort: string | undefined,
  page: number,
): Promise<Page<z.output<T>>> {
  const query = { ...call.query, page, page_size: pageSize, sort };
  const answer = await connection.send({ ...call, method: "GET", query });
  const total = Number(answer.headers["x-total-count"] ?? Number.NaN);
  return { items: parseAnswer(answer, z.array(item)), total: Number.isNaN(total) ? undefined : total };
}

/** Whether nothing is left to be read after a page; without a total a page that is not full is the last. */
function isWhole(seen: number, onPage: number, total: number | undefined): boolean {
  return total === undefined ? onPage < pageSize : seen >= total;
}

/** The whole list at once. */
export function all<T extends z.ZodType>(
  connection: HarborConnection,
  call: Omit<Call, "method">,
  item: T,
  sort?: string,
): Promise<z.output<T>[]> {
  return Array.fromAsync(pages(connection, call, item, sort));
}
