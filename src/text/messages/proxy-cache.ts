import type { MessageTable } from "./table.ts";

/** Words of ProxyCache. */
export const proxyCacheMessages = {
  "proxyCache.createEndpoint": {
    en: "Create the registry endpoint {name} for {url} in Harbor",
    zh: "在 Harbor 中创建指向 {url} 的仓库端点 {name}",
  },
  "proxyCache.endpointMissing": {
    en: "Harbor has no endpoint for this upstream.",
    zh: "Harbor 中没有该上游的仓库端点。",
  },
  "proxyCache.updateEndpoint": {
    en: "Write the registry endpoint {name} for {url} anew",
    zh: "重新写入指向 {url} 的仓库端点 {name}",
  },
  "proxyCache.endpointDiffers": {
    en: "It is not as the document says.",
    zh: "与文档不一致。",
  },
  "proxyCache.endpointUnreachable": {
    en: "Harbor does not reach the upstream with what it has stored, but does with what the document says.",
    zh: "Harbor 用已保存的信息无法访问上游，而用文档中的信息可以。",
  },
  "proxyCache.deleteEndpoint": { en: "Delete the registry endpoint {name}", zh: "删除仓库端点 {name}" },
  "proxyCache.createProject": {
    en: "Create the Harbor project {project} as a cache of {url}",
    zh: "创建 Harbor 项目 {project}，作为 {url} 的缓存",
  },
  "proxyCache.projectMissing": {
    en: "Harbor has no project of exactly this name.",
    zh: "Harbor 中没有名称完全相同的项目。",
  },
  "proxyCache.updateProject": {
    en: "Set {fields} of the Harbor project {project}",
    zh: "设置 Harbor 项目 {project} 的 {fields}",
  },
  "proxyCache.projectDiffers": { en: "It is not as the document says.", zh: "与文档不一致。" },
  "proxyCache.deleteProject": {
    en: "Delete the empty Harbor project {project}",
    zh: "删除空的 Harbor 项目 {project}",
  },
  "proxyCache.setLifetime": {
    en: "Keep in {project} what was pulled within {days} days, and nothing else",
    zh: "在 {project} 中仅保留 {days} 天内被拉取过的内容",
  },
  "proxyCache.lifetimeDiffers": {
    en: "The project's retention says otherwise.",
    zh: "该项目的保留策略与文档不一致。",
  },
  "proxyCache.createNetwork": {
    en: "Make the {vendor} network {name} at {endpoint} known to Harbor",
    zh: "在 Harbor 中登记 {vendor} 网络 {name}（{endpoint}）",
  },
  "proxyCache.networkMissing": { en: "Harbor does not know it.", zh: "Harbor 中尚未登记。" },
  "proxyCache.updateNetwork": {
    en: "Write the P2P network {name} at {endpoint} anew",
    zh: "重新写入 P2P 网络 {name}（{endpoint}）",
  },
  "proxyCache.networkDiffers": { en: "It is not as the document says.", zh: "与文档不一致。" },
  "proxyCache.deleteNetwork": {
    en: "Delete the P2P network {name} from Harbor",
    zh: "从 Harbor 中删除 P2P 网络 {name}",
  },
  "proxyCache.setPolicy": {
    en: "Preheat {repositories} by the policy {policy}",
    zh: "通过策略 {policy} 预热 {repositories}",
  },
  "proxyCache.policyDiffers": {
    en: "There is no such policy, or another.",
    zh: "该策略不存在或与文档不一致。",
  },
  "proxyCache.deletePolicy": { en: "Delete the preheat policy {policy}", zh: "删除预热策略 {policy}" },
  "proxyCache.policyNotWanted": {
    en: "Moorline made it, and the document has it no more.",
    zh: "由 Moorline 创建，文档中已不再包含。",
  },
  "proxyCache.warm": { en: "Bring {image} into the cache", zh: "将 {image} 放入缓存" },
  "proxyCache.imageCold": {
    en: "The cache does not hold it under its tag.",
    zh: "缓存中没有该标签。",
  },
  "proxyCache.removalAsked": { en: "The document goes.", zh: "文档将被移除。" },
  "proxyCache.proofUpstream": { en: "Harbor reaches the upstream", zh: "Harbor 可以访问上游" },
  "proxyCache.provedUpstream": { en: "reached, with the stored credential", zh: "使用已保存的凭据可以访问" },
  "proxyCache.proofProject": { en: "The project is the upstream's cache", zh: "该项目是此上游的缓存" },
  "proxyCache.provedProject": { en: "proxies {url}", zh: "代理 {url}" },
  "proxyCache.proofImage": {
    en: "The cache holds the image and serves it by tag",
    zh: "缓存中有该镜像，并可按标签拉取",
  },
  "proxyCache.provedImage": { en: "served, {digest}", zh: "可以拉取，{digest}" },
  "proxyCache.unproved": { en: "{reason}", zh: "{reason}" },
} as const satisfies MessageTable;
