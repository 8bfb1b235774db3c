import { z } from "zod";
import { MoorlineError } from "../../model/errors.ts";
import type { RegistryConnection } from "./connection.ts";
import { checkRepository } from "./reference.ts";

const tagList = z.object({
  tags: z
    .array(z.string())
    .nullish()
    .transform((t) => t ?? []),
});

const pageSize = 1000;

/**
 * The tags of a repository, page by page (distribution-spec, "Listing Tags"). The next page is asked for by the last
 * tag of this one, never by following a link: links may lead anywhere.
 */
export async function* tags(
  registry: RegistryConnection,
  repository: string,
  signal?: AbortSignal,
): AsyncGenerator<string> {
  let last: string | undefined;
  for (;;) {
    const answer = await registry.send({
      method: "GET",
      path: `/v2/${checkRepository(repository)}/tags/list`,
      query: { n: pageSize, last },
      scopes: [{ repository, actions: ["pull"] }],
      thing: repository,
      signal,
    });
    const page = tagList.safeParse(answer.json());
    if (!page.success) {
      const reason = "its list of tags does not parse";
      throw new MoorlineError("REGISTRY_NOT_REGISTRY", { subject: answer.subject, parameters: { reason } });
    }
    yield* page.data.tags;
    const end = page.data.tags.at(-1);
    const more = answer.headers.link?.includes('rel="next"') === true;
    // A server that repeats a page would keep us here for ever.
    if (!more || end === undefined || end === last) return;
    last = end;
  }
}
