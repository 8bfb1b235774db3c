import type { Cause } from "./cause.ts";

export const pullRefused: Cause = {
  code: "PULL_REFUSED",
  severity: "error",
  title: {
    en: "The registry refused the pull: no credential, a wrong one, or no right",
    zh: "镜像仓库拒绝拉取：没有凭证、凭证错误或没有权限",
  },
  explanation: {
    en: "Harbor answers all three with 401. The pod may name no pull secret, the secret may be old, or its robot may not pull from that project.",
    zh: "Harbor 对这三种情况都返回 401。Pod 可能没有拉取密钥、密钥过旧，或其机器人账户无权拉取该项目。",
  },
  fix: {
    en: "Tell them apart by core's log: a line about the robot means a wrong, expired or disabled one; none means no secret or no right. A ProjectBinding puts secret, link and right in place.",
    zh: "通过 core 日志区分：有该机器人账户的日志说明其密钥错误、过期或被禁用；没有则说明缺少密钥或权限。ProjectBinding 会配置密钥、关联和权限。",
  },
  proof: {
    en: "`moorline verify` proves a pull with the project's secret.",
    zh: "`moorline verify` 证明可使用项目密钥拉取。",
  },
  signs: [
    { literal: "401 Unauthorized" },
    { literal: "unauthorized to access repository" },
    { literal: "unauthorized: authentication required" },
    { literal: "pull access denied" },
    { literal: "no basic auth credentials" },
    { literal: "failed to authorize" },
    { literal: "authorization failed" },
    { literal: "status code 401" },
    { literal: "403 Forbidden", pattern: /.*(?:[Pp]ull|manifests|token).*403 Forbidden/ },
  ],
  live: ["REGISTRY_LOGIN_REQUIRED", "REGISTRY_NO_PERMISSION"],
};
