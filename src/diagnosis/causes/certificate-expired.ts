import type { Cause } from "./cause.ts";

export const certificateExpired: Cause = {
  code: "CERTIFICATE_EXPIRED",
  severity: "error",
  title: { en: "The server's certificate has expired", zh: "服务器证书已过期" },
  explanation: {
    en: "The certificate's last day is over, or the client's clock is ahead. Every client refuses it.",
    zh: "证书已超过有效期，或客户端时钟偏快。所有客户端都会拒绝该证书。",
  },
  fix: {
    en: "`moorline apply` renews a HarborCertificate that is due; a certificate that was brought along must be replaced by its issuer.",
    zh: "`moorline apply` 会为到期的 HarborCertificate 续期；自带的证书需由签发方更换。",
  },
  proof: {
    en: "`moorline status` shows days left, and a pull works.",
    zh: "`moorline status` 显示剩余天数，且拉取成功。",
  },
  signs: [
    {
      literal: "certificate has expired",
      pattern:
        /(?:certificate has expired(?! or)|certificate has expired or is not yet valid(?!.* is before))/,
    },
    { literal: "alert certificate expired" },
  ],
  live: ["TLS_CERTIFICATE_EXPIRED"],
  mendedBy: "HarborCertificate",
};
