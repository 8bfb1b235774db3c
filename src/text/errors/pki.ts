import type { ErrorTable } from "./table.ts";

/** Errors of certificates, keys, CRLs and PKCS#12. */
export const pkiErrors = {
  PKI_TOO_LARGE: {
    retry: "never",
    en: {
      what: "{subject} is larger than certificates and keys are (limit: {limit}).",
      remedy:
        "Check that it is the right file; split a bundle that holds more certificates than one chain needs.",
    },
    zh: {
      what: "{subject} 超出证书与密钥的正常大小（上限：{limit}）。",
      remedy: "请确认文件是否正确；若证书包中的证书多于一条证书链所需，请将其拆分。",
    },
  },
  PKI_NOT_PEM: {
    retry: "never",
    en: {
      what: "{subject} is not PEM: {reason}.",
      remedy:
        "Give the text file that begins with -----BEGIN …-----; `openssl x509 -inform der` converts a binary one.",
    },
    zh: {
      what: "{subject} 不是 PEM 格式：{reason}。",
      remedy: "请提供以 -----BEGIN …----- 开头的文本文件；二进制文件可用 `openssl x509 -inform der` 转换。",
    },
  },
  PKI_CERTIFICATE_MISSING: {
    retry: "never",
    en: {
      what: "{subject} holds no certificate.",
      remedy:
        "Give a file with a BEGIN CERTIFICATE block; perhaps the key or the request was given in its place.",
    },
    zh: {
      what: "{subject} 中没有证书。",
      remedy: "请提供包含 BEGIN CERTIFICATE 块的文件；也许误用了私钥或证书请求文件。",
    },
  },
  PKI_CERTIFICATE_UNREADABLE: {
    retry: "never",
    en: {
      what: "{subject} is not a readable X.509 certificate: {reason}.",
      remedy: "The file is damaged or is something else; copy it again from where it was issued.",
    },
    zh: {
      what: "{subject} 不是可读取的 X.509 证书：{reason}。",
      remedy: "文件已损坏或并非证书；请从签发处重新复制。",
    },
  },
  PKI_KEY_MISSING: {
    retry: "never",
    en: {
      what: "{subject} holds no private key.",
      remedy: "Give a file with a BEGIN PRIVATE KEY block; perhaps the certificate was given in its place.",
    },
    zh: {
      what: "{subject} 中没有私钥。",
      remedy: "请提供包含 BEGIN PRIVATE KEY 块的文件；也许误用了证书文件。",
    },
  },
  PKI_KEY_UNREADABLE: {
    retry: "never",
    en: {
      what: "{subject} is not a readable private key.",
      remedy:
        "Give it as PKCS#8, PKCS#1 or SEC1 PEM; `openssl pkey -in FILE -noout` tells whether it is whole.",
    },
    zh: {
      what: "{subject} 不是可读取的私钥。",
      remedy:
        "请使用 PKCS#8、PKCS#1 或 SEC1 格式的 PEM；可用 `openssl pkey -in 文件 -noout` 检查其是否完整。",
    },
  },
  PKI_KEY_UNSUPPORTED: {
    retry: "never",
    en: {
      what: "{subject} is of a type that Moorline does not issue with: {key}.",
      remedy: "Use ECDSA P-256 or P-384, or RSA of 2048, 3072 or 4096 bits.",
    },
    zh: {
      what: "{subject} 的类型不受支持：{key}。",
      remedy: "请使用 ECDSA P-256、P-384，或 2048、3072、4096 位的 RSA。",
    },
  },
  PKI_KEY_MISMATCH: {
    retry: "never",
    en: {
      what: "The private key does not belong to the certificate {subject}.",
      remedy:
        "Give the key that the certificate was issued for; a renewed certificate often comes with a new key.",
    },
    zh: {
      what: "私钥与证书 {subject} 不匹配。",
      remedy: "请提供签发该证书时使用的私钥；续期后的证书通常使用新的私钥。",
    },
  },
  PKI_PASSPHRASE_MISSING: {
    retry: "never",
    en: {
      what: "{subject} is encrypted, and no passphrase was given.",
      remedy: "Give the passphrase in a file or an environment variable, never on the command line.",
    },
    zh: {
      what: "{subject} 已加密，但没有提供口令。",
      remedy: "请通过文件或环境变量提供口令，切勿写在命令行中。",
    },
  },
  PKI_PASSPHRASE_WRONG: {
    retry: "never",
    en: {
      what: "The passphrase does not open {subject}.",
      remedy:
        "Check the passphrase (a line break at the end of its file does not count), and that the key is whole.",
    },
    zh: {
      what: "口令无法解开 {subject}。",
      remedy: "请检查口令（口令文件末尾的换行不计入），并确认私钥文件完整。",
    },
  },
  PKI_PASSPHRASE_EMPTY: {
    retry: "never",
    en: {
      what: "The passphrase for {subject} is empty.",
      remedy: "Give a passphrase of at least one character, or none at all to leave it unencrypted.",
    },
    zh: {
      what: "{subject} 的口令为空。",
      remedy: "请提供至少一个字符的口令；若不加密，则不要提供口令。",
    },
  },
  PKI_NAME_INVALID: {
    retry: "never",
    en: {
      what: 'The certificate for {subject} cannot name "{name}": {reason}.',
      remedy: "Correct the name; give hosts as DNS names or IP addresses, without scheme, port or path.",
    },
    zh: {
      what: "{subject} 的证书不能包含名称“{name}”：{reason}。",
      remedy: "请修正该名称；主机应写为 DNS 名称或 IP 地址，不含协议、端口或路径。",
    },
  },
  PKI_NO_NAMES: {
    retry: "never",
    en: {
      what: "The server certificate for {subject} would have no subject alternative name.",
      remedy: "Give at least one DNS name or IP address: clients no longer look at the common name.",
    },
    zh: {
      what: "{subject} 的服务器证书没有任何主题备用名称（SAN）。",
      remedy: "请至少提供一个 DNS 名称或 IP 地址：客户端已不再使用通用名称（CN）。",
    },
  },
  PKI_NAME_NOT_PERMITTED: {
    retry: "never",
    en: {
      what: 'The authority {authority} may not issue for "{name}", which {subject} asks for.',
      remedy: "Leave the name out, or use an authority whose name constraints permit it.",
    },
    zh: {
      what: "机构 {authority} 的名称约束不允许为 {subject} 签发“{name}”。",
      remedy: "请去掉该名称，或使用名称约束允许该名称的机构。",
    },
  },
  PKI_VALIDITY_INVALID: {
    retry: "never",
    en: {
      what: "{subject} cannot be valid for {days} days.",
      remedy: "Give a number above 0 and up to {longest}; 90 days with renewal suits a server.",
    },
    zh: {
      what: "{subject} 的有效期不能为 {days} 天。",
      remedy: "请填写大于 0 且不超过 {longest} 的数值；服务器证书宜用 90 天并定期续期。",
    },
  },
  PKI_OUTLIVES_AUTHORITY: {
    retry: "never",
    en: {
      what: "{subject} would be valid until {notAfter}, longer than its authority ({authorityNotAfter}).",
      remedy: "Issue it for at most {days} days, or renew the authority first.",
    },
    zh: {
      what: "{subject} 的有效期至 {notAfter}，超过其签发机构的有效期（{authorityNotAfter}）。",
      remedy: "请将有效期设为不超过 {days} 天，或先续期签发机构。",
    },
  },
  PKI_PATH_LENGTH: {
    retry: "never",
    en: {
      what: "{authority} permits {allowed} authorities below it; {subject} with a path length of {pathLength} does not fit.",
      remedy: "Give a shorter path length, or create the upper authority with a longer one.",
    },
    zh: {
      what: "{authority} 之下只允许 {allowed} 级机构；路径长度为 {pathLength} 的 {subject} 不符合要求。",
      remedy: "请减小路径长度，或以更大的路径长度创建上级机构。",
    },
  },
  PKI_PATH_LENGTH_INVALID: {
    retry: "never",
    en: {
      what: "{subject} cannot have a path length of {pathLength}.",
      remedy: "Give a whole number from 0 (it issues leaves only) to 10.",
    },
    zh: {
      what: "{subject} 的路径长度不能为 {pathLength}。",
      remedy: "请填写 0（仅签发终端证书）到 10 之间的整数。",
    },
  },
  PKI_NOT_AN_AUTHORITY: {
    retry: "never",
    en: {
      what: "{subject} is not a certificate authority and cannot issue.",
      remedy:
        "Give the certificate of the CA (basic constraints CA:TRUE, key usage keyCertSign) and its key.",
    },
    zh: {
      what: "{subject} 不是证书颁发机构，不能签发证书。",
      remedy: "请提供 CA 证书（基本约束 CA:TRUE，密钥用途包含 keyCertSign）及其私钥。",
    },
  },
  PKI_CRL_DATES: {
    retry: "never",
    en: {
      what: "The revocation list of {subject} would be outdated at once: its next update, {nextUpdate}, is not after {now}.",
      remedy: "Give a next update in the future; a week, with a new list every day, suits most.",
    },
    zh: {
      what: "{subject} 的吊销列表一经签发即过期：下次更新时间 {nextUpdate} 不晚于 {now}。",
      remedy: "请将下次更新时间设在将来；通常可设为一周，并每天签发新列表。",
    },
  },
  PKI_CRL_NUMBER: {
    retry: "never",
    en: {
      what: "{number} cannot number a revocation list of {subject}.",
      remedy: "Give a whole number from 0, higher than that of the list before.",
    },
    zh: {
      what: "{number} 不能作为 {subject} 吊销列表的编号。",
      remedy: "请使用从 0 开始、且大于上一份列表编号的整数。",
    },
  },
  PKI_CRL_MISSING: {
    retry: "never",
    en: {
      what: "There is no revocation list at {subject}.",
      remedy: "Correct the path, or make the list first: `moorline pki crl`.",
    },
    zh: { what: "{subject} 处没有吊销列表。", remedy: "请修正路径，或先生成吊销列表：`moorline pki crl`。" },
  },
  PKI_CRL_UNREADABLE: {
    retry: "never",
    en: {
      what: "{subject} is not a readable revocation list: {reason}.",
      remedy: "Give PEM with a BEGIN X509 CRL block; `openssl crl -inform der` converts a binary one.",
    },
    zh: {
      what: "{subject} 不是可读取的吊销列表：{reason}。",
      remedy: "请提供包含 BEGIN X509 CRL 块的 PEM；二进制文件可用 `openssl crl -inform der` 转换。",
    },
  },
  PKI_SERIAL_INVALID: {
    retry: "never",
    en: {
      what: '"{subject}" is not a serial number.',
      remedy: "Give its hexadecimal digits, as `moorline pki inspect` and `openssl x509 -serial` show them.",
    },
    zh: {
      what: "“{subject}”不是序列号。",
      remedy: "请填写十六进制数字，与 `moorline pki inspect` 和 `openssl x509 -serial` 的显示一致。",
    },
  },
  PKI_FILE_FAILED: {
    retry: "never",
    en: {
      what: "{subject} cannot be read or written: {reason}.",
      remedy:
        "Check that the folder exists, that you may write there, and that the disk is neither full nor read-only; the file that was there is unchanged.",
    },
    zh: {
      what: "无法读写 {subject}：{reason}。",
      remedy: "请检查目录是否存在、是否有写权限，以及磁盘是否已满或只读；原有文件未被改动。",
    },
  },
  PKI_PASSPHRASE_VARIABLE: {
    retry: "never",
    en: {
      what: "The environment variable {subject}, which should hold the passphrase, is empty or not set.",
      remedy: "Set and export it, or give the passphrase in a file.",
    },
    zh: {
      what: "应保存口令的环境变量 {subject} 为空或未设置。",
      remedy: "请设置并导出该变量，或通过文件提供口令。",
    },
  },
  PKI_PASSPHRASE_NEEDED: {
    retry: "never",
    en: {
      what: "{subject} needs a passphrase, and none was given.",
      remedy:
        "Give it with --passphrase-file or --passphrase-env, or run the command on a terminal, which asks for it.",
    },
    zh: {
      what: "{subject} 需要口令，但没有提供。",
      remedy: "请使用 --passphrase-file 或 --passphrase-env 提供，或在终端中运行以便询问。",
    },
  },
  PKI_OPTION_NUMBER: {
    retry: "never",
    en: { what: '{subject} cannot be "{value}".', remedy: "Give a number that is not negative." },
    zh: { what: "{subject} 不能为“{value}”。", remedy: "请填写非负数值。" },
  },
  PKI_SERVER_SENT_NOTHING: {
    retry: "later",
    en: {
      what: "{subject} sent no certificate ({reason}).",
      remedy: "Check the address and that the server speaks TLS on this port.",
    },
    zh: {
      what: "{subject} 没有发送证书（{reason}）。",
      remedy: "请检查地址，并确认服务器在该端口上使用 TLS。",
    },
  },
  PKI_CRL_FOREIGN: {
    retry: "never",
    en: {
      what: "The revocation list {subject} was not signed by this authority.",
      remedy: "Name another file with --file; going on from a foreign list would lose or invent revocations.",
    },
    zh: {
      what: "吊销列表 {subject} 并非由该机构签发。",
      remedy: "请用 --file 指定其他文件；在他人的列表上继续会丢失或凭空增加吊销记录。",
    },
  },
  PKI_REVOCATIONS_UNREADABLE: {
    retry: "never",
    en: {
      what: "{subject}, the record of what a CA revoked, is damaged; no list is issued from it, since one without those certificates would admit them again.",
      remedy:
        "Put back a copy of it. Without one, remove it: what the last revocation list says stays revoked.",
    },
    zh: {
      what: "CA 的吊销记录 {subject} 已损坏；为避免被吊销的证书重新生效，不会据此签发吊销列表。",
      remedy: "请用备份恢复该文件。没有备份时可将其删除：最近一份吊销列表中的证书仍保持吊销状态。",
    },
  },
  PKI_REVOKE_NOTHING: {
    retry: "never",
    en: {
      what: "{subject}: it is not said what to revoke.",
      remedy:
        "Give --serial, a certificate file or --name with --ca; or -f with --client (or --server) and, where there are several, --document.",
    },
    zh: {
      what: "{subject}：未指定要吊销的证书。",
      remedy:
        "配合 --ca 使用 --serial、证书文件或 --name；或配合 -f 使用 --client（或 --server），文档不止一个时再加 --document。",
    },
  },
  PKI_REVOKE_FOREIGN: {
    retry: "never",
    en: {
      what: "{subject} was not issued by the CA {authority}, so this CA can not revoke it.",
      remedy: "Name the CA that issued it; `moorline pki inspect` tells which one that is.",
    },
    zh: {
      what: "{subject} 不是由 CA {authority} 签发，无法由该 CA 吊销。",
      remedy: "请指定其签发 CA；可用 `moorline pki inspect` 查看签发者。",
    },
  },
  PKI_REVOKE_DOCUMENT: {
    retry: "never",
    en: {
      what: "{subject} can not say whose certificate it is: there is no such HarborCertificate, more than one, or one without `crl` or without a CA of its own.",
      remedy: "Name one with --document; it needs `issuer.ownAuthority` and `crl`, so that a list is issued.",
    },
    zh: {
      what: "无法由 {subject} 确定要吊销哪张证书：没有对应的 HarborCertificate、存在多个，或其未设置 `crl` 或未使用自建 CA。",
      remedy: "请用 --document 指定；该文档须设置 `issuer.ownAuthority` 与 `crl`，才会签发吊销列表。",
    },
  },
} as const satisfies ErrorTable;
