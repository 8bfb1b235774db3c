import type { Cause } from "./cause.ts";

export const plainHttpClient: Cause = {
  code: "PLAIN_HTTP_CLIENT",
  severity: "warning",
  title: { en: "Plain HTTP was spoken to the HTTPS port", zh: "对 HTTPS 端口使用了明文 HTTP" },
  explanation: {
    en: "A client uses http:// with the HTTPS port: a health probe, an insecure-registries entry, a load balancer that ends TLS but forwards to the TLS port.",
    zh: "客户端以 http:// 访问 HTTPS 端口：健康检查、insecure-registries 配置，或负载均衡终止 TLS 后转发到 TLS 端口。",
  },
  fix: {
    en: "Change the client at the address in the line to https://, or the probe to the HTTP port or a TCP check.",
    zh: "将该地址上的客户端改为 https://，或将探针改为 HTTP 端口或 TCP 检查。",
  },
  proof: { en: "The line no longer appears.", zh: "该日志不再出现。" },
  signs: [
    { literal: "client sent plain HTTP request to HTTPS port" },
    { literal: "Client sent an HTTP request to an HTTPS server" },
    { literal: "plain HTTP request was sent to HTTPS port" },
    { literal: "malformed HTTP response" },
  ],
  live: ["TLS_PLAIN_HTTP_ON_HTTPS_PORT"],
};
