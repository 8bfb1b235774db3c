import { bindExternalAccount, type ExternalAccount } from "./jws.ts";
import { kindOf } from "./problem.ts";
import { accountSchema } from "./resources.ts";
import type { AcmeSession } from "./session.ts";

export interface AccountOptions {
  /** Mail addresses. */
  readonly contacts: readonly string[];
  /** A person agreed to the CA's terms, in so many words. */
  readonly termsOfServiceAgreed: true;
  readonly externalAccount?: ExternalAccount;
}

/**
 * Finds the account of the session's key, or makes it; contacts that changed are told. The session knows it from then on.
 * @throws ACME_ACCOUNT_REFUSED, ACME_TERMS_NOT_AGREED, ACME_EXTERNAL_ACCOUNT_REQUIRED, ACME_RATE_LIMITED, …
 */
export async function openAccount(session: AcmeSession, options: AccountOptions): Promise<void> {
  const { newAccount, meta } = await session.directory();
  const contact = options.contacts.map((address) => `mailto:${address}`);
  // RFC 8555 §7.3.1: asking for an existing account makes none.
  const found = await session.post(newAccount, { onlyReturnExisting: true });
  if (found.problem === undefined) {
    const known = session.parse(accountSchema, found.response);
    session.account = locationOf(session, found.response.headers.location);
    if (known.contact !== undefined && !sameSet(known.contact, contact))
      await session.demand(session.account, { contact });
    return;
  }
  if (kindOf(found.problem) !== "accountDoesNotExist") throw session.refusal(found);
  const { externalAccount } = options;
  const made = await session.demand(newAccount, {
    ...(contact.length > 0 && { contact }),
    ...(meta?.termsOfService !== undefined && { termsOfServiceAgreed: options.termsOfServiceAgreed }),
    ...(externalAccount !== undefined && {
      externalAccountBinding: bindExternalAccount(externalAccount, session.key, newAccount),
    }),
  });
  session.account = locationOf(session, made.headers.location);
}

/** RFC 8555 §7.3: the account's URL stands in Location. */
function locationOf(session: AcmeSession, location: string | undefined): string {
  return new URL(location ?? "", session.name).href;
}

const sameSet = (a: readonly string[], b: readonly string[]): boolean =>
  [...a].sort().join("\n") === [...b].sort().join("\n");
