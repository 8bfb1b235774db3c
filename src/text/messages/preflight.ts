import type { MessageTable } from "./table.ts";

/** What preflight checks. */
export const preflightMessages = {
  "preflight.kubernetes": {
    en: "Kubernetes {version}, 1.20 or later",
    zh: "Kubernetes {version}（要求 1.20 及以上）",
  },
  "preflight.coredns": {
    en: "CoreDNS answers ({ready} pods ready)",
    zh: "CoreDNS 正常应答（{ready} 个 Pod 就绪）",
  },
  "preflight.kubesphere": {
    en: "KubeSphere {version}, 3.3 or later",
    zh: "KubeSphere {version}（要求 3.3 及以上）",
  },
  "preflight.devops": { en: "KubeSphere's DevOps is on", zh: "KubeSphere 的 DevOps 已启用" },
  "preflight.devopsUnknown": {
    en: "whether KubeSphere's DevOps is on could not be told",
    zh: "无法判断 KubeSphere 的 DevOps 是否启用",
  },
  "preflight.harbor": { en: "Harbor {version}, 2.4 or later", zh: "Harbor {version}（要求 2.4 及以上）" },
  "preflight.harborName": {
    en: "has a name of its own and answers over HTTPS",
    zh: "拥有独立域名并通过 HTTPS 提供服务",
  },
  "preflight.handshake": {
    en: "TLS handshake verified: {protocol}, {cipher}",
    zh: "TLS 握手验证通过：{protocol}，{cipher}",
  },
  "preflight.key": {
    en: "certificate key {key}, valid until {notAfter}",
    zh: "证书密钥 {key}，有效期至 {notAfter}",
  },
  "preflight.ready": { en: "Ready: {checks} checks hold.", zh: "已就绪：{checks} 项检查全部通过。" },
  "preflight.readyWithWarnings": {
    en: "Ready, with {warnings} warning(s): {checks} checks hold.",
    zh: "已就绪，但有 {warnings} 条警告：{checks} 项检查通过。",
  },
  "preflight.notReady": {
    en: "Not ready: {errors} thing(s) to mend, see above.",
    zh: "尚未就绪：有 {errors} 项需要处理，见上文。",
  },
} as const satisfies MessageTable;
