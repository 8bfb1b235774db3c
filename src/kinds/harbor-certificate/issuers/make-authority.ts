import { Sensitive } from "../../../model/sensitive.ts";
import { createAuthority } from "../../../pki/authority.ts";
import { exportPrivateKey } from "../../../pki/key.ts";
import type { CertificateContext } from "../action.ts";
import { readPassphrase } from "../passphrase.ts";
import type { OwnAuthority } from "../schema-issuer.ts";
import type { Store } from "../store.ts";

/** Makes a CA and keeps it under an entry that must be free. @throws CERTIFICATE_STORE_CHANGED, PASSPHRASE_MISSING */
export async function makeAuthority(
  own: OwnAuthority,
  store: Store,
  entry: string,
  { document, world }: CertificateContext,
): Promise<void> {
  const passphrase = own.passphrase && (await readPassphrase(own.passphrase, document, world));
  const authority = await createAuthority({
    commonName: own.commonName,
    keyType: own.keyType,
    validityDays: own.validityDays,
    pathLength: 0,
    ...(own.nameConstraints !== undefined && { nameConstraints: own.nameConstraints }),
    now: world.clock.now(),
    randomBytes: (length) => world.random.bytes(length),
  });
  const key = await exportPrivateKey(authority.key, passphrase, (length) => world.random.bytes(length));
  const packed = new Sensitive(key.reveal() + authority.certificatePem);
  await store.write(entry, packed, "absent");
}
