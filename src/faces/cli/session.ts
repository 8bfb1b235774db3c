import { documentSet } from "../../model/document-set.ts";
import type { Document } from "../../model/document.ts";
import { kinds } from "../../kinds/registry.ts";
import type { Invocation } from "./command.ts";
import { readDocuments } from "./input.ts";
import { openWorld, type OpenWorld } from "./world.ts";

/** Documents that were given, and the world to make them true in. */
export interface Session extends AsyncDisposable {
  readonly documents: readonly Document[];
  readonly world: OpenWorld;
}

/** Reads the documents of a command and opens the world for them. */
export async function openSession(invocation: Invocation): Promise<Session> {
  const documents = await readDocuments(invocation);
  const { set } = documentSet(
    documents,
    kinds.map((k) => k.schema),
  );
  const world = openWorld({
    io: invocation.io,
    documents: set,
    kubeconfig: invocation.option("kubeconfig"),
    context: invocation.option("context"),
  });
  return { documents, world, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() };
}
