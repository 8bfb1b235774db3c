import type { Cause } from "./cause.ts";

export const proxyCacheUpstreamDown: Cause = {
  code: "PROXY_CACHE_UPSTREAM_DOWN",
  severity: "error",
  title: { en: "A proxy-cache project can not reach its upstream", zh: "代理缓存项目无法访问上游仓库" },
  explanation: {
    en: "Harbor could not ask the upstream registry. What is cached is served; what is not answers 404 as if it did not exist.",
    zh: "Harbor 无法访问上游仓库。已缓存的镜像可用；未缓存的会返回 404，如同不存在。",
  },
  fix: {
    en: "Look at the registry endpoint in Harbor (Registries, Test connection): address, credential, CA, proxy.",
    zh: "在 Harbor 的仓库管理中测试该端点：地址、凭证、CA、代理。",
  },
  proof: {
    en: "The endpoint is healthy in Harbor, and an image that was never cached can be pulled.",
    zh: "该端点在 Harbor 中显示健康，且可拉取未缓存的镜像。",
  },
  signs: [
    { literal: "failed to proxy manifest" },
    { literal: "failed to proxy blob" },
    { literal: "current registry is unhealthy" },
    { literal: "failed to pull blob, error" },
    { literal: "is unhealthy, regID" },
  ],
  live: ["HARBOR_UPSTREAM_UNHEALTHY"],
  explains: ["IMAGE_NOT_FOUND"],
};
