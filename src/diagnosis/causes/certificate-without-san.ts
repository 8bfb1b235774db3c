import type { Cause } from "./cause.ts";

export const certificateWithoutSan: Cause = {
  code: "CERTIFICATE_WITHOUT_SAN",
  severity: "error",
  title: { en: "The server's certificate names no host in its SAN", zh: "服务器证书没有 SAN" },
  explanation: {
    en: "Clients look only at the subject alternative names (RFC 6125); this certificate carries its name in the common name alone.",
    zh: "客户端只检查主题备用名称（SAN，RFC 6125）；该证书只在通用名称（CN）中写了主机名。",
  },
  fix: {
    en: "Issue a certificate with the registry's name as a DNS SAN: a HarborCertificate document with `hosts`, then `moorline apply`.",
    zh: "重新签发带有 DNS SAN 的证书：在 HarborCertificate 文档中填写 `hosts`，然后执行 `moorline apply`。",
  },
  proof: {
    en: "`moorline pki inspect` on the served certificate lists the name under SAN, and a pull works.",
    zh: "`moorline pki inspect` 显示 SAN 中含有该主机名，且拉取成功。",
  },
  signs: [{ literal: "relies on legacy Common Name" }, { literal: "CommonName-only" }],
  live: ["CERTIFICATE_WITHOUT_SAN"],
  mendedBy: "HarborCertificate",
};
