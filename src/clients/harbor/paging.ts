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
    const query = { ...call.query, page, page_size: pageSize, sort };
    const answer = await connection.send({ ...call, method: "GET", query });
    const items = parseAnswer(answer, z.array(item));
    yield* items;
    seen += items.length;
    const total = Number(answer.headers["x-total-count"] ?? Number.NaN);
    const complete = Number.isNaN(total) ? items.length < pageSize : seen >= total;
    if (complete || items.length === 0) return;
  }
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
