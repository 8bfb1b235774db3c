import { z } from "zod";
import { checkRequest, createdId, type HarborConnection } from "./connection.ts";

const selector = z.looseObject({
  kind: z.string().default(""),
  decoration: z.string().default(""),
  pattern: z.string().default(""),
});

const rule = z.looseObject({
  disabled: z.boolean().default(false),
  action: z.string().default("retain"),
  template: z.string(),
  params: z.record(z.string(), z.unknown()).default({}),
  tag_selectors: z.array(selector).default([]),
  scope_selectors: z.record(z.string(), z.array(selector)).default({}),
});

/** What Harbor keeps of a project's tags; everything else goes (facts/harbor.md §1.10). */
const policy = z.looseObject({
  id: z.number(),
  algorithm: z.string().default("or"),
  rules: z
    .array(rule)
    .nullish()
    .transform((r) => r ?? []),
  trigger: z
    .looseObject({
      kind: z.string().default(""),
      settings: z
        .looseObject({ cron: z.string().default("") })
        .nullish()
        .transform((s) => s ?? { cron: "" }),
    })
    .nullish(),
});
export type RetentionPolicy = z.infer<typeof policy>;

/** Everything pulled within so many days is kept; the rest goes at the times that `cron` tells. */
const lifetime = z.strictObject({
  projectId: z.int().positive(),
  daysSinceLastPull: z.int().min(1).max(36_500),
  /** Six fields, seconds first. */
  cron: z.string(),
});
export type Lifetime = z.input<typeof lifetime>;

export interface RetentionsApi {
  get(id: number, signal?: AbortSignal): Promise<RetentionPolicy | undefined>;
  /** @throws HARBOR_BAD_REQUEST where the project has a policy already */
  create(lifetime: Lifetime, signal?: AbortSignal): Promise<{ readonly id: number }>;
  /** Replaces the whole policy. */
  update(id: number, lifetime: Lifetime, signal?: AbortSignal): Promise<void>;
}

export function retentionsApi(connection: HarborConnection): RetentionsApi {
  const body = (value: Lifetime, method: string) => {
    const subject = `${method} ${connection.url}/api/v2.0/retentions`;
    const { projectId, daysSinceLastPull, cron } = checkRequest(lifetime, value, subject);
    const everything = { kind: "doublestar", pattern: "**" };
    return {
      algorithm: "or",
      scope: { level: "project", ref: projectId },
      trigger: { kind: "Schedule", settings: { cron }, references: {} },
      rules: [
        {
          disabled: false,
          action: "retain",
          template: "nDaysSinceLastPull",
          params: { nDaysSinceLastPull: daysSinceLastPull },
          tag_selectors: [
            { ...everything, decoration: "matches", extras: JSON.stringify({ untagged: true }) },
          ],
          scope_selectors: { repository: [{ ...everything, decoration: "repoMatches" }] },
        },
      ],
    };
  };
  return {
    get: (id, signal) => connection.readIfThere({ method: "GET", path: `/retentions/${id}`, signal }, policy),
    create: async (value, signal) => {
      const json = body(value, "POST");
      return { id: createdId(await connection.send({ method: "POST", path: "/retentions", json, signal })) };
    },
    update: async (id, value, signal) => {
      const json = { ...body(value, "PUT"), id };
      await connection.send({ method: "PUT", path: `/retentions/${id}`, json, signal });
    },
  };
}
