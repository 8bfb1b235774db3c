import type { Cause } from "./cause.ts";

export const notEstablished: Cause = {
  code: "NOT_ESTABLISHED",
  severity: "warning",
  title: { en: "Errors whose cause is not established", zh: "未能确定原因的错误" },
  explanation: {
    en: "These lines say that something failed, and no known cause fits them.",
    zh: "这些日志说明有失败，但不符合任何已知原因。",
  },
  fix: { en: "Read the examples.", zh: "请查看示例。" },
  proof: { en: "The lines no longer appear.", zh: "这些日志不再出现。" },
  signs: [],
};
