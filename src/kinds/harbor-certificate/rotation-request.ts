import { z } from "zod";
import { Sensitive } from "../../model/sensitive.ts";
import { entries, type Store } from "./store.ts";

/**
 * What somebody asked to be replaced, kept beside the things themselves, so that a run that was cut off, and one from
 * another machine, go on with it. Things are named by digest: once one is replaced, the request is fulfilled by itself.
 */
const pairsRequest = z.strictObject({
  /** Digest of the pair that is to be replaced, by `server` or the name of a client. */
  replace: z.record(z.string(), z.string()),
});

/** How far a CA's rollover may go. Each permission names the one certificate that it is for. */
const rolloverRequest = z.strictObject({
  /** The CA that is to be succeeded. */
  replace: z.string().optional(),
  /** The next CA may take over: every node was proved to trust it. */
  switchTo: z.string().optional(),
  /** The previous CA may go: nothing that it issued is in use. */
  retire: z.string().optional(),
});

export type RolloverRequest = z.infer<typeof rolloverRequest>;

/** What is damaged asks for nothing. */
function parsed<T>(schema: z.ZodType<T>, text: Sensitive | undefined): T | undefined {
  if (text === undefined) return undefined;
  try {
    return schema.safeParse(JSON.parse(text.reveal())).data;
  } catch {
    // Not JSON: nobody's request.
    return undefined;
  }
}

export async function readPairsRequest(
  store: Store,
  document: string,
): Promise<Readonly<Record<string, string>>> {
  return parsed(pairsRequest, await store.read(entries.rotation(document)))?.replace ?? {};
}

export async function writePairsRequest(
  store: Store,
  document: string,
  replace: Readonly<Record<string, string>>,
): Promise<void> {
  await store.write(entries.rotation(document), new Sensitive(`${JSON.stringify({ replace })}\n`));
}

export async function readRolloverRequest(store: Store): Promise<RolloverRequest> {
  return parsed(rolloverRequest, await store.read(entries.rollover)) ?? {};
}

export async function writeRolloverRequest(store: Store, request: RolloverRequest): Promise<void> {
  await store.write(entries.rollover, new Sensitive(`${JSON.stringify(request)}\n`));
}
