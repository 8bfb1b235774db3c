import type { FindingTable } from "./table.ts";

/** What can be found wrong: a Harbor that its Helm chart runs. */
export const helmFindings = {
  HELM_RELEASE_NOT_FOUND: {
    severity: "warning",
    en: "There is no Helm release of Harbor's chart called {subject} (no Ingress, no Deployment with the label release={release}, no record of Helm's). The Secret {secret} is written so that it is there when the release comes; give it the values that `moorline render` writes.",
    zh: "未找到名为 {subject} 的 Harbor Helm release（没有带标签 release={release} 的 Ingress、Deployment，也没有 Helm 记录）。Secret {secret} 会先行写入，供安装时使用；请在安装时设置 `moorline render` 输出的 values。",
  },
  HELM_CERTIFICATES_AUTO: {
    severity: "warning",
    en: "The release {subject} makes its certificates itself (`expose.tls.certSource: auto`): every `helm upgrade` makes a new CA, and every node that trusts the old one then fails to pull. The Secret {secret} is ready; run `helm upgrade {release} harbor/harbor -n {namespace} --reuse-values --set expose.tls.certSource=secret --set expose.tls.secret.secretName={secret}`, or set the values that `moorline render` writes.",
    zh: "release {subject} 由 Chart 自行生成证书（`expose.tls.certSource: auto`）：每次 `helm upgrade` 都会生成新的 CA，信任旧 CA 的节点将无法拉取镜像。Secret {secret} 已就绪；请执行 `helm upgrade {release} harbor/harbor -n {namespace} --reuse-values --set expose.tls.certSource=secret --set expose.tls.secret.secretName={secret}`，或设置 `moorline render` 输出的 values。",
  },
  HELM_OTHER_SECRET: {
    severity: "warning",
    en: "The release {subject} uses the Secret {uses}, not {secret}. Set the values that `moorline render` writes, or leave `secretName` out of the document to write into {uses}.",
    zh: "release {subject} 使用的是 Secret {uses}，而不是 {secret}。请设置 `moorline render` 输出的 values，或在文档中不填写 `secretName` 以写入 {uses}。",
  },
  HELM_TLS_OFF: {
    severity: "error",
    en: "The release {subject} serves plain HTTP (`expose.tls.enabled: false`): every password and image crosses the network readable. Set the values that `moorline render` writes; the Secret {secret} is ready.",
    zh: "release {subject} 使用明文 HTTP（`expose.tls.enabled: false`），密码和镜像均以明文传输。请设置 `moorline render` 输出的 values；Secret {secret} 已就绪。",
  },
  HELM_TLS_ENDS_ELSEWHERE: {
    severity: "warning",
    en: "TLS of the release {subject} does not end at what the chart made (a Gateway, or the ingress controller's default certificate): no object of the release names a Secret. Point the Gateway's listener or the controller at the Secret {secret}, or set the values that `moorline render` writes.",
    zh: "release {subject} 的 TLS 并非由 Chart 创建的对象终止（而是 Gateway 或 Ingress 控制器的默认证书），其对象未引用任何 Secret。请让 Gateway 监听器或控制器使用 Secret {secret}，或设置 `moorline render` 输出的 values。",
  },
  HELM_ROLLOUT_LOSES_CONNECTIONS: {
    severity: "note",
    en: "Each renewal replaces the pods of {subject}, and connections may be lost then: {reasons}. The chart has no value for it: run `moorline render`, then once `kubectl -n {namespace} patch deployment {deployment} --patch-file helm/{release}-nginx-rollout.yaml`. Upgrades of the release keep it.",
    zh: "每次续期都会滚动替换 {subject} 的 Pod，期间可能丢失连接：{reasons}。Chart 没有对应的 values：请运行 `moorline render`，然后执行一次 `kubectl -n {namespace} patch deployment {deployment} --patch-file helm/{release}-nginx-rollout.yaml`；升级 release 时会保留该设置。",
  },
  HELM_SERVED_BY_OTHERS: {
    severity: "warning",
    en: "At {subject} another certificate is served, although the nginx of {namespace}/{release} was replaced for the new one: something before it ends TLS (a load balancer, a proxy). Deliver the certificate there, or correct `deliver.helm.url`.",
    zh: "{namespace}/{release} 的 nginx 已为新证书重启，但 {subject} 使用的仍是另一张证书：其前方有其他组件终止 TLS（负载均衡器或代理）。请将证书分发到该组件，或更正 `deliver.helm.url`。",
  },
} as const satisfies FindingTable;
