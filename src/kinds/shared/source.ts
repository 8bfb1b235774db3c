import { resolve } from "node:path";
import { MoorlineError } from "../../model/errors.ts";
import { longestPem } from "../../pki/pem.ts";
import type { World } from "../world.ts";

/**
 * Reads a file that a document names.
 * @param directory where a relative path starts
 * @throws TRUST_SOURCE_MISSING, HOST_*
 */
export async function readSource(
  path: string,
  directory: string,
  world: Pick<World, "documentsHost">,
): Promise<{ readonly text: string; readonly subject: string }> {
  const subject = resolve(directory, path);
  const file = await world.documentsHost.readFile(subject, longestPem);
  if (file === undefined) throw new MoorlineError("TRUST_SOURCE_MISSING", { subject });
  return { text: file.bytes.toString("utf8"), subject };
}
