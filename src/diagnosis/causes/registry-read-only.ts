import type { Cause } from "./cause.ts";

export const registryReadOnly: Cause = {
  code: "REGISTRY_READ_ONLY",
  severity: "error",
  title: { en: "Harbor is read-only", zh: "Harbor 处于只读模式" },
  explanation: {
    en: "An administrator, or a garbage collection, has switched writing off.",
    zh: "管理员或垃圾回收关闭了写入。",
  },
  fix: {
    en: "Switch read-only mode off in Harbor's system settings when the work is done.",
    zh: "工作完成后在 Harbor 系统设置中关闭只读模式。",
  },
  proof: { en: "A push works.", zh: "推送成功。" },
  signs: [{ literal: "The system is in read only mode" }],
  live: ["HARBOR_READ_ONLY"],
};
