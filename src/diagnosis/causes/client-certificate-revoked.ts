import type { Cause } from "./cause.ts";

export const clientCertificateRevoked: Cause = {
  code: "CLIENT_CERTIFICATE_REVOKED",
  severity: "error",
  title: { en: "A client came with a revoked certificate", zh: "客户端使用了已吊销的证书" },
  explanation: {
    en: "The certificate is on the CA's revocation list: it was revoked on purpose, and its holder still uses it.",
    zh: "该证书在 CA 的吊销列表中：已被主动吊销，但持有者仍在使用。",
  },
  fix: {
    en: "Give the client its current certificate (`moorline node apply` on that node). If nobody should hold it, find out who does.",
    zh: "为该客户端换上当前证书（在该节点执行 `moorline node apply`）。如果不应有人持有它，请查明使用者。",
  },
  proof: { en: "The client's next request is no longer refused.", zh: "该客户端的下一次请求不再被拒绝。" },
  signs: [
    { literal: "certificate verify error", pattern: /certificate verify error: \(23:certificate revoked\)/ },
    { literal: "tls: revoked certificate" },
    { literal: "alert certificate revoked" },
  ],
};
