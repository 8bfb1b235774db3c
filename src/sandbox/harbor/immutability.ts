import { matchesGlob } from "./glob.ts";
import type { Repository } from "./records.ts";
import type { Site } from "./site.ts";
import { z } from "zod";

const selector = z.object({ decoration: z.string().default("matches"), pattern: z.string().default("**") });
const rule = z.object({
  disabled: z.boolean().default(false),
  tag_selectors: z.array(selector).default([]),
  scope_selectors: z.record(z.string(), z.array(selector)).default({}),
});

/** Whether an immutability rule of the project covers this tag (facts/harbor.md §1.10). */
export function isImmutable(
  site: Site,
  repository: Pick<Repository, "projectId" | "name">,
  tag: string,
): boolean {
  const name = repository.name.split("/").slice(1).join("/");
  return site.store
    .filter("immutables", (r) => r.projectId === repository.projectId)
    .some((row) => {
      const parsed = rule.safeParse(row.body);
      if (!parsed.success || parsed.data.disabled) return false;
      const scopes = Object.values(parsed.data.scope_selectors).flat();
      return scopes.every((s) => selects(s, name)) && parsed.data.tag_selectors.every((s) => selects(s, tag));
    });
}

function selects(by: z.infer<typeof selector>, value: string): boolean {
  const matches = matchesGlob(by.pattern, value);
  return by.decoration.toLowerCase().endsWith("excludes") ? !matches : matches;
}
