import type { Cause } from "./cause.ts";

export const authorityUnknown: Cause = {
  code: "AUTHORITY_UNKNOWN",
  severity: "error",
  title: {
    en: "The client does not trust the CA that issued the server's certificate",
    zh: "客户端不信任签发服务器证书的 CA",
  },
  explanation: {
    en: "The registry's certificate comes from a CA that this client was not given: a node without the CA, a hosts.toml that names it at one level only, or a component (ks-apiserver, another Harbor) that trusts public CAs alone.",
    zh: "镜像仓库证书的签发 CA 未提供给该客户端：节点未安装 CA，hosts.toml 只在一个层级写了 CA，或组件（ks-apiserver、其他 Harbor）只信任公共 CA。",
  },
  fix: {
    en: "On nodes: a NodeTrust document and `moorline node apply`. For ks-apiserver: a HarborRegistry document, which gives it the CA.",
    zh: "节点：使用 NodeTrust 文档并执行 `moorline node apply`。ks-apiserver：使用 HarborRegistry 文档，由其提供 CA。",
  },
  proof: {
    en: "A pull of a tag that exists works, and one of a tag that does not answers `not found`.",
    zh: "拉取存在的标签成功，拉取不存在的标签返回 `not found`。",
  },
  signs: [
    { literal: "x509: certificate signed by unknown authority" },
    { literal: "unable to get local issuer certificate" },
    { literal: "self signed certificate" },
    { literal: "self-signed certificate" },
    { literal: "alert unknown ca" },
    { literal: "alert bad certificate", components: ["nginx-error"] },
    { literal: "tls: unknown certificate authority" },
  ],
  live: ["TLS_UNKNOWN_AUTHORITY"],
};
