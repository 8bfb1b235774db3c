import type { Cause } from "./cause.ts";

export const quotaExceeded: Cause = {
  code: "QUOTA_EXCEEDED",
  severity: "error",
  title: { en: "A project's storage quota is used up", zh: "项目存储配额已用尽" },
  explanation: {
    en: "The push would take the Harbor project over its limit.",
    zh: "此次推送会使 Harbor 项目超出配额。",
  },
  fix: {
    en: "Raise `storageLimit` of the ProjectBinding's Harbor project, or delete tags and run a garbage collection.",
    zh: "提高 ProjectBinding 中 Harbor 项目的 `storageLimit`，或删除标签并执行垃圾回收。",
  },
  proof: { en: "A push works.", zh: "推送成功。" },
  signs: [{ literal: "Quota exceeded when processing" }, { literal: "exceed the configured upper limit" }],
  live: ["HARBOR_QUOTA_FULL"],
};
