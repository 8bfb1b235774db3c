import type { Cause } from "./cause.ts";

export const robotExpired: Cause = {
  code: "ROBOT_EXPIRED",
  severity: "error",
  title: { en: "A robot account has expired", zh: "机器人账户已过期" },
  explanation: {
    en: "Harbor refuses the robot since its last day. Clients only see 401.",
    zh: "机器人账户已过有效期，Harbor 拒绝其登录。客户端只会看到 401。",
  },
  fix: {
    en: "`moorline apply` with the ProjectBinding makes a new robot and puts its secret into the projects. For a robot of your own: a longer duration, or a new one.",
    zh: "使用 ProjectBinding 执行 `moorline apply`，会创建新的机器人账户并更新项目密钥。自建机器人账户请延长有效期或重新创建。",
  },
  proof: {
    en: "`moorline verify` proves a pull with the secret.",
    zh: "`moorline verify` 证明可使用该密钥拉取。",
  },
  signs: [{ literal: "the robot account is expired" }],
  live: ["ROBOT_EXPIRED"],
  explains: [
    "CREDENTIAL_REFUSED",
    "LOGIN_REFUSED",
    "ROBOT_CREDENTIAL_WRONG",
    "PULL_REFUSED",
    "API_LOGIN_REFUSED",
  ],
  mendedBy: "ProjectBinding",
};
