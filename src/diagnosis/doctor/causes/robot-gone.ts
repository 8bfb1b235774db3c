import type { Cause } from "../../causes/cause.ts";

export const robotGone: Cause = {
  code: "ROBOT_GONE",
  severity: "error",
  title: {
    en: "The pull Secret's robot account is not there in Harbor any more",
    zh: "拉取密钥中的机器人账户在 Harbor 中已不存在",
  },
  explanation: {
    en: "Somebody deleted it, or Harbor was restored from before it was made. Clients only see 401.",
    zh: "该账户已被删除，或 Harbor 恢复到了其创建之前的状态。客户端只会看到 401。",
  },
  fix: {
    en: "`moorline apply` with the ProjectBinding makes a new one and writes it into the Secret. By hand: a new robot, and its login in the Secret.",
    zh: "使用 ProjectBinding 执行 `moorline apply`，会新建账户并写入密钥。手动处理：新建机器人账户，并将其登录信息写入密钥。",
  },
  proof: {
    en: "`moorline verify` proves a pull with the Secret.",
    zh: "`moorline verify` 证明可使用该密钥拉取。",
  },
  signs: [],
  live: ["ROBOT_ABSENT"],
  explains: ["CREDENTIAL_REFUSED", "PULL_REFUSED", "ROBOT_CREDENTIAL_WRONG"],
  mendedBy: "ProjectBinding",
};
