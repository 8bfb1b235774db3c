import type { Sensitive } from "../../model/sensitive.ts";

/** Who asks: a user, or a robot account by its full login name (`robot$team-a+ci`). */
export interface Credential {
  readonly username: string;
  readonly password: Sensitive;
}

/** The Authorization header of a credential (RFC 7617). Made where it is sent, and kept nowhere. */
export function basicAuthorization(credential: Credential): string {
  const pair = `${credential.username}:${credential.password.reveal()}`;
  return `Basic ${Buffer.from(pair, "utf8").toString("base64")}`;
}
