import type { FindingTable } from "./table.ts";

/** What can be found wrong: a Harbor at platform level. */
export const harborRegistryFindings = {
  HARBOR_COMPONENT_UNHEALTHY: {
    severity: "error",
    en: "Harbor's component {component} at {subject} says it is {status}. Look at its log: `docker logs harbor-{component}` or the pod of that name.",
    zh: "{subject} 的 Harbor 组件 {component} 状态为 {status}。请查看其日志：`docker logs harbor-{component}` 或对应 Pod 的日志。",
  },
  HARBOR_IS_READ_ONLY: {
    severity: "error",
    en: "{subject} is in read-only mode: pulls work, but no project and no robot can be made. Turn it off under Administration → Configuration → System Settings.",
    zh: "{subject} 处于只读模式：可以拉取镜像，但无法创建项目和机器人账户。请在“系统管理 → 配置管理 → 系统设置”中关闭只读。",
  },
  HARBOR_ACCOUNT_LACKS_RIGHTS: {
    severity: "error",
    en: "The account {username} may not {rights} at {subject}. Use a system administrator, or a system robot that holds these rights.",
    zh: "账户 {username} 在 {subject} 上没有以下权限：{rights}。请使用系统管理员，或拥有这些权限的系统级机器人账户。",
  },
  HARBOR_ACCOUNT_IS_ROBOT: {
    severity: "note",
    en: "Moorline works at {subject} as the robot {username}. Robots can not change system settings, and when this one expires, renewals stop: keep an eye on its end.",
    zh: "Moorline 在 {subject} 上使用机器人账户 {username}。机器人账户不能修改系统设置；它过期后凭据续期也会停止，请留意其到期时间。",
  },
  HARBOR_ACCOUNT_HAS_DEFAULT_PASSWORD: {
    severity: "warning",
    en: "The account {username} at {subject} still has the password that Harbor is shipped with. Change it, then give Moorline the new one.",
    zh: "{subject} 的账户 {username} 仍在使用 Harbor 的出厂密码。请修改密码，并向 Moorline 提供新密码。",
  },
  HARBOR_EXTERNAL_URL_DIFFERS: {
    severity: "error",
    en: "Harbor calls itself {externalUrl}, the document calls it {subject}: tokens and the links of the portal lead elsewhere. Set `hostname` or `external_url` in harbor.yml, or correct the document.",
    zh: "Harbor 的外部地址为 {externalUrl}，文档中为 {subject}：令牌与门户链接会指向别处。请修改 harbor.yml 的 `hostname` 或 `external_url`，或更正文档。",
  },
  HARBOR_TLS_NOT_VERIFIED: {
    severity: "warning",
    en: "The document turns the check of the certificate of {subject} off (insecureSkipTlsVerify: true): anybody on the way can read the administrator's password. Give `tls.ca` instead.",
    zh: "文档关闭了对 {subject} 证书的验证（insecureSkipTlsVerify: true）：中间人可以窃取管理员密码。请改为提供 `tls.ca`。",
  },
  HARBOR_CERTIFICATE_EXPIRES_SOON: {
    severity: "warning",
    en: "The certificate of {subject} ends at {notAfter}; after that no node can pull. Renew it, for instance with a HarborCertificate.",
    zh: "{subject} 的证书将于 {notAfter} 到期，届时所有节点都无法拉取镜像。请续期，例如使用 HarborCertificate。",
  },
  HARBOR_WANTS_CLIENT_CERTIFICATES: {
    severity: "warning",
    en: "{subject} asks every client for a certificate, and ks-apiserver has none to show: the console's Validate button and its tag search fail, while pulls work. Give KubeSphere an address of Harbor without mutual TLS, or tell its users.",
    zh: "{subject} 要求所有客户端提供证书，而 ks-apiserver 没有客户端证书：控制台的“验证”按钮和镜像标签搜索会失败，但不影响拉取镜像。请为 KubeSphere 提供不启用双向 TLS 的 Harbor 地址，或告知用户。",
  },
  KUBESPHERE_CA_NOT_TRUSTED: {
    severity: "error",
    en: "ks-apiserver in {subject} does not trust the CA of {url}: the console's Validate button and its tag search fail with x509.",
    zh: "{subject} 中的 ks-apiserver 不信任 {url} 的 CA：控制台的“验证”按钮和镜像标签搜索会报 x509 错误。",
  },
  KUBESPHERE_CA_WITHHELD: {
    severity: "warning",
    en: "ks-apiserver in {subject} does not trust the CA of {url}, and the document says `kubesphere.trustCa: never`.",
    zh: "{subject} 中的 ks-apiserver 不信任 {url} 的 CA，且文档设置了 `kubesphere.trustCa: never`。",
  },
  KUBESPHERE_HELM_VALUES: {
    severity: "note",
    en: "An upgrade of the Helm release ks-core in {subject} drops what Moorline adds to ks-apiserver, until the next apply. To keep it, add to its values: {values}",
    zh: "升级 {subject} 中的 Helm 版本 ks-core 会丢弃 Moorline 对 ks-apiserver 的修改，直到下次 apply。如需保留，请在其 values 中加入：{values}",
  },
  KUBESPHERE_APISERVER_MISSING: {
    severity: "warning",
    en: "KubeSphere is there, but not its Deployment {subject}; it can not be given the CA.",
    zh: "检测到 KubeSphere，但没有找到 Deployment {subject}，无法为其提供 CA。",
  },
  KUBESPHERE_CONFIGMAP_NOT_OURS: {
    severity: "error",
    en: "{subject} is there, but Moorline did not make it; it is left alone. Remove or rename it.",
    zh: "{subject} 已存在但不是 Moorline 创建的，保持不变。请删除或重命名它。",
  },
} as const satisfies FindingTable;
