import type { Cause } from "./cause.ts";

export const harborError: Cause = {
  code: "HARBOR_ERROR",
  severity: "error",
  title: { en: "Harbor answered with an error of its own", zh: "Harbor 返回了内部错误" },
  explanation: {
    en: "A request was answered with 500. The reason stands in core's log at the same time.",
    zh: "请求返回 500。原因见同一时间的 core 日志。",
  },
  fix: { en: "Read core's lines of that time and request.", zh: "查看该时间该请求的 core 日志。" },
  proof: { en: "The same request is answered with 200.", zh: "相同请求返回 200。" },
  signs: [],
};
