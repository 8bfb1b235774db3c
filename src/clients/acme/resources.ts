import { z } from "zod";

/** Where an ACME server's operations are (RFC 8555 §7.1.1). */
export const directorySchema = z.object({
  newNonce: z.url(),
  newAccount: z.url(),
  newOrder: z.url(),
  meta: z
    .object({
      termsOfService: z.string().optional(),
      externalAccountRequired: z.boolean().optional(),
    })
    .optional(),
});

/** RFC 7807, with the members that RFC 8555 §6.7 adds. */
export const problemSchema = z.object({
  type: z.string().max(500).default("about:blank"),
  detail: z.string().max(10_000).default(""),
  instance: z.string().max(2000).optional(),
  subproblems: z
    .array(
      z.object({
        type: z.string().max(500).default("about:blank"),
        detail: z.string().max(10_000).default(""),
        identifier: z.object({ value: z.string().max(300) }).optional(),
      }),
    )
    .max(200)
    .default([]),
});

export const identifierSchema = z.object({ type: z.string(), value: z.string().max(300) });

/** RFC 8555 §7.1.3. */
export const orderSchema = z.object({
  status: z.string(),
  identifiers: z.array(identifierSchema).max(200),
  authorizations: z.array(z.url()).max(200),
  finalize: z.url(),
  certificate: z.url().optional(),
  error: problemSchema.optional(),
});

/** RFC 8555 §7.1.5. */
export const challengeSchema = z.object({
  type: z.string(),
  url: z.url(),
  status: z.string().default("pending"),
  /** RFC 8555 §8.3: the alphabet of base64url alone, so that it can stand in a path. */
  token: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,200}$/)
    .optional(),
  error: problemSchema.optional(),
});

/** RFC 8555 §7.1.4. */
export const authorizationSchema = z.object({
  identifier: identifierSchema,
  status: z.string(),
  challenges: z.array(challengeSchema).max(50),
  wildcard: z.boolean().optional(),
});

export const accountSchema = z.object({
  status: z.string(),
  contact: z.array(z.string()).optional(),
});

export type Directory = z.infer<typeof directorySchema>;
export type Problem = z.infer<typeof problemSchema>;
export type Identifier = z.infer<typeof identifierSchema>;
export type Challenge = z.infer<typeof challengeSchema>;
export type Authorization = z.infer<typeof authorizationSchema>;
/** An order, with the URL that it is found under. */
export type Order = z.infer<typeof orderSchema> & { readonly url: string };
