import { createHash, pbkdf2, randomBytes, randomInt, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";

const derive = promisify(pbkdf2);
const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const alphabet = `${letters}${letters.toLowerCase()}0123456789`;

/** 32 characters that satisfy Harbor's own rule. */
export function generateSecret(): string {
  for (;;) {
    const secret = Array.from({ length: 32 }, () => alphabet[randomInt(alphabet.length)]).join("");
    if (isStrong(secret)) return secret;
  }
}

/** 8 to 128 characters, with an upper case letter, a lower case letter and a digit (facts/harbor.md §1.6). */
export function isStrong(secret: string): boolean {
  return (
    secret.length >= 8 &&
    secret.length <= 128 &&
    /[A-Z]/.test(secret) &&
    /[a-z]/.test(secret) &&
    /\d/.test(secret)
  );
}

/** Users' passwords: PBKDF2 with as many rounds as Harbor's (4096); answers `salt:hash`. */
export async function hashPassword(
  password: string,
  salt = randomBytes(16).toString("hex"),
): Promise<string> {
  const hash = await derive(password, salt, 4096, 16, "sha256");
  return `${salt}:${hash.toString("hex")}`;
}

export async function passwordMatches(password: string, stored: string): Promise<boolean> {
  return same(await hashPassword(password, stored.split(":")[0]), stored);
}

/** Robots' secrets are random, so one salted SHA-256 is enough; every pull pays for it. */
export function hashSecret(secret: string, salt = randomBytes(16).toString("hex")): string {
  return `${salt}:${createHash("sha256").update(salt).update(secret).digest("hex")}`;
}

export function secretMatches(secret: string, stored: string): boolean {
  return same(hashSecret(secret, stored.split(":")[0]), stored);
}

function same(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}
