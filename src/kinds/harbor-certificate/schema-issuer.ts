import { z } from "zod";
import { described } from "../../model/kind-schema.ts";
import { keyTypes } from "../../pki/key.ts";
import { acme } from "./issuers/acme/schema.ts";
import { certManager } from "./issuers/cert-manager/schema.ts";
import { exactlyOne, filePath, secretName } from "../shared/fields.ts";
import { cidr, days, dnsName, passphrase } from "./schema-fields.ts";

const nameConstraints = z.strictObject({
  permittedDns: described(
    z.array(dnsName).max(100).default([]),
    "Domains that the CA may certify; each covers what is below it.",
    "允许该 CA 签发的域名，含其子域。",
  ),
  excludedDns: described(
    z.array(dnsName).max(100).default([]),
    "Domains that it may not.",
    "禁止签发的域名。",
  ),
  permittedIp: described(z.array(cidr).max(100).default([]), "Networks that it may.", "允许签发的网段。"),
  excludedIp: described(z.array(cidr).max(100).default([]), "Networks that it may not.", "禁止签发的网段。"),
});

const ownAuthority = z
  .strictObject({
    directory: described(
      filePath.optional(),
      "A folder (0700) that keeps the CA's key and what it issued; relative paths start from this document's folder.",
      "保存 CA 私钥及已签发证书的目录（权限 0700）；相对路径以本文档所在目录为起点。",
    ),
    secretRef: described(secretName.optional(), "A Secret that keeps them instead.", "改用 Secret 保存。"),
    commonName: described(
      z.string().min(1).max(64).default("Moorline CA"),
      "What the CA calls itself. Give each CA its own name.",
      "CA 的名称。不同的 CA 应使用不同名称。",
    ),
    keyType: described(z.enum(keyTypes).default("ECDSA_P256"), "Its key.", "CA 密钥类型。"),
    validityDays: described(days(7305).default(1825), "How long it lasts.", "CA 有效天数。"),
    passphrase: described(passphrase.optional(), "Encrypts its key.", "用于加密 CA 私钥的口令。"),
    intermediate: described(
      z.boolean().default(false),
      "Keep an intermediate here and its root's key offline: Moorline makes the key and a request (ca.csr), a root elsewhere signs it.",
      "此处只保存中间 CA，根 CA 私钥离线保管：Moorline 生成密钥和证书请求（ca.csr），由离线的根 CA 签发。",
    ),
    nameConstraints: described(
      nameConstraints.optional(),
      "What the CA may certify: with it, a stolen key is of no use for other names.",
      "限制 CA 可签发的名称：即使私钥被盗，也无法为其他名称签发。",
    ),
  })
  .refine((a) => (a.directory === undefined) !== (a.secretRef === undefined), {
    message: "give exactly one of directory and secretRef",
    params: { zh: "directory、secretRef 必须且只能填写一项" },
  });

const provided = z
  .strictObject({
    files: described(
      z
        .strictObject({
          certificate: described(
            filePath,
            "PEM file: the server's certificate, then its intermediates in order.",
            "PEM 文件：服务器证书及按顺序排列的中间证书。",
          ),
          privateKey: described(filePath, "PEM file of its key.", "私钥 PEM 文件。"),
          authority: described(filePath, "PEM file of the CA that signed it.", "签发 CA 的 PEM 文件。"),
        })
        .optional(),
      "Three files; relative paths start from this document's folder.",
      "三个文件；相对路径以本文档所在目录为起点。",
    ),
    secretRef: described(
      secretName.optional(),
      "A Secret with tls.crt, tls.key and ca.crt.",
      "包含 tls.crt、tls.key 和 ca.crt 的 Secret。",
    ),
    passphrase: described(passphrase.optional(), "Opens the key.", "用于解密私钥的口令。"),
  })
  .refine((p) => (p.files === undefined) !== (p.secretRef === undefined), {
    message: "give exactly one of files and secretRef",
    params: { zh: "files、secretRef 必须且只能填写一项" },
  });

/** Who issues. */
export const issuer = z
  .strictObject({
    ownAuthority: described(ownAuthority.optional(), "A CA of your own, made once.", "自建 CA，只创建一次。"),
    acme: described(
      acme.optional(),
      "An ACME server (RFC 8555), such as Let's Encrypt or one of your own.",
      "ACME 服务器（RFC 8555），例如 Let's Encrypt 或自建服务。",
    ),
    provided: described(
      provided.optional(),
      "A certificate that somebody else issued: checked, delivered, watched for its end.",
      "由他人签发的证书：检查、分发，并关注到期时间。",
    ),
    certManager: described(
      certManager.optional(),
      "cert-manager in the cluster: Certificates are written, their Secrets followed and checked; cert-manager renews.",
      "集群中的 cert-manager：写入 Certificate 对象，跟踪并检查其 Secret；续期由 cert-manager 完成。",
    ),
  })
  .refine(exactlyOne, {
    message: "give exactly one of ownAuthority, acme, certManager and provided",
    params: { zh: "ownAuthority、acme、certManager、provided 必须且只能填写一项" },
  });

export type OwnAuthority = z.infer<typeof ownAuthority>;
export type Provided = z.infer<typeof provided>;
