import type { Cause } from "./cause.ts";

export const pushRefused: Cause = {
  code: "PUSH_REFUSED",
  severity: "error",
  title: { en: "A push was denied", zh: "推送被拒绝" },
  explanation: {
    en: "Harbor answers 403 to a push when the quota is used up, when it is read-only, or into a proxy-cache project.",
    zh: "当配额用尽、Harbor 只读或推送到代理缓存项目时，Harbor 返回 403。",
  },
  fix: {
    en: "Look at core's line of the same time: it says which of the three.",
    zh: "查看同一时间 core 的日志，其中说明是哪一种情况。",
  },
  proof: { en: "A push works.", zh: "推送成功。" },
  signs: [{ literal: "can not push artifact to a proxy project" }, { literal: "denied: " }],
};
