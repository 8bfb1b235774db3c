import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Sensitive } from "../../model/sensitive.ts";
import { anonymous, type Rule, type User } from "../kubernetes/auth/principals.ts";
import { unauthorized } from "../kubernetes/status.ts";

/** A user of KubeSphere. */
export interface AccountOptions {
  readonly name: string;
  readonly password: Sensitive;
  readonly groups?: readonly string[];
  readonly rules?: readonly Rule[];
}

const lifetimeSeconds = 7_200;
const mostTokens = 1_000;

/** Accounts with passwords, and the tokens that /oauth/token gave them. */
export class Accounts {
  readonly #accounts: readonly AccountOptions[];
  readonly #clock: () => Date;
  readonly #tokens = new Map<string, { readonly name: string; readonly until: number }>();

  constructor(accounts: readonly AccountOptions[], clock: () => Date) {
    this.#accounts = accounts;
    this.#clock = clock;
  }

  /** The answer to a password or refresh grant, or undefined where the credentials are wrong. */
  grant(form: URLSearchParams): Record<string, string | number> | undefined {
    const name =
      form.get("grant_type") === "refresh_token"
        ? this.#nameOf(form.get("refresh_token") ?? "")
        : this.#checked(form.get("username") ?? "", form.get("password") ?? "");
    if (name === undefined) return undefined;
    return {
      access_token: this.#issue(name),
      token_type: "Bearer",
      refresh_token: this.#issue(name),
      expires_in: lifetimeSeconds,
    };
  }

  /** Who sends a request by Basic or by a token given here; undefined where its token is not one of these. @throws ApiError 401 */
  identify(request: IncomingMessage): User | undefined {
    const [scheme = "", value = ""] = (request.headers.authorization ?? "").split(/\s+/, 2);
    if (scheme === "") return anonymous;
    if (scheme.toLowerCase() === "basic") {
      const [name, password] = splitColon(Buffer.from(value, "base64").toString());
      const found = this.#checked(name, password);
      if (found === undefined) throw unauthorized();
      return this.#user(found);
    }
    const name = this.#nameOf(value);
    return name === undefined ? undefined : this.#user(name);
  }

  #user(name: string): User {
    const account = this.#accounts.find((one) => one.name === name);
    return {
      name,
      groups: [...(account?.groups ?? []), "system:authenticated"],
      rules: account?.rules ?? [],
    };
  }

  #checked(name: string, password: string): string | undefined {
    return this.#accounts.some((one) => one.name === name && one.password.reveal() === password)
      ? name
      : undefined;
  }

  #nameOf(token: string): string | undefined {
    const found = this.#tokens.get(token);
    return found === undefined || found.until < this.#clock().getTime() ? undefined : found.name;
  }

  #issue(name: string): string {
    const token = randomBytes(24).toString("base64url");
    const [oldest] = this.#tokens.keys();
    if (this.#tokens.size >= mostTokens && oldest !== undefined) this.#tokens.delete(oldest);
    this.#tokens.set(token, { name, until: this.#clock().getTime() + lifetimeSeconds * 1000 });
    return token;
  }
}

function splitColon(text: string): readonly [string, string] {
  const colon = text.indexOf(":");
  return colon === -1 ? [text, ""] : [text.slice(0, colon), text.slice(colon + 1)];
}
