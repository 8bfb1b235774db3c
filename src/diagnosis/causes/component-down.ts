import type { Cause } from "./cause.ts";

export const componentDown: Cause = {
  code: "COMPONENT_DOWN",
  severity: "error",
  title: { en: "A component of Harbor's is down", zh: "Harbor 的某个组件不可用" },
  explanation: {
    en: "nginx could not reach core, or core could not reach the registry: the container is stopped, restarting, or out of memory.",
    zh: "nginx 无法访问 core，或 core 无法访问 registry：容器已停止、正在重启或内存不足。",
  },
  fix: {
    en: "See which one: `docker compose ps` in Harbor's folder, or the pods of the release; then its log.",
    zh: "查明是哪个组件：在 Harbor 目录执行 `docker compose ps`，或查看 release 的 Pod，然后查看其日志。",
  },
  proof: {
    en: "`GET /api/v2.0/health` says healthy for every component.",
    zh: "`GET /api/v2.0/health` 中每个组件均为 healthy。",
  },
  signs: [
    { literal: "http: proxy error" },
    { literal: "while connecting to upstream" },
    { literal: "no live upstreams" },
    { literal: "Bad Gateway" },
    { literal: "502 Bad Gateway" },
    { literal: "503 Service Unavailable" },
    { literal: "503 Service Temporarily Unavailable" },
  ],
  live: ["REGISTRY_FAILED", "HARBOR_COMPONENT_UNHEALTHY"],
  explains: ["HARBOR_ERROR", "CONNECTION_REFUSED"],
};
