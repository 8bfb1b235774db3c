import { documentSet } from "../../model/document-set.ts";
import { nameOf, type Document } from "../../model/document.ts";
import { message, render } from "../../text/message.ts";
import { kinds, nodeKinds } from "../../kinds/registry.ts";
import type { Invocation } from "./command.ts";
import { readDocuments } from "./input.ts";
import { openWorld, type OpenWorld, type WorldOptions } from "./world.ts";

/** Documents that were given, and the world to make them true in. */
export interface Session extends AsyncDisposable {
  readonly documents: readonly Document[];
  readonly world: OpenWorld;
}

/** Reads the documents of a command and opens the world for them. */
export async function openSession(
  invocation: Invocation,
  extra: Pick<WorldOptions, "host"> = {},
): Promise<Session> {
  const documents = await readDocuments(invocation);
  const { set } = documentSet(
    documents,
    kinds.map((k) => k.schema),
  );
  const world = openWorld({
    ...extra,
    io: invocation.io,
    documents: set,
    kubeconfig: invocation.option("kubeconfig"),
    context: invocation.option("context"),
  });
  return { documents, world, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() };
}

/** Tells a person which of the documents are for `moorline node apply`. */
export function tellOfNodeDocuments(session: Session, invocation: Invocation): void {
  const names = session.documents.filter((d) => nodeKinds.includes(d.kind)).map(nameOf);
  if (names.length === 0 || invocation.option("output") === "json") return;
  invocation.io.err(
    `${render(message("cli.nodeDocumentsLeft", { names: names.join(", ") }), invocation.language)}\n`,
  );
}
