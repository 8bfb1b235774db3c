import { resolve } from "node:path";
import { nameOf, type Document } from "../../model/document.ts";
import { MoorlineError } from "../../model/errors.ts";
import { Sensitive } from "../../model/sensitive.ts";
import type { World } from "../world.ts";
import type { Passphrase } from "./schema-fields.ts";

/**
 * Reads a passphrase that a document names.
 * @throws PASSPHRASE_MISSING where it is not there or empty
 */
export async function readPassphrase(
  { environment, file }: Passphrase,
  document: Document,
  world: World,
): Promise<Sensitive> {
  const path = resolve(document.source.directory, file ?? "");
  const text =
    environment === undefined
      ? (await world.documentsHost.readFile(path, 4096))?.bytes.toString("utf8").split(/\r?\n/, 1)[0]
      : world.environment(environment);
  if (text === undefined || text === "")
    throw new MoorlineError("PASSPHRASE_MISSING", {
      subject: nameOf(document),
      parameters: { source: environment === undefined ? path : `$${environment}` },
    });
  return new Sensitive(text);
}
