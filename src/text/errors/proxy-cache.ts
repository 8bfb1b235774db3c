import type { ErrorTable } from "./table.ts";

/** Errors of caches of upstream registries. */
export const proxyCacheErrors = {
  PROXY_ENDPOINT_GONE: {
    retry: "now",
    en: {
      what: "The registry endpoint {subject} is not in Harbor any more.",
      remedy: "Somebody deleted it under way; it is planned anew.",
    },
    zh: { what: "Harbor 中已没有仓库端点 {subject}。", remedy: "过程中被他人删除，将重新规划。" },
  },
  PROXY_PROJECT_GONE: {
    retry: "now",
    en: {
      what: "The project {subject} is not in Harbor any more.",
      remedy: "Somebody deleted it under way; it is planned anew.",
    },
    zh: { what: "Harbor 中已没有项目 {subject}。", remedy: "过程中被他人删除，将重新规划。" },
  },
  PREHEAT_NETWORK_GONE: {
    retry: "now",
    en: {
      what: "The P2P network {subject} is not in Harbor any more.",
      remedy: "Somebody deleted it under way; it is planned anew.",
    },
    zh: { what: "Harbor 中已没有 P2P 网络 {subject}。", remedy: "过程中被他人删除，将重新规划。" },
  },
  PREHEAT_NETWORK_UNREACHABLE: {
    retry: "later",
    en: {
      what: "Harbor does not reach the P2P network at {subject}.",
      remedy: "Check that its manager runs and that Harbor's core container reaches it, then apply again.",
    },
    zh: {
      what: "Harbor 无法访问 P2P 网络 {subject}。",
      remedy: "请确认其管理端正在运行且 Harbor core 容器可以访问，然后再次执行 apply。",
    },
  },
  PROXY_IMAGE_NOT_KEPT: {
    retry: "later",
    en: {
      what: "{subject} was pulled through the cache, but Harbor does not hold it after four minutes.",
      remedy: "Look at core's log (`failed to proxy manifest`) and the project's quota, then apply again.",
    },
    zh: {
      what: "{subject} 已通过缓存拉取，但四分钟后 Harbor 仍未保存。",
      remedy: "请查看 core 日志（`failed to proxy manifest`）与项目配额，然后再次执行 apply。",
    },
  },
} as const satisfies ErrorTable;
