import type { Cause } from "./cause.ts";

export const upstreamRateLimit: Cause = {
  code: "UPSTREAM_RATE_LIMIT",
  severity: "error",
  title: {
    en: "The registry or its upstream limits the rate of requests",
    zh: "镜像仓库或其上游限制了请求速率",
  },
  explanation: {
    en: "Too many requests in a time: a public registry's limit behind a proxy cache, or Harbor's own.",
    zh: "单位时间内请求过多：代理缓存后的公共仓库限额，或 Harbor 自身的限制。",
  },
  fix: {
    en: "Give the proxy cache's endpoint a credential with a higher limit, and pull by way of the cache.",
    zh: "为代理缓存端点配置限额更高的凭证，并通过缓存拉取。",
  },
  proof: { en: "The line no longer appears.", zh: "该日志不再出现。" },
  signs: [
    { literal: "TOOMANYREQUESTS" },
    { literal: "toomanyrequests" },
    { literal: "TOO_MANY_REQUEST" },
    { literal: "429 Too Many Requests" },
  ],
  live: ["HARBOR_TOO_MANY_REQUESTS"],
};
