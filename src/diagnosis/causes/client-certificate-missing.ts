import type { Cause } from "./cause.ts";

export const clientCertificateMissing: Cause = {
  code: "CLIENT_CERTIFICATE_MISSING",
  severity: "error",
  title: {
    en: "The server wants a client certificate, and the client brought none",
    zh: "服务器要求客户端证书，但客户端未提供",
  },
  explanation: {
    en: "Mutual TLS is on at the registry. The node has no client pair, or its hosts.toml names it at one level only. Seen from the runtime it is only a 400.",
    zh: "镜像仓库已启用双向 TLS。该节点没有客户端证书，或 hosts.toml 只在一个层级写了证书。运行时只会看到 400。",
  },
  fix: {
    en: "`clientCertificate` in the NodeTrust document, then `moorline node apply` on the node. ks-apiserver and others that can not present one need the in-cluster way in.",
    zh: "在 NodeTrust 文档中填写 `clientCertificate`，然后在该节点执行 `moorline node apply`。ks-apiserver 等无法提供证书的组件需使用集群内入口。",
  },
  proof: { en: "A pull on that node works.", zh: "该节点拉取成功。" },
  signs: [
    { literal: "client sent no required SSL certificate" },
    { literal: "400 Bad Request", pattern: /(?:[Pp]ull|manifests|status code).*400 Bad Request/ },
    { literal: "tls: certificate required" },
    { literal: "alert certificate required" },
    { literal: "No required SSL certificate was sent" },
    { literal: "remote error: tls: bad certificate" },
  ],
  live: ["TLS_CLIENT_CERTIFICATE_REQUIRED"],
};
