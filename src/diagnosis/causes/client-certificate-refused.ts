import type { Cause } from "./cause.ts";

export const clientCertificateRefused: Cause = {
  code: "CLIENT_CERTIFICATE_REFUSED",
  severity: "error",
  title: { en: "A client's certificate was refused", zh: "客户端证书被拒绝" },
  explanation: {
    en: "It comes from another CA, is over, or is not meant for clients; the number in the line is OpenSSL's reason.",
    zh: "证书来自其他 CA、已过期，或不适用于客户端；该行中的数字是 OpenSSL 的原因代码。",
  },
  fix: {
    en: "Give the client a certificate of the CA that the server asks for: NodeTrust with `clientCertificate`, then `moorline node apply`.",
    zh: "为客户端提供服务器所要求 CA 签发的证书：在 NodeTrust 中填写 `clientCertificate`，然后执行 `moorline node apply`。",
  },
  proof: {
    en: "The client's next request is no longer answered with 400.",
    zh: "该客户端的下一次请求不再返回 400。",
  },
  signs: [
    { literal: "certificate verify error", pattern: /client SSL certificate verify error: \((?!23:|12:|3:)/ },
    { literal: "SSL certificate error" },
  ],
  live: ["TLS_CLIENT_CERTIFICATE_REFUSED"],
};
