import type { Cause } from "./cause.ts";

export const componentSlow: Cause = {
  code: "COMPONENT_SLOW",
  severity: "error",
  title: { en: "A component of Harbor's did not answer in time", zh: "Harbor 的某个组件未及时应答" },
  explanation: {
    en: "nginx waited for core or the registry until its time limit: a slow storage, a slow database, or too little CPU.",
    zh: "nginx 等待 core 或 registry 直至超时：存储慢、数据库慢或 CPU 不足。",
  },
  fix: {
    en: "Look at the storage's latency and at the database's slow queries at that time.",
    zh: "检查当时的存储延迟和数据库慢查询。",
  },
  proof: { en: "Requests of the same kind answer within seconds.", zh: "同类请求在数秒内应答。" },
  signs: [
    { literal: "upstream timed out" },
    { literal: "upstream prematurely closed connection" },
    { literal: "504 Gateway Time-out" },
    { literal: "504 Gateway Timeout" },
  ],
};
