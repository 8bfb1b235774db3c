import type { HarborClient } from "../../clients/harbor/client.ts";
import type { RegistryClient } from "../../clients/registry/client.ts";
import { MoorlineError } from "../../model/errors.ts";

/**
 * Whether a proxy cache already holds an image, asked before it is pulled. No header of a pull tells; Harbor's own
 * records do (facts/harbor.md §1.9).
 * @param reference tag or digest
 * @returns undefined where the project is no proxy cache, where there is no Harbor, or where this account is not told
 */
export async function isCached(
  harbor: HarborClient,
  registry: Pick<RegistryClient, "resolve">,
  image: { readonly repository: string; readonly reference: string },
  signal: AbortSignal,
): Promise<boolean | undefined> {
  const [name = "", ...rest] = image.repository.split("/");
  const repository = rest.join("/");
  if (repository === "") return undefined;
  try {
    const project = await harbor.projects.getByName(name, signal);
    if ((project?.registry_id ?? 0) === 0) return undefined;
    if (await harbor.content.holds(name, repository, image.reference, signal)) return true;
    // A client that never sent a HEAD left the image there without its tag. A HEAD alone brings no layer, so that this
    // question does not answer itself.
    const { digest } = await registry.resolve(image.repository, image.reference, signal);
    return await harbor.content.holds(name, repository, digest, signal);
  } catch (thrown) {
    signal.throwIfAborted();
    // The measurement goes on without; what hinders a pull it meets itself.
    if (thrown instanceof MoorlineError) return undefined;
    throw thrown;
  }
}
