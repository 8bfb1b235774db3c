import type { Cause } from "../../causes/cause.ts";

export const certificateEndsSoon: Cause = {
  code: "CERTIFICATE_ENDS_SOON",
  severity: "warning",
  title: { en: "The registry's certificate ends soon", zh: "镜像仓库证书即将到期" },
  explanation: {
    en: "From that moment on every pull fails with x509: certificate has expired.",
    zh: "到期后所有拉取都会因 x509: certificate has expired 失败。",
  },
  fix: {
    en: "`moorline rotate server -f DOCUMENTS`, or let `moorline controller` renew it.",
    zh: "执行 `moorline rotate server -f 文档`，或由 `moorline controller` 自动续期。",
  },
  proof: { en: "`moorline tls HOST` shows the new date.", zh: "`moorline tls 主机` 显示新的到期时间。" },
  signs: [],
  live: ["CERTIFICATE_ENDS_SOON"],
  mendedBy: "HarborCertificate",
};
