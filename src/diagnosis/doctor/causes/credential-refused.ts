import type { Cause } from "../../causes/cause.ts";

export const credentialRefused: Cause = {
  code: "CREDENTIAL_REFUSED",
  severity: "error",
  title: {
    en: "The registry takes the pull credential for nobody's",
    zh: "镜像仓库未接受拉取凭证，按匿名处理",
  },
  explanation: {
    en: "Its secret is wrong or was refreshed elsewhere, or its robot is disabled, expired or deleted. Harbor answers all of them alike, with an anonymous token in place of a refusal; its core log or the robot's page tells which.",
    zh: "凭证的密钥错误或已在别处刷新，或机器人账户被禁用、过期或删除。Harbor 对这些情况的应答相同：不拒绝，而是返回匿名令牌；core 日志或机器人账户页面可以说明是哪一种。",
  },
  fix: {
    en: "With a ProjectBinding: `moorline apply` gives the project a working robot. By hand: look at the robot in Harbor, refresh its secret, write it to the pull Secret.",
    zh: "使用 ProjectBinding：执行 `moorline apply` 提供可用的机器人账户。手动：在 Harbor 中查看该机器人账户，刷新密钥并写入拉取密钥。",
  },
  proof: {
    en: "`moorline verify` proves a pull with the project's secret.",
    zh: "`moorline verify` 证明可使用项目密钥拉取。",
  },
  signs: [],
  live: ["REGISTRY_ANONYMOUS_TOKEN", "REGISTRY_CREDENTIAL_REFUSED", "VALIDATE_LOGIN_REFUSED"],
  explains: ["PULL_REFUSED", "LOGIN_REFUSED"],
  mendedBy: "ProjectBinding",
};
