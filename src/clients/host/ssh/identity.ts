import ssh2 from "ssh2";
import { MoorlineError } from "../../../model/errors.ts";
import type { Sensitive } from "../../../model/sensitive.ts";

/**
 * Sees to it that a private key can be used, before anything is connected: ssh2 would only say that login failed.
 * @param path as messages call it
 * @throws HOST_SSH_IDENTITY_UNREADABLE, HOST_SSH_PASSPHRASE_WRONG
 */
export function checkIdentity(key: Sensitive, passphrase: Sensitive | undefined, path: string): void {
  const parsed = ssh2.utils.parseKey(key.reveal(), passphrase?.reveal());
  const refuse = (code: MoorlineError["code"], reason: { en: string; zh: string }): MoorlineError =>
    new MoorlineError(code, { subject: path, parameters: { reason } });
  if (!(parsed instanceof Error)) {
    if (parsed.isPrivateKey()) return;
    throw refuse("HOST_SSH_IDENTITY_UNREADABLE", { en: "it is a public key", zh: "这是公钥" });
  }
  const { message } = parsed;
  if (/no passphrase given/i.test(message))
    throw refuse("HOST_SSH_PASSPHRASE_WRONG", { en: "no passphrase was given", zh: "未提供口令" });
  if (passphrase !== undefined && /passphrase|integrity|decrypt/i.test(message))
    throw refuse("HOST_SSH_PASSPHRASE_WRONG", { en: "the passphrase is not its", zh: "口令不正确" });
  if (key.reveal().includes("BEGIN PRIVATE KEY") || key.reveal().includes("BEGIN ENCRYPTED PRIVATE KEY"))
    throw refuse("HOST_SSH_IDENTITY_UNREADABLE", {
      en: "it is in PKCS#8; `ssh-keygen -p -f` writes it anew in OpenSSH's format",
      zh: "其格式为 PKCS#8；可用 `ssh-keygen -p -f` 改写为 OpenSSH 格式",
    });
  throw refuse("HOST_SSH_IDENTITY_UNREADABLE", { en: message, zh: message });
}
