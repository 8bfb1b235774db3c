import type { MessageTable } from "./table.ts";

/** What is said of a server's TLS. */
export const tlsMessages = {
  "tls.certificate": {
    en: "{names} · {key} · issued by {issuer} · until {until} ({days} days)",
    zh: "{names} · {key} · 签发者 {issuer} · 有效期至 {until}（{days} 天）",
  },
  "tls.offers": { en: "{versions} · {client}", zh: "{versions} · {client}" },
  "tls.client.not-asked": { en: "asks for no client certificate", zh: "不要求客户端证书" },
  "tls.client.asked": {
    en: "asks for a client certificate and lets in without",
    zh: "询问客户端证书，但不强制",
  },
  "tls.client.required": { en: "lets nobody in without a client certificate", zh: "必须提供客户端证书" },
  "tls.client.unknown": {
    en: "whether it asks for a client certificate could not be told",
    zh: "无法判断是否要求客户端证书",
  },
} as const satisfies MessageTable;
