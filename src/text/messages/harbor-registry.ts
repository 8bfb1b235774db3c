import type { MessageTable } from "./table.ts";

/** Words of HarborRegistry. */
export const harborRegistryMessages = {
  "harborRegistry.because": { en: "{reason}", zh: "{reason}" },
  "harborRegistry.writeCa": {
    en: "Keep the CA of {url} in the ConfigMap {configMap}",
    zh: "将 {url} 的 CA 保存到 ConfigMap {configMap}",
  },
  "harborRegistry.mountCa": {
    en: "Mount the CA of {url} into ks-apiserver at {path}",
    zh: "将 {url} 的 CA 挂载到 ks-apiserver 的 {path}",
  },
  "harborRegistry.restarts": {
    en: "ks-apiserver rolls over to new pods; the console may answer slowly for about a minute. Workloads and pulls are not touched.",
    zh: "ks-apiserver 会滚动重启，控制台可能在约一分钟内响应变慢。工作负载和镜像拉取不受影响。",
  },
  "harborRegistry.unmountCa": {
    en: "Take the CA of {url} out of ks-apiserver",
    zh: "从 ks-apiserver 中移除 {url} 的 CA",
  },
  "harborRegistry.deleteCa": {
    en: "Delete the ConfigMap {configMap}",
    zh: "删除 ConfigMap {configMap}",
  },
  "harborRegistry.noLongerAsked": {
    en: "The document does not ask for it any more.",
    zh: "文档不再需要它。",
  },
  "harborRegistry.proofHandshake": {
    en: "A TLS handshake with the chain that the document trusts",
    zh: "使用文档信任的证书链进行 TLS 握手",
  },
  "harborRegistry.provedHandshake": {
    en: "{protocol}, certificate for {names}, valid until {notAfter}",
    zh: "{protocol}，证书用于 {names}，有效期至 {notAfter}",
  },
  "harborRegistry.unverifiedHandshake": {
    en: "{protocol}; nobody checked who answered, because the document turns that off",
    zh: "{protocol}；由于文档关闭了验证，未核实服务器身份",
  },
  "harborRegistry.failedHandshake": {
    en: "not trusted: {reason}",
    zh: "不受信任：{reason}",
  },
  "harborRegistry.proofLogin": {
    en: "Harbor's system information, as {username}",
    zh: "以 {username} 身份读取 Harbor 系统信息",
  },
  "harborRegistry.provedLogin": { en: "Harbor {version}", zh: "Harbor {version}" },
  "harborRegistry.proofHealth": { en: "Harbor's own health", zh: "Harbor 自身的健康状态" },
  "harborRegistry.provedHealth": { en: "{count} components are healthy", zh: "{count} 个组件均健康" },
  "harborRegistry.failedHealth": { en: "not healthy: {components}", zh: "不健康：{components}" },
  "harborRegistry.proofKubesphere": {
    en: "ks-apiserver runs with the CA in its roots",
    zh: "ks-apiserver 已在信任根中加载该 CA",
  },
  "harborRegistry.provedKubesphere": {
    en: "{ready} pod(s) run with {path}",
    zh: "{ready} 个 Pod 已挂载 {path}",
  },
  "harborRegistry.mountedKubesphere": {
    en: "its Deployment mounts {path}; nobody here reports on its pods",
    zh: "其 Deployment 已挂载 {path}；此处没有组件报告其 Pod 状态",
  },
  "harborRegistry.failedKubesphere": {
    en: "the new pods are not ready yet: {ready} of {wanted}",
    zh: "新的 Pod 尚未就绪：{ready}/{wanted}",
  },
} as const satisfies MessageTable;
