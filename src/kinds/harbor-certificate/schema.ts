import { z } from "zod";
import { described, type KindSchema } from "../../model/kind-schema.ts";
import { revocationReasons, type RevocationReason } from "../../pki/crl.ts";
import { keyTypes } from "../../pki/key.ts";
import { filePath, objectName } from "../shared/fields.ts";
import { composeDelivery } from "./deliveries/compose/schema.ts";
import { helmDelivery, type HelmDelivery } from "./deliveries/helm/schema.ts";
import { fileDelivery, secretDelivery, type FileDelivery, type SecretDelivery } from "./schema-delivery.ts";
import { days, dnsName, ipAddress } from "./schema-fields.ts";
import { acmeRules } from "./issuers/acme/schema.ts";
import { issuer } from "./schema-issuer.ts";

const client = z.strictObject({
  name: described(
    objectName.max(100),
    "What other documents call it; `server` is taken.",
    "其他文档引用时使用的名称；不能为 `server`。",
  ),
  commonName: described(
    z.string().min(1).max(64).optional(),
    "Common name; the name where not given.",
    "通用名称；未填写时使用 name。",
  ),
  validityDays: described(days(825).optional(), "How long it lasts.", "有效天数。"),
});

/** With a placeholder it is no URI yet. */
const listUrl = z
  .string()
  .max(2048)
  .refine((text) => URL.canParse(text.replaceAll("{authority}", "ca")), {
    message: "is not a URL",
    params: { zh: "不是有效的 URL" },
  });

const crl = z.strictObject({
  validityDays: described(
    days(366).default(30),
    "Days until a list ends; the next one is issued at half of that.",
    "吊销列表有效天数；过半时签发下一份。",
  ),
  urls: described(
    z.array(listUrl).max(8).default([]),
    "Where clients may fetch it; written into certificates issued from now on. `{authority}` stands for the identifier of the CA's key, by which the lists of several CAs are served at once: `http://crl.example.com/{authority}.crl`.",
    "客户端获取吊销列表的地址；会写入此后签发的证书。`{authority}` 代表 CA 密钥的标识，可同时提供多个 CA 的列表，例如 `http://crl.example.com/{authority}.crl`。",
  ),
  additional: described(
    z.array(filePath).max(20).default([]),
    "Files with lists of other CAs, such as an offline root or an older CA: a server that checks lists needs one of every CA in a chain. Each must be signed by a CA that is trusted here, or whose certificate stands in the same file. Delivered together with the CA's own list; those that have ended are left out and told of.",
    "其他 CA（例如离线根 CA 或旧 CA）的吊销列表文件：检查吊销的服务器需要证书链中每个 CA 的列表。列表须由此处信任的 CA 签名，或由同一文件中所含证书对应的 CA 签名。与本 CA 的列表一同分发；已到期的不会分发，并给出提示。",
  ),
  revoked: described(
    z
      .array(
        z.strictObject({
          serialNumber: described(
            z
              .string()
              .regex(/^[0-9a-fA-F:]{1,60}$/, "is not a serial number in hexadecimal | 不是十六进制序列号"),
            "Serial number in hexadecimal.",
            "十六进制序列号。",
          ),
          at: described(z.iso.datetime(), "Since when (ISO 8601, UTC).", "吊销时间（ISO 8601，UTC）。"),
          reason: described(
            z
              .enum(revocationReasons as readonly [RevocationReason, ...RevocationReason[]])
              .default("unspecified"),
            "Why (RFC 5280 §5.3.1).",
            "吊销原因（RFC 5280 §5.3.1）。",
          ),
        }),
      )
      .max(10_000)
      .default([]),
    "What is revoked, besides what `moorline pki revoke` recorded. It stays revoked when it is taken out here.",
    "已吊销的证书（`moorline pki revoke` 记录的除外）。从此处移除后仍保持吊销状态。",
  ),
});

