import type { MessageTable } from "./table.ts";

/** Words of the delivery to a Harbor that its Helm chart runs. */
export const helmMessages = {
  "helm.deliverSecret": {
    en: "Write the server certificate into the Secret {secret} of the Helm release {release}",
    zh: "将服务器证书写入 Helm release {release} 使用的 Secret {secret}",
  },
  "helm.restartNginx": {
    en: "Replace the pods of the chart's own nginx, Deployment {deployment}, and wait until the new certificate is served",
    zh: "滚动重启 Chart 自带的 nginx（Deployment {deployment}），并等待新证书生效",
  },
  "helm.becauseNginxKeeps": {
    en: "its nginx reads the certificate when it starts, and never again",
    zh: "该 nginx 仅在启动时读取证书",
  },
  "helm.interruptsNginx": {
    en: "Pulls and pushes that run through an old pod of {deployment} may be cut off when it ends, and clients try them again; new ones reach the new pods, which come first.",
    zh: "{deployment} 的旧 Pod 退出时，经由它进行的拉取和推送可能中断，客户端会自动重试；新 Pod 先行就绪，新的请求由其处理。",
  },
  "helm.interruptsNginxGently": {
    en: "No connection is refused: new pods of {deployment} come first, and old ones wait. A pull or push through an old pod that outlasts its time to end is cut off, and clients try it again.",
    zh: "不会拒绝连接：{deployment} 的新 Pod 先行就绪，旧 Pod 延迟退出。只有经由旧 Pod 且超过其退出时限的拉取或推送会中断，客户端会自动重试。",
  },
  "helm.interruptsNginxRecreated": {
    en: "Harbor may not be reached while {deployment} is replaced: its strategy lets the old pods end before new ones come.",
    zh: "{deployment} 的更新策略允许先停止旧 Pod，替换期间可能无法访问 Harbor。",
  },
  "helm.proofUses": {
    en: "The release uses the Secret {secret}",
    zh: "该 release 使用 Secret {secret}",
  },
  "helm.uses": { en: "its {exposure} does", zh: "由其 {exposure} 使用" },
  "helm.usesNot": {
    en: "it does not: certSource is {source}, and its Secret {uses}; set the values that `moorline render` writes",
    zh: "并未使用：certSource 为 {source}，其 Secret 为 {uses}；请设置 `moorline render` 输出的 values",
  },
  "helm.proofServed": {
    en: "From outside, the new certificate is met",
    zh: "从外部访问时使用的是新证书",
  },
  "helm.servedSame": { en: "it is served", zh: "已在使用" },
  "helm.servedDiffers": { en: "another certificate is served there", zh: "该地址使用的是另一张证书" },
  "helm.servedUnreachable": {
    en: "this address can not be reached from here, so nothing was seen; ask from where it can",
    zh: "从此处无法访问该地址，因此未能查看；请在可访问的位置验证",
  },
} as const satisfies MessageTable;
