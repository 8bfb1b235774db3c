import {
  createVerify,
  generateKeyPairSync,
  randomUUID,
  createPrivateKey,
  createPublicKey,
  sign,
  type KeyObject,
} from "node:crypto";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { z } from "zod";

const claimsSchema = z.object({
  iss: z.literal("harbor-token-issuer"),
  aud: z.literal("harbor-registry"),
  sub: z.string(),
  exp: z.number(),
  nbf: z.number(),
  iat: z.number(),
  jti: z.string(),
  access: z.array(z.object({ type: z.string(), name: z.string(), actions: z.array(z.string()) })),
});

export type Claims = z.infer<typeof claimsSchema>;
export type ScopeAccess = Claims["access"][number];

/** On a thread of its own: a signature takes longer than everything else that a request does. */
const signature = promisify(sign);

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/** Signs and checks registry tokens: RS256, as Harbor's core does (facts/harbor.md §4). */
export interface TokenIssuer {
  issue(subject: string, access: readonly ScopeAccess[], now: number, minutes: number): Promise<string>;
  /** The claims of a token that is ours and not expired, or undefined. */
  verify(token: string, now: number): Claims | undefined;
}

/** Opens the issuer whose key lies in the folder, making the key at the first start. */
export function openTokenIssuer(directory: string): TokenIssuer {
  const key = openKey(join(directory, "token-key.pem"));
  const publicKey = createPublicKey(key);
  return {
    async issue(subject, access, now, minutes) {
      const iat = Math.floor(now / 1000);
      const claims: Claims = {
        iss: "harbor-token-issuer",
        sub: subject,
        aud: "harbor-registry",
        exp: iat + minutes * 60,
        nbf: iat,
        iat,
        jti: randomUUID(),
        access: access.map((a) => ({ type: a.type, name: a.name, actions: [...a.actions] })),
      };
      const text = `${part({ typ: "JWT", alg: "RS256" })}.${part(claims)}`;
      return `${text}.${(await signature("RSA-SHA256", Buffer.from(text), key)).toString("base64url")}`;
    },
    verify(token, now) {
      const [header, body, signature, ...rest] = token.split(".");
      if (header === undefined || body === undefined || signature === undefined || rest.length > 0)
        return undefined;
      const check = createVerify("RSA-SHA256").update(`${header}.${body}`);
      if (!check.verify(publicKey, Buffer.from(signature, "base64url"))) return undefined;
      const claims = claimsSchema.safeParse(JSON.parse(Buffer.from(body, "base64url").toString("utf8")));
      return claims.success && claims.data.exp * 1000 > now ? claims.data : undefined;
    },
  };
}

function openKey(path: string): KeyObject {
  try {
    return createPrivateKey(readFileSync(path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  writeFileSync(`${path}.new`, privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 });
  renameSync(`${path}.new`, path);
  return privateKey;
}
