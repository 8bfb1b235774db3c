import ssh2 from "ssh2";
import { MoorlineError } from "../../../model/errors.ts";
import { Sensitive } from "../../../model/sensitive.ts";
import { fromPkcs8, isPkcs8 } from "./pkcs8.ts";

/** A private key as ssh2 takes it. */
export interface Identity {
  readonly key: Sensitive;
  readonly passphrase?: Sensitive;
}

/**
 * Sees to it that a private key can be used, before anything is connected: ssh2 would only say that login failed. One
 * in PKCS#8, which ssh2 does not read, is converted in memory.
 * @param path as messages call it
 * @throws HOST_SSH_IDENTITY_UNREADABLE, HOST_SSH_PASSPHRASE_WRONG
 */
export function usableIdentity(key: Sensitive, passphrase: Sensitive | undefined, path: string): Identity {
  if (isPkcs8(key.reveal())) return { key: convert(key, passphrase, path) };
  const parsed = ssh2.utils.parseKey(key.reveal(), passphrase?.reveal());
  if (!(parsed instanceof Error)) {
    if (parsed.isPrivateKey()) return { key, ...(passphrase !== undefined && { passphrase }) };
    throw refuse("HOST_SSH_IDENTITY_UNREADABLE", path, { en: "it is a public key", zh: "这是公钥" });
  }
  const { message } = parsed;
  if (/no passphrase given/i.test(message)) throw refuse("HOST_SSH_PASSPHRASE_WRONG", path, noPassphrase);
  if (passphrase !== undefined && /passphrase|integrity|decrypt/i.test(message))
    throw refuse("HOST_SSH_PASSPHRASE_WRONG", path, otherPassphrase);
  throw refuse("HOST_SSH_IDENTITY_UNREADABLE", path, { en: message, zh: message });
}

function convert(key: Sensitive, passphrase: Sensitive | undefined, path: string): Sensitive {
  const isEncrypted = key.reveal().includes("BEGIN ENCRYPTED PRIVATE KEY");
  if (isEncrypted && passphrase === undefined) throw refuse("HOST_SSH_PASSPHRASE_WRONG", path, noPassphrase);
  let converted: string | undefined;
  try {
    converted = fromPkcs8(key.reveal(), passphrase?.reveal());
  } catch (thrown) {
    // OpenSSL does not always tell a wrong passphrase from damage: it decrypts to something that is no key.
    if (isEncrypted) throw refuse("HOST_SSH_PASSPHRASE_WRONG", path, otherPassphrase);
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw refuse("HOST_SSH_IDENTITY_UNREADABLE", path, { en: reason, zh: reason });
  }
  if (converted !== undefined && !(ssh2.utils.parseKey(converted) instanceof Error))
    return new Sensitive(converted);
  throw refuse("HOST_SSH_IDENTITY_UNREADABLE", path, {
    en: "it is of a type that SSH does not know; RSA, ECDSA (P-256, P-384, P-521) and Ed25519 can be used",
    zh: "SSH 不支持该密钥类型；可使用 RSA、ECDSA（P-256、P-384、P-521）和 Ed25519",
  });
}

const noPassphrase = { en: "no passphrase was given", zh: "未提供口令" };
const otherPassphrase = { en: "the passphrase is not its", zh: "口令不正确" };

function refuse(
  code: MoorlineError["code"],
  path: string,
  reason: { readonly en: string; readonly zh: string },
): MoorlineError {
  return new MoorlineError(code, { subject: path, parameters: { reason } });
}
