import type { FindingTable } from "./table.ts";

/** What can be found wrong: preflight. */
export const preflightFindings = {
  PREFLIGHT_KUBERNETES_TOO_OLD: {
    severity: "error",
    en: "Kubernetes {version} is older than 1.20, the oldest that Moorline works with. Upgrade the cluster.",
    zh: "Kubernetes {version} 低于 1.20（Moorline 支持的最低版本）。请升级集群。",
  },
  PREFLIGHT_KUBERNETES_UNREACHABLE: {
    severity: "error",
    en: "The cluster cannot be asked: {reason} {remedy}",
    zh: "无法访问集群：{reason} {remedy}",
  },
  PREFLIGHT_COREDNS_ABSENT: {
    severity: "warning",
    en: "No CoreDNS or kube-dns pod was found in kube-system; pods may not resolve names.",
    zh: "kube-system 中没有找到 CoreDNS 或 kube-dns 的 Pod；Pod 可能无法解析域名。",
  },
  PREFLIGHT_COREDNS_NOT_READY: {
    severity: "error",
    en: "Only {ready} of {total} CoreDNS pods are ready. Look at their logs: kubectl -n kube-system logs -l k8s-app=kube-dns",
    zh: "{total} 个 CoreDNS Pod 中只有 {ready} 个就绪。请查看日志：kubectl -n kube-system logs -l k8s-app=kube-dns",
  },
  PREFLIGHT_COREDNS_SILENT: {
    severity: "error",
    en: "CoreDNS pod {pod} does not answer on its readiness port: {reason}",
    zh: "CoreDNS Pod {pod} 的就绪端口没有响应：{reason}",
  },
  PREFLIGHT_KUBESPHERE_ABSENT: {
    severity: "note",
    en: "KubeSphere is not installed; everything that needs only Kubernetes works without it.",
    zh: "未安装 KubeSphere；只依赖 Kubernetes 的功能不受影响。",
  },
  PREFLIGHT_KUBESPHERE_TOO_OLD: {
    severity: "error",
    en: "KubeSphere {version} is older than 3.3, the oldest that Moorline works with. Upgrade KubeSphere.",
    zh: "KubeSphere {version} 低于 3.3（Moorline 支持的最低版本）。请升级 KubeSphere。",
  },
  PREFLIGHT_DEVOPS_OFF: {
    severity: "warning",
    en: "KubeSphere's DevOps is switched off: pipelines that push to Harbor need it. 3.x: set spec.devops.enabled in ClusterConfiguration ks-installer; 4.x: install the extension devops.",
    zh: "KubeSphere 的 DevOps 未启用：向 Harbor 推送镜像的流水线需要它。3.x：在 ClusterConfiguration ks-installer 中设置 spec.devops.enabled；4.x：安装 devops 扩展组件。",
  },
  PREFLIGHT_HARBOR_UNREACHABLE: {
    severity: "error",
    en: "Cannot be asked: {reason} {remedy}",
    zh: "无法访问：{reason} {remedy}",
  },
  PREFLIGHT_HARBOR_BY_ADDRESS: {
    severity: "warning",
    en: "Reached by an IP address. Give it a name of its own: a certificate for a name survives a move, and KubeSphere falls back to plain HTTP for private addresses.",
    zh: "通过 IP 地址访问。请为其配置独立域名：迁移后域名证书仍然有效，而 KubeSphere 对私有地址会退回到明文 HTTP。",
  },
  PREFLIGHT_KEY_WEAK: {
    severity: "error",
    en: "Serves a certificate with a weak key ({key}). Use RSA of 2048 to 4096 bits or ECDSA on P-256 or P-384.",
    zh: "证书密钥强度不足（{key}）。请使用 2048 至 4096 位 RSA，或 P-256、P-384 曲线的 ECDSA。",
  },
  PREFLIGHT_PLAIN_HTTP_OPEN: {
    severity: "warning",
    en: "Also answers over plain HTTP without redirecting to HTTPS ({status}). Redirect or close that port.",
    zh: "同时开放明文 HTTP 且未重定向到 HTTPS（{status}）。请重定向或关闭该端口。",
  },
} as const satisfies FindingTable;
