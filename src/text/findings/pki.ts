import type { FindingTable } from "./table.ts";

/** What can be found wrong: certificates and chains. */
export const pkiFindings = {
  CERTIFICATE_EXPIRED: {
    severity: "error",
    en: "{subject} expired on {notAfter}.",
    zh: "{subject} 已于 {notAfter} 过期。",
  },
  CERTIFICATE_NOT_YET_VALID: {
    severity: "error",
    en: "{subject} is valid only from {notBefore}; check the clocks of this machine and of the one that issued it.",
    zh: "{subject} 自 {notBefore} 起才生效；请检查本机与签发机器的时钟。",
  },
  CERTIFICATE_NAME_MISMATCH: {
    severity: "error",
    en: "{subject} is not for {wanted}; it is for {names}.",
    zh: "{subject} 不适用于 {wanted}，其适用于 {names}。",
  },
  CERTIFICATE_NAME_ONLY_IN_CN: {
    severity: "error",
    en: "{subject} has no subject alternative name, only the common name {commonName}, which clients no longer look at.",
    zh: "{subject} 没有主题备用名称（SAN），只有通用名称 {commonName}，而客户端已不再使用通用名称。",
  },
  CERTIFICATE_KEY_MISMATCH: {
    severity: "error",
    en: "The private key does not belong to {subject}.",
    zh: "私钥与 {subject} 不匹配。",
  },
  CERTIFICATE_KEY_WEAK: {
    severity: "error",
    en: "The key of {subject} is too weak: {key}. Use RSA of 2048 bits or more, or ECDSA P-256.",
    zh: "{subject} 的密钥强度不足：{key}。请使用 2048 位以上的 RSA，或 ECDSA P-256。",
  },
  CERTIFICATE_SIGNATURE_WEAK: {
    severity: "error",
    en: "{subject} is signed with {algorithm}, whose hash is broken; clients refuse it. Issue it anew with SHA-256.",
    zh: "{subject} 使用 {algorithm} 签名，其哈希算法已被攻破，客户端会拒绝。请使用 SHA-256 重新签发。",
  },
  CERTIFICATE_SIGNATURE_INVALID: {
    severity: "error",
    en: "The signature on {subject} is not that of {issuer}: it was altered, or another authority of the same name made it.",
    zh: "{subject} 上的签名并非由 {issuer} 作出：证书被改动，或由另一个同名机构签发。",
  },
  CERTIFICATE_ISSUER_NAMESAKE: {
    severity: "error",
    en: "{subject} was signed by another authority that is also called {issuer}, with another key; the authority was probably made anew. Trust the new one, or issue the certificate again.",
    zh: "{subject} 由另一个同名但密钥不同的机构 {issuer} 签发，该机构很可能被重新创建过。请信任新的机构，或重新签发证书。",
  },
  CERTIFICATE_SELF_SIGNED_UNTRUSTED: {
    severity: "error",
    en: "{subject} is self-signed and not among the trusted certificates.",
    zh: "{subject} 是自签名证书，且不在受信任的证书之中。",
  },
  CERTIFICATE_ISSUER_UNKNOWN: {
    severity: "error",
    en: "The issuer of {subject}, {issuer}, is neither in the chain nor trusted.",
    zh: "{subject} 的签发者 {issuer} 既不在证书链中，也不受信任。",
  },
  CERTIFICATE_INTERMEDIATE_MISSING: {
    severity: "error",
    en: "The intermediate certificate {issuer}, which signed {subject}, is not sent; append it after the server's certificate.",
    zh: "签发 {subject} 的中间证书 {issuer} 没有发送；请将其追加到服务器证书之后。",
  },
  CERTIFICATE_CHAIN_WRONG_ORDER: {
    severity: "warning",
    en: "The chain of {subject} is not in order: {order}. Each certificate must be followed by the one that signed it, the server's own first.",
    zh: "{subject} 的证书链顺序有误：{order}。服务器证书应在最前，每个证书之后应是签发它的证书。",
  },
  CERTIFICATE_CHAIN_SUPERFLUOUS: {
    severity: "note",
    en: "{subject} is sent in the chain, but nothing needs it.",
    zh: "证书链中包含 {subject}，但并不需要它。",
  },
  CERTIFICATE_TRUST_ENDS_AT_INTERMEDIATE: {
    severity: "warning",
    en: "Trust ends at {subject}, which is not a root: Go programs accept that, OpenSSL (nginx) does not. Trust its root {issuer} as well.",
    zh: "信任链终止于非根证书 {subject}：Go 程序可以接受，但 OpenSSL（nginx）不接受。请同时信任其根证书 {issuer}。",
  },
  CERTIFICATE_NOT_AUTHORITY: {
    severity: "error",
    en: "{subject} signed {child}, but may not sign certificates: {reason}.",
    zh: "{subject} 签发了 {child}，但它无权签发证书：{reason}。",
  },
  CERTIFICATE_PATH_LENGTH_EXCEEDED: {
    severity: "error",
    en: "{subject} permits {allowed} authorities below it, and {found} are there.",
    zh: "{subject} 之下只允许 {allowed} 级机构，实际有 {found} 级。",
  },
  CERTIFICATE_NAME_CONSTRAINT_VIOLATED: {
    severity: "error",
    en: "{subject} names {name}, which the authority {authority} may not issue for.",
    zh: "{subject} 包含名称 {name}，而机构 {authority} 的名称约束不允许签发该名称。",
  },
  CERTIFICATE_WRONG_PURPOSE: {
    severity: "error",
    en: "{subject} may not be used by a TLS {purpose}: it is for {usages}.",
    zh: "{subject} 不能用于 TLS {purpose}：其用途为 {usages}。",
  },
  CERTIFICATE_CRITICAL_EXTENSION_UNKNOWN: {
    severity: "error",
    en: "{subject} has a critical extension that is not understood ({extension}); clients must refuse it.",
    zh: "{subject} 含有无法识别的关键扩展（{extension}），客户端必须拒绝。",
  },
  CERTIFICATE_VALID_TOO_LONG: {
    severity: "warning",
    en: "{subject} is valid for {days} days; Apple's clients refuse server certificates of more than {limit}.",
    zh: "{subject} 的有效期为 {days} 天；苹果客户端会拒绝有效期超过 {limit} 天的服务器证书。",
  },
  CERTIFICATE_REVOKED: {
    severity: "error",
    en: "{subject} was revoked on {date} ({reason}).",
    zh: "{subject} 已于 {date} 吊销（{reason}）。",
  },
  CRL_MISSING: {
    severity: "error",
    en: "No revocation list of {issuer} was given, so {subject} cannot be checked; nginx refuses every client then.",
    zh: "没有提供 {issuer} 的吊销列表，无法检查 {subject}；此时 nginx 会拒绝所有客户端。",
  },
  CRL_EXPIRED: {
    severity: "error",
    en: "The revocation list of {subject} should have been replaced by {nextUpdate}; servers refuse everybody with an outdated one.",
    zh: "{subject} 的吊销列表应在 {nextUpdate} 前更新；吊销列表过期时，服务器会拒绝所有客户端。",
  },
  CRL_NOT_YET_VALID: {
    severity: "error",
    en: "The revocation list of {subject} is valid only from {thisUpdate}; check the clocks.",
    zh: "{subject} 的吊销列表自 {thisUpdate} 起才生效；请检查时钟。",
  },
  CRL_UNUSABLE: {
    severity: "error",
    en: "The revocation list in the name of {subject} cannot be used: {reason}.",
    zh: "{subject} 名下的吊销列表不可用：{reason}。",
  },
  PRIVATE_KEY_FILE_EXPOSED: {
    severity: "warning",
    en: "The private key {subject} can be read by others than its owner (mode {mode}); make it 0600, and replace the key if others were on this machine.",
    zh: "私钥 {subject} 可被所有者之外的用户读取（权限 {mode}）；请改为 0600；若其他人可登录本机，请更换私钥。",
  },
} as const satisfies FindingTable;
