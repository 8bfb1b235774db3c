import type { Cause } from "./cause.ts";

export const nameServerSilent: Cause = {
  code: "NAME_SERVER_SILENT",
  severity: "error",
  title: { en: "The name server does not answer", zh: "DNS 服务器没有应答" },
  explanation: {
    en: "The machine asked its resolver, and nothing or an error came back: CoreDNS is down, or the node can not reach it.",
    zh: "机器向解析器查询后没有应答或返回错误：CoreDNS 故障，或节点无法访问它。",
  },
  fix: {
    en: "Look at CoreDNS (`kubectl -n kube-system get pods -l k8s-app=kube-dns`) and at /etc/resolv.conf of the node named in the line.",
    zh: "检查 CoreDNS（`kubectl -n kube-system get pods -l k8s-app=kube-dns`）以及该节点的 /etc/resolv.conf。",
  },
  proof: { en: "`getent hosts NAME` on that node answers.", zh: "该节点执行 `getent hosts 主机名` 有结果。" },
  signs: [
    { literal: "read udp", pattern: /lookup \S+ on \S+: read udp .*i\/o timeout/ },
    { literal: "server misbehaving" },
    { literal: "Temporary failure in name resolution" },
  ],
  explains: ["NAME_NOT_RESOLVED", "CONNECTION_TIMEOUT"],
};
