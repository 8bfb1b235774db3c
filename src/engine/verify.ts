import { nameOf, type Document } from "../model/document.ts";
import { documentSet } from "../model/document-set.ts";
import { fromUnknown, MoorlineErrors, type MoorlineError } from "../model/errors.ts";
import type { AnyKind, Proof } from "./kind.ts";
import { kindOf } from "./plan.ts";
import type { EngineWorld } from "./world.ts";

/** What was proved of one document, or why nothing could be. */
export interface Verification {
  readonly name: string;
  readonly proofs: readonly Proof[];
  readonly error?: MoorlineError;
}

/**
 * Proves every document from outside, writing nothing.
 * @param options.only kinds (by name) that are proved; all by default
 * @throws MoorlineErrors where references lead nowhere or in a circle
 */
export async function verify<W extends EngineWorld>(
  documents: readonly Document[],
  kinds: readonly AnyKind<W>[],
  world: W,
  options: { readonly only?: readonly string[]; readonly signal: AbortSignal },
): Promise<readonly Verification[]> {
  const { set, errors } = documentSet(
    documents,
    kinds.map((k) => k.schema),
  );
  if (errors.length > 0) throw new MoorlineErrors(errors);
  return Promise.all(
    set.ordered
      .filter((d) => options.only?.includes(d.kind) ?? true)
      .map(async (document): Promise<Verification> => {
        const name = nameOf(document);
        try {
          return { name, proofs: await kindOf(kinds, document).verify(document, world, options.signal) };
        } catch (thrown) {
          return { name, proofs: [], error: fromUnknown(thrown, name) };
        }
      }),
  );
}
