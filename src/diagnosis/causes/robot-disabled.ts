import type { Cause } from "./cause.ts";

export const robotDisabled: Cause = {
  code: "ROBOT_DISABLED",
  severity: "error",
  title: { en: "A robot account is disabled", zh: "机器人账户已被禁用" },
  explanation: {
    en: "Somebody switched the robot off in Harbor. Clients only see 401.",
    zh: "有人在 Harbor 中禁用了该机器人账户。客户端只会看到 401。",
  },
  fix: {
    en: "Enable it in Harbor if it was off by mistake; `moorline apply` does so for robots of a ProjectBinding.",
    zh: "如为误操作，请在 Harbor 中启用；ProjectBinding 的机器人账户可执行 `moorline apply` 恢复。",
  },
  proof: {
    en: "`moorline verify` proves a pull with the secret.",
    zh: "`moorline verify` 证明可使用该密钥拉取。",
  },
  signs: [
    { literal: "failed to authenticate deactivated robot account" },
    { literal: "failed to authenticate disabled robot account" },
  ],
  live: ["ROBOT_DISABLED"],
  explains: [
    "CREDENTIAL_REFUSED",
    "LOGIN_REFUSED",
    "ROBOT_CREDENTIAL_WRONG",
    "PULL_REFUSED",
    "API_LOGIN_REFUSED",
  ],
  mendedBy: "ProjectBinding",
};
