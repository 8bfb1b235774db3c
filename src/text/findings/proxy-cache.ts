import type { FindingTable } from "./table.ts";

/** What can be found wrong: caches of upstream registries. */
export const proxyCacheFindings = {
  PROXY_ENDPOINT_TAKEN: {
    severity: "error",
    en: "Harbor's registry endpoint {subject} (for {url}) was not made by Moorline; it is left alone. Rename or delete it in Harbor, or give this document another name.",
    zh: "Harbor 的仓库端点 {subject}（{url}）不是由 Moorline 创建，保持不变。请在 Harbor 中重命名或删除它，或更换本文档名称。",
  },
  PROXY_ENDPOINT_TYPE_FIXED: {
    severity: "error",
    en: "The registry endpoint {subject} is of type {type} in Harbor and can not become {wanted}. Use another name for the document and another project, and let the old cache run out.",
    zh: "Harbor 中仓库端点 {subject} 的类型为 {type}，无法改为 {wanted}。请使用新的文档名称与项目，让旧缓存自然过期。",
  },
  PROXY_PROJECT_TAKEN: {
    severity: "error",
    en: "The Harbor project {subject} is there and is no cache of {url} made by this document. Harbor can not turn one into the other: choose another project name.",
    zh: "Harbor 项目 {subject} 已存在，且不是由本文档创建的 {url} 缓存。Harbor 无法转换项目类型，请更换项目名称。",
  },
  PREHEAT_NETWORK_TAKEN: {
    severity: "error",
    en: "Harbor's P2P network {subject} ({endpoint}) was not made by Moorline; it is left alone. Choose another name in preheat.network.name.",
    zh: "Harbor 中的 P2P 网络 {subject}（{endpoint}）不是由 Moorline 创建，保持不变。请在 preheat.network.name 中使用其他名称。",
  },
  PROXY_SETTING_UNKNOWN_TO_HARBOR: {
    severity: "warning",
    en: "{subject} sets {field}, which Harbor knows since {since}; this one is {version}. It has no effect.",
    zh: "{subject} 设置了 {field}，Harbor {since} 起才支持；当前为 {version}，该设置不生效。",
  },
  PROXY_UPSTREAM_UNREACHABLE: {
    severity: "error",
    en: "Harbor does not reach {subject} with the document's credential and CA. What is cached goes on being served. Look at core's log for the reason: name, proxy, certificate, or account.",
    zh: "Harbor 使用文档中的凭据与 CA 无法访问 {subject}。已缓存的内容仍可拉取。请查看 core 日志确认原因：域名、代理、证书或账户。",
  },
  PROXY_UPSTREAM_UNVERIFIED: {
    severity: "warning",
    en: "{subject} lets Harbor take any certificate for the upstream's (insecureSkipTlsVerify).",
    zh: "{subject} 允许 Harbor 接受上游的任意证书（insecureSkipTlsVerify）。",
  },
  PROXY_ACCOUNT_OPEN_TO_ALL: {
    severity: "warning",
    en: "{subject} is a public cache of an upstream with an account: whoever reaches Harbor pulls with that account's rights and limit.",
    zh: "{subject} 是使用上游账户的公开缓存：任何能访问 Harbor 的人都会以该账户的权限和限额拉取。",
  },
  PROXY_CACHE_KEPT: {
    severity: "note",
    en: "The cache {subject} is kept with its endpoint; it holds {repositories} repositories. Delete them in Harbor first, and set project.deletionPolicy: Delete, to have it removed.",
    zh: "缓存项目 {subject} 及其仓库端点予以保留，其中有 {repositories} 个仓库。如需删除，请先在 Harbor 中清空，并设置 project.deletionPolicy: Delete。",
  },
} as const satisfies FindingTable;
