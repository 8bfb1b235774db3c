import type { MessageTable } from "./table.ts";

/** Words of the in-cluster proxy in front of a Harbor with mutual TLS. */
export const clusterProxyMessages = {
  "clusterProxy.write.upstream": {
    en: "Keep the client certificate that the proxy shows {url}, and the CA that it checks",
    zh: "保存代理向 {url} 出示的客户端证书及其校验所用的 CA",
  },
  "clusterProxy.write.config": {
    en: "Configure the proxy to {url}; running pods reload, none restarts",
    zh: "配置通往 {url} 的代理；运行中的 Pod 会重新加载，不会重启",
  },
  "clusterProxy.write.policy": {
    en: "Let only the named sources come to the proxy",
    zh: "仅允许指定来源访问代理",
  },
  "clusterProxy.write.service": {
    en: "Give the proxy to {url} an address",
    zh: "为通往 {url} 的代理提供服务地址",
  },
  "clusterProxy.write.deployment": { en: "Run the proxy to {url}", zh: "运行通往 {url} 的代理" },
  "clusterProxy.remove": { en: "Take the proxy to {url} away", zh: "移除通往 {url} 的代理" },
  "clusterProxy.becauseAbsent": { en: "it is not there yet", zh: "尚不存在" },
  "clusterProxy.becauseDiffers": { en: "it is not as the document says", zh: "与文档不一致" },
  "clusterProxy.becauseRemoved": { en: "the document is taken away", zh: "文档被移除" },
  "clusterProxy.interruptsRemoval": {
    en: "whoever reaches {url} through the proxy, such as ks-apiserver and pipelines",
    zh: "通过该代理访问 {url} 的组件，例如 ks-apiserver 和流水线",
  },
  "clusterProxy.proofRollout": { en: "The proxy's pods are available", zh: "代理的 Pod 可用" },
  "clusterProxy.available": { en: "{ready} of {wanted} available", zh: "{wanted} 个中有 {ready} 个可用" },
  "clusterProxy.unreported": {
    en: "the Deployment is there; nobody reports on its pods",
    zh: "Deployment 已存在；没有控制器上报其 Pod 状态",
  },
  "clusterProxy.proofWay": {
    en: "{url} answers through the proxy to a client without a certificate",
    zh: "未持有证书的客户端可通过代理访问 {url}",
  },
  "clusterProxy.way": { en: "GET {path} answered {status}", zh: "GET {path} 返回 {status}" },
  "clusterProxy.noWay": { en: "not through the proxy: {reason}", zh: "无法通过代理访问：{reason}" },
} as const satisfies MessageTable;
