import type { FindingTable } from "./table.ts";

/** What can be found wrong with how a server offers TLS. */
export const tlsFindings = {
  TLS_UNREACHABLE: {
    severity: "error",
    en: "{subject} could not be asked: {reason}.",
    zh: "无法访问 {subject}：{reason}。",
  },
  TLS_VERSION_BROKEN: {
    severity: "error",
    en: "{subject} offers SSL 3.0, which is broken (POODLE). Switch it off: `ssl_protocols TLSv1.2 TLSv1.3;`.",
    zh: "{subject} 提供已被攻破的 SSL 3.0（POODLE）。请关闭：`ssl_protocols TLSv1.2 TLSv1.3;`。",
  },
  TLS_VERSION_OLD: {
    severity: "warning",
    en: "{subject} offers {versions}, which RFC 8996 forbids. Switch it off: `ssl_protocols TLSv1.2 TLSv1.3;`.",
    zh: "{subject} 提供 RFC 8996 已禁止的 {versions}。请关闭：`ssl_protocols TLSv1.2 TLSv1.3;`。",
  },
  TLS_VERSION_MODERN_MISSING: {
    severity: "error",
    en: "{subject} offers neither TLS 1.2 nor 1.3; container runtimes refuse it.",
    zh: "{subject} 不提供 TLS 1.2 和 1.3，容器运行时会拒绝连接。",
  },
  TLS_VERSION_13_MISSING: {
    severity: "note",
    en: "{subject} does not offer TLS 1.3.",
    zh: "{subject} 不提供 TLS 1.3。",
  },
  TLS_SUITES_BROKEN: {
    severity: "error",
    en: "{subject} accepts cipher suites that protect nothing: {suites}. Allow ECDHE with AES-GCM or ChaCha20 only.",
    zh: "{subject} 接受没有保护作用的密码套件：{suites}。请仅允许使用 AES-GCM 或 ChaCha20 的 ECDHE 套件。",
  },
  TLS_SUITES_WEAK: {
    severity: "warning",
    en: "{subject} accepts weak cipher suites: {suites}. Allow ECDHE with AES-GCM or ChaCha20 only.",
    zh: "{subject} 接受弱密码套件：{suites}。请仅允许使用 AES-GCM 或 ChaCha20 的 ECDHE 套件。",
  },
  TLS_SUITES_AGING: {
    severity: "note",
    en: "{subject} accepts cipher suites that are better left out: {suites}.",
    zh: "{subject} 接受建议停用的密码套件：{suites}。",
  },
  TLS_SUITES_STRONG_MISSING: {
    severity: "warning",
    en: "{subject} has no suite with forward secrecy and authenticated encryption.",
    zh: "{subject} 没有同时具备前向保密和认证加密的密码套件。",
  },
  TLS_HSTS_MISSING: {
    severity: "note",
    en: "{subject} sends no Strict-Transport-Security; browsers may be led to plain HTTP.",
    zh: "{subject} 未发送 Strict-Transport-Security，浏览器可能被引导至明文 HTTP。",
  },
  TLS_HSTS_SHORT: {
    severity: "note",
    en: "The Strict-Transport-Security of {subject} lasts {days} days; half a year or more is usual.",
    zh: "{subject} 的 Strict-Transport-Security 有效期为 {days} 天，通常应不少于半年。",
  },
  TLS_PLAIN_HTTP_OPEN: {
    severity: "warning",
    en: "{subject} answers plain HTTP at port 80 and does not lead to HTTPS; passwords may travel in the clear.",
    zh: "{subject} 的 80 端口以明文 HTTP 应答且未跳转到 HTTPS，密码可能以明文传输。",
  },
  TLS_CHAIN_UNREADABLE: {
    severity: "error",
    en: "{subject} sent no certificate that can be read.",
    zh: "{subject} 未发送可读取的证书。",
  },
  TLS_CERTIFICATE_ENDS_SOON: {
    severity: "warning",
    en: "The certificate of {subject} ends on {notAfter}, in {days} days.",
    zh: "{subject} 的证书将于 {notAfter} 到期，剩余 {days} 天。",
  },
} as const satisfies FindingTable;
