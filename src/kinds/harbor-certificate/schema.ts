import { z } from "zod";
import { described, type KindSchema } from "../../model/kind-schema.ts";
import { keyTypes } from "../../pki/key.ts";
import {
  absolutePath,
  exactlyOne,
  filePath,
  objectName,
  secretName,
  variableName,
} from "../shared/fields.ts";

const days = (longest: number) => z.int().min(1).max(longest);

const passphrase = z
  .strictObject({
    environment: described(variableName.optional(), "A variable of the environment.", "环境变量。"),
    file: described(
      filePath.optional(),
      "A file with the passphrase on its first line; relative paths start from this document's folder.",
      "首行为口令的文件；相对路径以本文档所在目录为起点。",
    ),
  })
  .refine(exactlyOne, {
    message: "give exactly one of environment and file",
    params: { zh: "environment、file 必须且只能填写一项" },
  });

const dnsName = z
  .string()
  .max(253)
  .regex(
    /^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
    "is not a host name in lower case, such as harbor.example.com | 不是有效的小写主机名，例如 harbor.example.com",
  );
const ipAddress = z
  .string()
  .max(45)
  .regex(
    /^((25[0-5]|2[0-4]\d|1?\d?\d)(\.(25[0-5]|2[0-4]\d|1?\d?\d)){3}|[0-9a-fA-F]*:[0-9a-fA-F:.]*)$/,
    "is not an IP address | 不是有效的 IP 地址",
  );
const cidr = z
  .string()
  .max(49)
  .regex(/^[0-9a-fA-F:.]+\/\d{1,3}$/, "is not a network such as 10.0.0.0/8 | 不是有效网段，例如 10.0.0.0/8");

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

const issuer = z
  .strictObject({
    ownAuthority: described(ownAuthority.optional(), "A CA of your own, made once.", "自建 CA，只创建一次。"),
    provided: described(
      provided.optional(),
      "A certificate that somebody else issued: checked, delivered, watched for its end.",
      "由他人签发的证书：检查、分发，并关注到期时间。",
    ),
  })
  .refine(exactlyOne, {
    message: "give exactly one of ownAuthority and provided",
    params: { zh: "ownAuthority、provided 必须且只能填写一项" },
  });

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

const mode = z
  .string()
  .regex(/^0?[0-7]{3}$/, "is not a file mode such as 0640 | 不是有效的文件权限，例如 0640");
const id = z.int().min(0).max(4_294_967_294);

const fileDelivery = z.strictObject({
  of: described(
    objectName.default("server"),
    "`server`, or the name of a client.",
    "`server`，或某个客户端证书的名称。",
  ),
  certificate: described(
    absolutePath.optional(),
    "The certificate, then its intermediates: what nginx and Harbor want.",
    "证书及其中间证书，符合 nginx 与 Harbor 的要求。",
  ),
  privateKey: described(absolutePath.optional(), "Its key.", "私钥。"),
  ca: described(absolutePath.optional(), "The CA's certificate.", "CA 证书。"),
  chain: described(
    absolutePath.optional(),
    "The intermediates and the CA, without the certificate itself.",
    "中间证书与 CA，不含证书本身。",
  ),
  crl: described(absolutePath.optional(), "The CA's revocation list.", "CA 的吊销列表。"),
  pkcs12: described(
    z
      .strictObject({
        path: described(absolutePath, "Where.", "路径。"),
        passphrase: described(passphrase, "Protects it.", "保护口令。"),
      })
      .optional(),
    "Key, certificate and chain in one PKCS#12 file.",
    "包含私钥、证书和证书链的 PKCS#12 文件。",
  ),
  mode: described(mode.default("0644"), "Mode of the public files.", "公开文件的权限。"),
  keyMode: described(mode.default("0600"), "Mode of files that hold the key.", "含私钥文件的权限。"),
  uid: described(id.optional(), "Numeric owner.", "属主 UID。"),
  gid: described(id.optional(), "Numeric group.", "属组 GID。"),
});

const secretDelivery = z.strictObject({
  of: described(
    objectName.default("server"),
    "`server`, or the name of a client.",
    "`server`，或某个客户端证书的名称。",
  ),
  namespace: described(objectName, "Namespace of the Secret.", "Secret 所在命名空间。"),
  name: described(objectName, "Name of the Secret.", "Secret 名称。"),
  takeOver: described(
    z.boolean().default(false),
    "Write into a Secret that Moorline did not make.",
    "允许写入不是由 Moorline 创建的 Secret。",
  ),
});

const crl = z.strictObject({
  validityDays: described(days(366).default(30), "Days until the next list.", "下次更新间隔天数。"),
  urls: described(
    z.array(z.url().max(2048)).max(8).default([]),
    "Where clients may fetch it; written into certificates issued from now on.",
    "客户端获取吊销列表的地址；会写入此后签发的证书。",
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
        }),
      )
      .max(10_000)
      .default([]),
    "What is revoked.",
    "已吊销的证书。",
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
  readonly deliver: { readonly files: readonly FileDelivery[]; readonly secrets: readonly SecretDelivery[] };
}

function targetsOf({ deliver }: Delivering): readonly string[] {
  return [
    ...deliver.files.flatMap((f) => [f.certificate, f.privateKey, f.ca, f.chain, f.crl, f.pkcs12?.path]),
    ...deliver.secrets.map((s) => `${s.namespace}/${s.name}`),
  ].filter((target) => target !== undefined);
}

/** A checked HarborCertificate. */
export type HarborCertificateSpec = z.infer<typeof spec>;
export type Passphrase = z.infer<typeof passphrase>;
export type FileDelivery = z.infer<typeof fileDelivery>;
export type SecretDelivery = z.infer<typeof secretDelivery>;
export type OwnAuthority = z.infer<typeof ownAuthority>;
export type Provided = z.infer<typeof provided>;

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
