import type { Cause } from "./cause.ts";

export const projectNotFound: Cause = {
  code: "PROJECT_NOT_FOUND",
  severity: "warning",
  title: { en: "A Harbor project that is asked for does not exist", zh: "请求的 Harbor 项目不存在" },
  explanation: {
    en: "The name is wrong, or the project was deleted. In a pull it looks like 401.",
    zh: "名称错误或项目已删除。拉取时表现为 401。",
  },
  fix: {
    en: "Correct the name, or let a ProjectBinding create the project.",
    zh: "修正名称，或由 ProjectBinding 创建项目。",
  },
  proof: { en: "The project is there in Harbor.", zh: "Harbor 中存在该项目。" },
  signs: [
    { literal: "failed to get project" },
    { literal: "project not found" },
    { literal: "not found: project" },
  ],
  live: ["HARBOR_PROJECT_ABSENT"],
  explains: [
    "IMAGE_NOT_FOUND",
    "PULL_REFUSED",
    "PULL_SECRET_NOT_NAMED",
    "PULL_SECRET_FOR_ANOTHER_HOST",
    "CREDENTIAL_REFUSED",
  ],
  mendedBy: "ProjectBinding",
};
