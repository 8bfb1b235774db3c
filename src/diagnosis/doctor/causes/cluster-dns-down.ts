import type { Cause } from "../../causes/cause.ts";

export const clusterDnsDown: Cause = {
  code: "CLUSTER_DNS_DOWN",
  severity: "error",
  title: { en: "The cluster's DNS does not answer", zh: "集群 DNS 不可用" },
  explanation: {
    en: "The Service kube-dns has no pod that is ready. What runs in pods (ks-apiserver's Validate button, pipelines, Harbor's own components) finds no name; nodes pull by their own resolver.",
    zh: "kube-dns 服务没有就绪的 Pod。Pod 中的组件（ks-apiserver 的“验证”按钮、流水线、Harbor 自身组件）无法解析名称；节点拉取使用自身的解析器。",
  },
  fix: {
    en: "`kubectl -n kube-system get pods -l k8s-app=kube-dns`, then its log: a loop in resolv.conf, or no image, are the usual reasons.",
    zh: "执行 `kubectl -n kube-system get pods -l k8s-app=kube-dns` 并查看日志：常见原因是 resolv.conf 循环或镜像缺失。",
  },
  proof: {
    en: "`kubectl -n kube-system get endpoints kube-dns` lists addresses.",
    zh: "`kubectl -n kube-system get endpoints kube-dns` 显示地址。",
  },
  signs: [],
  live: ["CLUSTER_DNS_DOWN"],
};
