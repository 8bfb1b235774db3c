import { z } from "zod";

/** Docker's token specification; Harbor leaves `access_token` empty, so `token` comes first (facts/harbor.md §4). */
const tokenBody = z.object({
  token: z.string().nullish(),
  access_token: z.string().nullish(),
  /** Seconds; the specification's default is 60. */
  expires_in: z.number().positive().nullish(),
});

const claims = z.object({
  iss: z.string().optional(),
  sub: z.string().optional(),
  access: z
    .array(
      z.object({
        type: z.string(),
        name: z.string(),
        actions: z.array(z.string()).nullish(),
      }),
    )
    .nullish(),
});

/** A token as the service gave it. */
export interface Token {
  readonly value: string;
  readonly lifetimeSeconds: number;
  /** What its claims say; undefined for a token that is not a readable JWT. */
  readonly claims: Claims | undefined;
}

/** What a JWT says about itself. Read to explain a refusal; nothing is decided on it that the registry does not check. */
export interface Claims {
  /** Empty for the anonymous token that Harbor gives to a wrong credential; undefined where the token does not tell. */
  readonly subject: string | undefined;
  readonly access: readonly { readonly repository: string; readonly actions: readonly string[] }[];
}

/** @returns undefined where the body holds no token */
export function readToken(body: unknown): Token | undefined {
  const parsed = tokenBody.safeParse(body);
  const value = parsed.data?.token || parsed.data?.access_token;
  if (!value) return undefined;
  return { value, lifetimeSeconds: parsed.data?.expires_in ?? 60, claims: readClaims(value) };
}

function readClaims(jwt: string): Claims | undefined {
  const [, payload, , ...tooMany] = jwt.split(".");
  if (payload === undefined || tooMany.length > 0) return undefined;
  try {
    const parsed = claims.parse(JSON.parse(Buffer.from(payload, "base64url").toString("utf8")));
    const repositories = (parsed.access ?? []).filter((a) => a.type === "repository");
    // Harbor's token service (src/core/service/token) signs an empty subject for nobody, which newer JWT libraries
    // leave out; other services may leave it out for anybody.
    const nobody = parsed.iss === "harbor-token-issuer" ? "" : undefined;
    return {
      subject: parsed.sub ?? nobody,
      access: repositories.map((a) => ({ repository: a.name, actions: a.actions ?? [] })),
    };
  } catch {
    // Opaque tokens are allowed; only the registry has to read them.
    return undefined;
  }
}

/** The actions that a token's claims grant in a repository. */
export function grantedActions(of: Claims, repository: string): readonly string[] {
  return [...new Set(of.access.filter((a) => a.repository === repository).flatMap((a) => a.actions))];
}
