import type { Cause } from "./cause.ts";

export const nameNotInCertificate: Cause = {
  code: "NAME_NOT_IN_CERTIFICATE",
  severity: "error",
  title: {
    en: "The name that was asked for is not in the server's certificate",
    zh: "请求的主机名不在服务器证书中",
  },
  explanation: {
    en: "The client reached a server whose certificate was issued for other names: another name or address of the registry is used, or another server answers there.",
    zh: "客户端访问的服务器证书是为其他名称签发的：使用了镜像仓库的另一个名称或地址，或该地址上是另一台服务器。",
  },
  fix: {
    en: "Use the name that the certificate holds, or add this name to `hosts` (addresses to `ipAddresses`) of the HarborCertificate and run `moorline apply`.",
    zh: "改用证书中的名称，或将该名称加入 HarborCertificate 的 `hosts`（IP 地址加入 `ipAddresses`）后执行 `moorline apply`。",
  },
  proof: {
    en: "`moorline verify` shows a TLS handshake under that name.",
    zh: "`moorline verify` 显示以该名称完成 TLS 握手。",
  },
  signs: [
    {
      literal: "x509: certificate is valid for",
      pattern: /x509: certificate is valid for (?<names>.+?), not (?<host>[^\s"\\]+)/,
    },
    { literal: "doesn't contain any IP SANs" },
    { literal: "certificate is not valid for any names" },
    { literal: "Hostname/IP does not match certificate" },
  ],
  live: ["TLS_NAME_MISMATCH"],
  mendedBy: "HarborCertificate",
};