const spec = z
  .strictObject({
    issuer: described(issuer, "Who issues.", "签发方式。"),
    hosts: described(
      z.array(dnsName).max(100).default([]),
      "Names that clients use for Harbor.",
      "客户端访问 Harbor 使用的主机名。",
    ),
    ipAddresses: described(
      z.array(ipAddress).max(100).default([]),
      "Addresses that clients use for Harbor.",
      "客户端访问 Harbor 使用的 IP 地址。",
    ),
    keyType: described(z.enum(keyTypes).default("ECDSA_P256"), "The key.", "密钥类型。"),
    validityDays: described(
      days(825).default(90),
      "How long the certificate lasts. Short lives make a lost key harmless soon.",
      "证书有效天数。有效期短可降低私钥泄露的影响。",
    ),
    renewAfter: described(
      z
        .number()
        .min(0.1)
        .max(0.95)
        .default(2 / 3),
      "The part of its life after which a certificate is renewed.",
      "证书使用到有效期的该比例后续期。",
    ),
    clients: described(
      z.array(client).max(100).default([]),
      "Client certificates for mutual TLS.",
      "用于双向 TLS 的客户端证书。",
    ),
    deliver: described(
      z
        .strictObject({
          files: described(z.array(fileDelivery).max(50).default([]), "Files.", "文件。"),
          secrets: described(
            z.array(secretDelivery).max(50).default([]),
            "Secrets of type kubernetes.io/tls, with ca.crt.",
            "kubernetes.io/tls 类型的 Secret，含 ca.crt。",
          ),
          compose: described(
            composeDelivery.optional(),
            "A Harbor that docker-compose runs, installed by Harbor's own installer.",
            "由 Harbor 官方安装包以 docker-compose 方式部署的 Harbor。",
          ),
          helm: described(
            helmDelivery.optional(),
            "A Harbor that its Helm chart runs: the Secret behind `certSource: secret`.",
            "由 Helm Chart 部署的 Harbor：写入 `certSource: secret` 所用的 Secret。",
          ),
        })
        .prefault({}),
      "Where it is used.",
      "证书的使用位置。",
    ),
    crl: described(
      crl.optional(),
      "A revocation list of the CA. Ask for it in one document a CA.",
      "CA 的吊销列表。每个 CA 只应在一个文档中声明。",
    ),
  })
  .refine((s) => s.hosts.length + s.ipAddresses.length > 0, {
    message: "give at least one of hosts and ipAddresses; clients look at these names alone",
    params: { zh: "hosts 与 ipAddresses 至少填写一项；客户端只检查这些名称" },
  })
  .refine((s) => s.issuer.provided === undefined || (s.clients.length === 0 && s.crl === undefined), {
    message: "a certificate that was provided brings no CA key, so clients and crl can not be issued",
    params: { zh: "provided 方式没有 CA 私钥，无法签发 clients 和 crl" },
  })
  .refine((s) => s.issuer.certManager === undefined || s.crl === undefined, {
    message: "cert-manager keeps the CA's key, so `crl` can not be issued here",
    params: { zh: "CA 私钥由 cert-manager 管理，此处无法签发 `crl`" },
  })
  .superRefine((s, context) => {
    for (const [holds, message, zh] of acmeRules)
      if (!holds(s)) context.addIssue({ code: "custom", message, params: { zh } });
  })
  .refine((s) => !hasTwice([...s.clients.map((c) => c.name), "server"]), {
    message: "clients need names of their own, other than `server`",
    params: { zh: "clients 的名称不能重复，也不能为 `server`" },
  })
  .refine((s) => !hasTwice(targetsOf(s)), {
    message: "two deliveries write to the same place",
    params: { zh: "有两处分发写入同一位置" },
  })
  .refine(
    (s) =>
      [...s.deliver.files, ...s.deliver.secrets].every(
        (d) => d.of === "server" || s.clients.some((c) => c.name === d.of),
      ),
    { message: "`of` names a client that is not listed", params: { zh: "`of` 引用了未列出的客户端证书" } },
  )
  .refine((s) => s.crl !== undefined || s.deliver.files.every((f) => f.crl === undefined), {
    message: "`deliver.files[].crl` needs `crl`",
    params: { zh: "填写 `deliver.files[].crl` 时必须填写 `crl`" },
  });

const hasTwice = (names: readonly string[]): boolean => new Set(names).size < names.length;

interface Delivering {
  readonly deliver: {
    readonly files: readonly FileDelivery[];
    readonly secrets: readonly SecretDelivery[];
    readonly helm?: HelmDelivery | undefined;
  };
}

function targetsOf({ deliver }: Delivering): readonly string[] {
  return [
    ...deliver.files.flatMap((f) => [f.certificate, f.privateKey, f.ca, f.chain, f.crl, f.pkcs12?.path]),
    ...deliver.secrets.map((s) => `${s.namespace}/${s.name}`),
    deliver.helm?.secretName && `${deliver.helm.namespace}/${deliver.helm.secretName}`,
  ].filter((target) => target !== undefined);
}

/** A checked HarborCertificate. */
export type HarborCertificateSpec = z.infer<typeof spec>;

export const harborCertificateSchema: KindSchema<HarborCertificateSpec> = {
  kind: "HarborCertificate",
  plural: "harborcertificates",
  shortNames: ["hcert"],
  description: {
    en: "Harbor's certificate: issued by a CA of your own or brought along, checked, delivered where it is used, renewed in time.",
    zh: "Harbor 的证书：由自建 CA 签发或由用户提供，经检查后分发到使用位置，并按时续期。",
  },
  spec,
  columns: [{ name: "Hosts", type: "string", jsonPath: ".spec.hosts" }],
  references: () => [],
};
