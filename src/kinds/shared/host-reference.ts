import { z } from "zod";
import { described } from "../../model/kind-schema.ts";
import { filePath, variableName } from "./fields.ts";

const keyPassphrase = z
  .strictObject({
    environment: described(
      variableName.optional(),
      "Environment variable that holds it.",
      "保存口令的环境变量。",
    ),
    file: described(
      filePath.optional(),
      "File that holds it; relative paths start from this document's folder.",
      "保存口令的文件；相对路径以本文档所在目录为起点。",
    ),
  })
  .refine((s) => (s.environment === undefined) !== (s.file === undefined), {
    message: "give exactly one of environment and file",
    params: { zh: "environment、file 必须且只能填写一项" },
  });

const ssh = z
  .strictObject({
    host: described(
      z
        .string()
        .min(1)
        .max(253)
        .regex(/^[0-9A-Za-z._:-]+$/, "is not a host name or an address | 不是主机名或 IP 地址"),
      "Name or address of the machine.",
      "机器的主机名或 IP 地址。",
    ),
    port: described(z.int().min(1).max(65535).default(22), "Port of its SSH server.", "SSH 端口。"),
    user: described(
      z
        .string()
        .min(1)
        .max(64)
        .regex(/^[A-Za-z0-9_][A-Za-z0-9._-]*$/, "is not a user name | 不是有效的用户名")
        .default("root"),
      "Who logs in.",
      "登录用户。",
    ),
    identityFile: described(
      filePath.optional(),
      "Private key file; relative paths start from this document's folder.",
      "私钥文件；相对路径以本文档所在目录为起点。",
    ),
    identityPassphrase: described(keyPassphrase.optional(), "Opens the private key.", "用于解密私钥的口令。"),
    agent: described(
      z.boolean().default(false),
      "Use the keys of the SSH agent at SSH_AUTH_SOCK.",
      "使用 SSH_AUTH_SOCK 处 SSH 代理中的密钥。",
    ),
    knownHosts: described(
      filePath.optional(),
      "File of host keys in OpenSSH's format; ~/.ssh/known_hosts where neither this nor hostKey is given.",
      "OpenSSH 格式的主机密钥文件；与 hostKey 均未填写时使用 ~/.ssh/known_hosts。",
    ),
    hostKey: described(
      z
        .string()
        .max(2048)
        .regex(
          /^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(256|384|521)) [A-Za-z0-9+/]+=*( .*)?$/,
          "is not a public key such as `ssh-ed25519 AAAA…` | 不是形如 `ssh-ed25519 AAAA…` 的公钥",
        )
        .optional(),
      "The machine's public key itself: `ssh-ed25519 AAAA…`.",
      "机器的公钥本身：`ssh-ed25519 AAAA…`。",
    ),
    sudo: described(
      z.boolean().default(false),
      "Work through `sudo -n`, which must ask for no password.",
      "通过 `sudo -n` 执行，且不得要求输入密码。",
    ),
  })
  .refine((s) => s.identityFile !== undefined || s.agent, {
    message: "give identityFile, or `agent: true`; passwords are not used",
    params: { zh: "请填写 identityFile，或设置 `agent: true`；不支持密码登录" },
  })
  .refine((s) => s.knownHosts === undefined || s.hostKey === undefined, {
    message: "give at most one of knownHosts and hostKey",
    params: { zh: "knownHosts、hostKey 最多填写一项" },
  });

/** A machine that is reached over the network. Where a document names none, this machine is meant. */
export const hostReference = z.strictObject({
  ssh: described(ssh, "Over SSH, with its host key checked.", "通过 SSH 访问，并校验主机密钥。"),
});

export type HostReference = z.infer<typeof hostReference>;
export type SshReference = HostReference["ssh"];
