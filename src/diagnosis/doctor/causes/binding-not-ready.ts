import type { Cause } from "../../causes/cause.ts";

export const bindingNotReady: Cause = {
  code: "BINDING_NOT_READY",
  severity: "warning",
  title: { en: "A ProjectBinding of this project is not ready", zh: "该项目的 ProjectBinding 未就绪" },
  explanation: {
    en: "The controller could not make it true or could not prove it; its condition says why.",
    zh: "控制器未能完成或未能验证；其状态条件说明了原因。",
  },
  fix: {
    en: "`kubectl describe projectbinding NAME`; mend what its condition Ready says.",
    zh: "执行 `kubectl describe projectbinding 名称`，按 Ready 条件的说明处理。",
  },
  proof: { en: "Its condition Ready is True.", zh: "其 Ready 条件为 True。" },
  signs: [],
  live: ["BINDING_NOT_READY"],
};
