import type { Cause } from "./cause.ts";

export const databaseDown: Cause = {
  code: "DATABASE_DOWN",
  severity: "error",
  title: { en: "Harbor's database does not serve it", zh: "Harbor 的数据库不可用" },
  explanation: {
    en: "PostgreSQL is down, refuses the login, or has run out of connections.",
    zh: "PostgreSQL 宕机、拒绝登录或连接数耗尽。",
  },
  fix: {
    en: "Look at the database's own log, its connections and its disk.",
    zh: "检查数据库日志、连接数和磁盘。",
  },
  proof: {
    en: "`GET /api/v2.0/health` says that the database is healthy.",
    zh: "`GET /api/v2.0/health` 中 database 为 healthy。",
  },
  signs: [
    { literal: "pq: password" },
    { literal: "pq: sorry" },
    { literal: "pq: the database" },
    { literal: "pq: could not" },
    { literal: "pq: remaining connection" },
    { literal: "failed to connect to `host=" },
    { literal: ":5432: connect" },
    { literal: "database is locked" },
  ],
  explains: ["HARBOR_ERROR", "COMPONENT_DOWN", "LOGIN_REFUSED"],
};
