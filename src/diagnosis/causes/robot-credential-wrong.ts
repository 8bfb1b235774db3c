import type { Cause } from "./cause.ts";

export const robotCredentialWrong: Cause = {
  code: "ROBOT_CREDENTIAL_WRONG",
  severity: "error",
  title: { en: "A robot account came with a wrong secret", zh: "机器人账户使用了错误的密钥" },
  explanation: {
    en: "The robot's secret was refreshed in Harbor and not where it is used, it was copied wrongly, or the robot was deleted.",
    zh: "机器人账户的密钥在 Harbor 中被刷新而使用处未更新、复制有误，或该账户已被删除。",
  },
  fix: {
    en: "`moorline apply` with the ProjectBinding gives the projects a working secret. Look for an old copy at the client's address in the line.",
    zh: "使用 ProjectBinding 执行 `moorline apply` 为项目提供有效密钥。请在该行的客户端地址查找旧密钥。",
  },
  proof: {
    en: "`moorline verify` proves a pull with the secret.",
    zh: "`moorline verify` 证明可使用该密钥拉取。",
  },
  signs: [
    { literal: "failed to authenticate robot account" },
    { literal: "failed to authenticate user:robot$", follows: true },
    { literal: "Login failed, locking robot$", follows: true },
  ],
  live: ["ROBOT_SECRET_OLD"],
  explains: ["CREDENTIAL_REFUSED", "LOGIN_REFUSED", "PULL_REFUSED", "API_LOGIN_REFUSED"],
  mendedBy: "ProjectBinding",
};
