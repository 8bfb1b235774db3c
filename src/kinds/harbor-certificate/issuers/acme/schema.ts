import { z } from "zod";
import { described } from "../../../../model/kind-schema.ts";
import { bundleFields } from "../../../shared/bundle.ts";
import { exactlyOne, filePath, secretName } from "../../../shared/fields.ts";
import { secretValue } from "../../../shared/secret-value.ts";
import { challenge } from "./schema-challenge.ts";

const serverCa = z.strictObject(bundleFields).refine(exactlyOne, {
  message: "give exactly one of file, secretRef and pem",
  params: { zh: "file、secretRef、pem 必须且只能填写一项" },
});

const authority = z
  .strictObject({
    ...bundleFields,
    publicRoots: described(
      z.literal(true).optional(),
      "The CAs that every browser trusts; for Let's Encrypt and its like.",
      "浏览器默认信任的公共 CA；适用于 Let's Encrypt 等。",
    ),
  })
  .refine(exactlyOne, {
    message: "give exactly one of file, secretRef, pem and publicRoots",
    params: { zh: "file、secretRef、pem、publicRoots 必须且只能填写一项" },
  });

const externalAccount = z.strictObject({
  keyId: described(z.string().min(1).max(500), "The key id that the CA gave.", "CA 提供的密钥 ID。"),
  key: described(secretValue, "The HMAC key (base64url) that it gave.", "CA 提供的 HMAC 密钥（base64url）。"),
});

/** Certificates from an ACME server (RFC 8555). */
export const acme = z
  .strictObject({
    server: described(
      z.url({ protocol: /^https$/ }).max(2048),
      "URL of the server's directory, such as https://acme-v02.api.letsencrypt.org/directory.",
      "ACME 目录地址，例如 https://acme-v02.api.letsencrypt.org/directory。",
    ),
    termsOfServiceAgreed: described(
      z.boolean().refine((agreed) => agreed, {
        message:
          "must be true: the CA makes no account for somebody who does not agree to its terms of service",
        params: { zh: "必须为 true：不同意服务条款，CA 不会创建账户" },
      }),
      "You have read the CA's terms of service and agree to them.",
      "已阅读并同意该 CA 的服务条款。",
    ),
    contacts: described(
      z.array(z.email()).max(10).default([]),
      "Mail addresses that the CA may write to.",
      "CA 可用于联系的邮箱。",
    ),
    ca: described(
      serverCa.optional(),
      "The CA of the ACME server's own HTTPS certificate; public CAs where not given.",
      "ACME 服务器自身 HTTPS 证书的 CA；未填写时使用公共 CA。",
    ),
    directory: described(
      filePath.optional(),
      "A folder (0700) that keeps the account's key and what was issued; relative paths start from this document's folder.",
      "保存账户密钥及已签发证书的目录（权限 0700）；相对路径以本文档所在目录为起点。",
    ),
    secretRef: described(secretName.optional(), "A Secret that keeps them instead.", "改用 Secret 保存。"),
    externalAccount: described(
      externalAccount.optional(),
      "What ties the account to your contract with the CA, where the CA demands it.",
      "CA 要求时，用于将账户与您在该 CA 的合同绑定（EAB）。",
    ),
    challenge: described(challenge, "How the names are proved.", "域名验证方式。"),
    authority: described(
      authority,
      "The CA that clients are to trust; a new certificate that does not lead to it is not used.",
      "客户端应信任的 CA；不能追溯到该 CA 的新证书不会被使用。",
    ),
    preferredChain: described(
      z.string().min(1).max(64).optional(),
      "Common name of an issuer in the chain that is wanted, where the CA offers several.",
      "CA 提供多条证书链时，期望链中所含签发者的通用名称。",
    ),
  })
  .refine((a) => (a.directory === undefined) !== (a.secretRef === undefined), {
    message: "give exactly one of directory and secretRef",
    params: { zh: "directory、secretRef 必须且只能填写一项" },
  });

export type Acme = z.infer<typeof acme>;

interface Named {
  readonly issuer: { readonly acme?: Acme | undefined };
  readonly hosts: readonly string[];
  readonly ipAddresses: readonly string[];
  readonly clients: readonly unknown[];
  readonly crl?: unknown;
}

/** What a whole spec must keep to where ACME issues: predicate, message in English and in Chinese. */
export const acmeRules: readonly (readonly [(spec: Named) => boolean, string, string])[] = [
  [
    ({ issuer, clients, crl }) => issuer.acme === undefined || (clients.length === 0 && crl === undefined),
    "ACME issues server certificates only: take `clients` and `crl` to a document with `ownAuthority`",
    "ACME 只签发服务器证书：请将 `clients` 和 `crl` 移到使用 `ownAuthority` 的文档中",
  ],
  [
    ({ issuer, hosts }) =>
      issuer.acme?.challenge.http01 === undefined || !hosts.some((h) => h.startsWith("*.")),
    "a wildcard name can be proved by dns01 alone",
    "通配符域名只能通过 dns01 验证",
  ],
  [
    // RFC 8738 §7.
    ({ issuer, ipAddresses }) => issuer.acme?.challenge.dns01 === undefined || ipAddresses.length === 0,
    "an IP address can be proved by http01 alone",
    "IP 地址只能通过 http01 验证",
  ],
];
