import type { AccountOptions } from "../../../../clients/acme/account.ts";
import { readAccountKey } from "../../../../clients/acme/jws.ts";
import { AcmeSession } from "../../../../clients/acme/session.ts";
import { nameOf } from "../../../../model/document.ts";
import { MoorlineError } from "../../../../model/errors.ts";
import { readBundle } from "../../../shared/bundle.ts";
import { readSecretValue } from "../../../shared/secret-value.ts";
import type { CertificateContext } from "../../action.ts";
import type { Store } from "../../store.ts";
import { acmeEntries } from "./order-state.ts";
import type { Acme } from "./schema.ts";
import { waitingOf } from "./waiting.ts";

/**
 * A conversation with the ACME server that a document names, over the world's own connections.
 * @throws CERTIFICATE_STORE_CHANGED where the account's key is gone, ACME_ACCOUNT_KEY_BROKEN, TRUST_SOURCE_MISSING
 */
export async function openSession(
  acme: Acme,
  store: Store,
  { document, world, signal }: CertificateContext,
): Promise<AcmeSession> {
  const pem = await store.read(acmeEntries.account);
  if (pem === undefined) throw new MoorlineError("CERTIFICATE_STORE_CHANGED", { subject: nameOf(document) });
  const bundle = acme.ca && (await readBundle(acme.ca, document.source.directory, world, signal));
  const tls = bundle === undefined ? {} : { ca: bundle.text };
  return new AcmeSession({
    directoryUrl: acme.server,
    endpoint: (origin) => world.endpoint(origin, tls),
    key: readAccountKey(pem, `${store.name}: ${acmeEntries.account}`),
    time: waitingOf(world),
    signal,
  });
}

/** @throws SECRET_VALUE_MISSING */
export async function accountOptions(
  acme: Acme,
  { document, world, signal }: CertificateContext,
): Promise<AccountOptions> {
  const { externalAccount } = acme;
  const what = { en: "the HMAC key of the external account", zh: "外部账户 HMAC 密钥" };
  return {
    contacts: acme.contacts,
    // The schema refuses documents that do not say so.
    termsOfServiceAgreed: true,
    ...(externalAccount !== undefined && {
      externalAccount: {
        keyId: externalAccount.keyId,
        key: await readSecretValue(externalAccount.key, what, document, world, signal),
      },
    }),
  };
}
