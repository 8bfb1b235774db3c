import { Sensitive } from "../../../model/sensitive.ts";
import { createAuthority, type Authority } from "../../../pki/authority.ts";
import { exportPrivateKey } from "../../../pki/key.ts";
import type { CertificateContext } from "../action.ts";
import { readPassphrase } from "../passphrase.ts";
import type { OwnAuthority } from "../schema-issuer.ts";
import type { Store } from "../store.ts";

/**
 * Makes a CA and keeps it under an entry that must be free.
 * @param beside what stands in the same entry, since one write is whole
 * @throws CERTIFICATE_STORE_CHANGED, PASSPHRASE_MISSING
 */
export async function makeAuthority(
  own: OwnAuthority,
  store: Store,
  entry: string,
  context: CertificateContext,
  beside?: (authority: Authority, context: CertificateContext) => Promise<string>,
): Promise<void> {
  const { document, world } = context;
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
  const more = (await beside?.(authority, context)) ?? "";
  const packed = new Sensitive(key.reveal() + authority.certificatePem + more);
  await store.write(entry, packed, "absent");
}
