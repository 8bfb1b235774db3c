import type { Cause } from "./cause.ts";

export const plainHttpServer: Cause = {
  code: "PLAIN_HTTP_SERVER",
  severity: "error",
  title: {
    en: "HTTPS was spoken to a port that serves plain HTTP",
    zh: "对只提供明文 HTTP 的端口使用了 HTTPS",
  },
  explanation: {
    en: "The registry answers without TLS at that port: wrong port, or Harbor was installed without `https` in harbor.yml.",
    zh: "该端口上的镜像仓库未启用 TLS：端口错误，或 Harbor 安装时 harbor.yml 未配置 `https`。",
  },
  fix: {
    en: "Use the HTTPS port, or give Harbor a certificate: HarborCertificate with `deliver.compose`. Do not declare the registry insecure.",
    zh: "使用 HTTPS 端口，或为 Harbor 配置证书：HarborCertificate 的 `deliver.compose`。不要将仓库声明为不安全仓库。",
  },
  proof: { en: "`moorline verify` shows a TLS handshake.", zh: "`moorline verify` 显示 TLS 握手成功。" },
  signs: [
    { literal: "server gave HTTP response to HTTPS client" },
    { literal: "wrong version number" },
    { literal: "first record does not look like a TLS handshake" },
    {
      literal: "client sent invalid method while reading client request line",
      pattern: /client sent invalid method while reading client request line/,
      components: ["nginx-error"],
    },
  ],
  live: ["TLS_SERVER_SPEAKS_PLAIN_HTTP"],
  explains: ["CONNECTION_CUT"],
};
