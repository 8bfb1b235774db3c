import type { Cause } from "./cause.ts";

export const redisDown: Cause = {
  code: "REDIS_DOWN",
  severity: "error",
  title: { en: "Harbor's Redis does not serve it", zh: "Harbor 的 Redis 不可用" },
  explanation: {
    en: "Redis is down or still loading: logins, tokens and jobs fail in odd ways.",
    zh: "Redis 宕机或仍在加载：登录、令牌和任务会出现各种异常。",
  },
  fix: { en: "Start Redis, and look at its memory.", zh: "启动 Redis，并检查其内存。" },
  proof: {
    en: "`GET /api/v2.0/health` says that redis is healthy.",
    zh: "`GET /api/v2.0/health` 中 redis 为 healthy。",
  },
  signs: [
    { literal: ":6379: connect" },
    { literal: "redis: connection pool" },
    { literal: "LOADING Redis is loading" },
  ],
  explains: ["HARBOR_ERROR", "COMPONENT_DOWN", "LOGIN_REFUSED"],
};
