import type { Cause } from "./cause.ts";

export const imageNotFound: Cause = {
  code: "IMAGE_NOT_FOUND",
  severity: "error",
  title: { en: "The image or tag does not exist", zh: "镜像或标签不存在" },
  explanation: {
    en: "The registry was reached and let the client in; it has no such repository or tag. In a proxy-cache project it may mean that the upstream is down.",
    zh: "已连接镜像仓库并通过认证，但没有该仓库或标签。在代理缓存项目中也可能是上游不可用。",
  },
  fix: {
    en: "Correct the tag, or push the image. Retention rules may have deleted it.",
    zh: "修正标签或推送镜像。也可能被保留策略删除。",
  },
  proof: { en: "A pull works.", zh: "拉取成功。" },
  signs: [
    {
      literal: "manifest unknown",
      pattern: /manifest unknown/,
      components: ["containerd", "docker", "kubelet", "event", "ks-apiserver", "unknown"],
    },
    { literal: ": not found", pattern: /.*(?:[Pp]ull|resolve reference|manifests).*: not found/ },
    { literal: "NOT_FOUND: artifact" },
    // Docker does not know Harbor's code for it.
    { literal: "unknown: artifact ", pattern: /unknown: artifact \S+ not found/ },
    { literal: "unknown: repository ", pattern: /unknown: repository \S+ not found/ },
    { literal: "NAME_UNKNOWN" },
    { literal: "MANIFEST_UNKNOWN" },
  ],
  live: ["REGISTRY_NOT_FOUND", "HARBOR_ARTIFACT_ABSENT"],
};
