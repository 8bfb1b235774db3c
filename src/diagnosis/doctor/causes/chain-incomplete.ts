import type { Cause } from "../../causes/cause.ts";

export const chainIncomplete: Cause = {
  code: "CHAIN_INCOMPLETE",
  severity: "error",
  title: { en: "The registry does not send its intermediate certificate", zh: "镜像仓库没有发送中间证书" },
  explanation: {
    en: "Browsers often have it from elsewhere; containerd and docker do not, and say x509: certificate signed by unknown authority.",
    zh: "浏览器通常已从别处获得该证书；containerd 和 docker 没有，会报 x509: certificate signed by unknown authority。",
  },
  fix: {
    en: "Put the intermediate behind the certificate in the file that Harbor serves (leaf first), and reload nginx; HarborCertificate does so by itself.",
    zh: "将中间证书追加到 Harbor 所用证书文件中（叶证书在前）并重新加载 nginx；HarborCertificate 会自动处理。",
  },
  proof: {
    en: "`moorline tls HOST` finds a chain to a trusted root.",
    zh: "`moorline tls 主机` 显示可验证到受信任的根。",
  },
  signs: [],
  live: ["CHAIN_INCOMPLETE"],
  explains: ["AUTHORITY_UNKNOWN"],
};
