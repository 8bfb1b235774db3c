import { MoorlineError } from "../model/errors.ts";

/**
 * Works on many things, `limit` at a time.
 * After the first failure, or when the signal aborts, nothing new is started; what is under way is waited for.
 * @returns the results, in the order of the items
 * @throws the first failure; CANCELLED when the signal aborted before all was done
 */
export async function concurrently<T, R>(
  items: readonly T[],
  limit: number,
  work: (item: T, index: number) => Promise<R>,
  signal: AbortSignal,
): Promise<R[]> {
  const results = Array.from<R>({ length: items.length });
  let next = 0;
  let failure: { readonly thrown: unknown } | undefined;
  const worker = async (): Promise<void> => {
    while (next < items.length && !failure) {
      if (signal.aborted) throw new MoorlineError("CANCELLED", { subject: "-" });
      const index = next++;
      results[index] = await work(items[index] as T, index);
    }
  };
  const guarded = () => worker().catch((thrown: unknown) => (failure ??= { thrown }));
  await Promise.all(Array.from({ length: Math.min(Math.max(1, limit), items.length) }, guarded));
  if (failure) throw failure.thrown;
  return results;
}
