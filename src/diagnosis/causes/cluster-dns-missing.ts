import type { Cause } from "./cause.ts";

export const clusterDnsMissing: Cause = {
  code: "CLUSTER_DNS_MISSING",
  severity: "warning",
  title: { en: "The kubelet knows no cluster DNS", zh: "kubelet 未配置集群 DNS" },
  explanation: {
    en: "clusterDNS is not set in the kubelet's configuration; pods use the node's resolver and do not find Services by name.",
    zh: "kubelet 配置中未设置 clusterDNS；Pod 使用节点的解析器，无法按名称访问 Service。",
  },
  fix: {
    en: "Set clusterDNS to the address of the Service kube-dns.",
    zh: "将 clusterDNS 设为 kube-dns 服务的地址。",
  },
  proof: { en: "The event no longer appears with new pods.", zh: "新建 Pod 不再出现该事件。" },
  signs: [{ literal: "MissingClusterDNS" }, { literal: "does not have ClusterDNS IP configured" }],
  explains: ["NAME_NOT_RESOLVED", "NAME_SERVER_SILENT"],
};
