import { z } from "zod";

/** Loose, because a robot is written back whole: what this version of Moorline does not know must survive. */
const access = z.looseObject({ resource: z.string(), action: z.string(), effect: z.string().optional() });
const permission = z.looseObject({
  /** `system` with namespace `/`, or `project` with a project's name or `*`. */
  kind: z.string(),
  namespace: z.string(),
  access: z.array(access),
});

export const robot = z.looseObject({
  id: z.number(),
  /** The login name, with prefix: `robot$team-a+ci`. */
  name: z.string(),
  description: z.string().optional(),
  level: z.string(),
  /** Days; -1 for ever. */
  duration: z.number().optional(),
  /** Unix seconds; -1 never. */
  expires_at: z.number().optional(),
  disable: z.boolean().default(false),
  /** false: from before 2.2; it can only be deleted. */
  editable: z.boolean().default(false),
  permissions: z
    .array(permission)
    .nullish()
    .transform((p) => p ?? []),
  creation_time: z.string().optional(),
  update_time: z.string().optional(),
});
export type Robot = z.infer<typeof robot>;

export const robotCreated = z.object({
  id: z.number(),
  name: z.string().min(1),
  secret: z.string().min(1),
  expires_at: z.number().optional(),
});

/** Refreshing gives a new secret; setting one of our own gives `{}`. */
export const robotSecret = z.object({ secret: z.string().optional() });

const name = z
  .string()
  .max(255)
  .regex(/^[a-z0-9]+(?:[._-][a-z0-9]+)*$/, "lower-case letters and digits, separated by single . _ or -");

/** What Harbor demands of a new robot (facts/harbor.md §1.6), checked before it is asked. */
export const newRobot = z
  .strictObject({
    name,
    level: z.enum(["system", "project"]),
    /** 0 means "the default" before 2.11 and is an error after: say the days, or -1. */
    duration: z.int().refine((days) => days === -1 || days > 0, "days above 0, or -1 for ever"),
    description: z.string().max(1024).optional(),
    disable: z.boolean().optional(),
    permissions: z
      .array(
        z.strictObject({
          kind: z.enum(["system", "project"]),
          namespace: z.string().min(1),
          access: z.array(z.strictObject({ resource: z.string().min(1), action: z.string().min(1) })).min(1),
        }),
      )
      .min(1),
  })
  .refine(
    (r) => r.level === "system" || r.permissions.length === 1,
    "a project robot has one permission entry",
  )
  .refine(
    (r) => r.level === "system" || r.permissions.every((p) => p.kind === "project" && p.namespace !== "*"),
    "a project robot's permissions are those of one project",
  );
export type NewRobot = z.input<typeof newRobot>;

/** Harbor's rule for secrets set by hand: 8 to 128 characters, an upper-case and a lower-case letter, a digit. */
export const ownSecret = z
  .string()
  .min(8)
  .max(128)
  .regex(/[A-Z]/, "an upper-case letter")
  .regex(/[a-z]/, "a lower-case letter")
  .regex(/\d/, "a digit");
