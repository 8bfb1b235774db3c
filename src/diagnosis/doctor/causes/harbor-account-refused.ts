import type { Cause } from "../../causes/cause.ts";

export const harborAccountRefused: Cause = {
  code: "HARBOR_ACCOUNT_REFUSED",
  severity: "error",
  title: {
    en: "Harbor does not take the account of the HarborRegistry document",
    zh: "Harbor 拒绝了 HarborRegistry 文档中的账户",
  },
  explanation: {
    en: "Its API treats the credential as nobody's: the password is wrong or was changed, or the robot is disabled, expired or deleted. After some failures Harbor locks a person's account for a moment, so that even the right password fails.",
    zh: "Harbor API 将该凭证视为匿名：密码错误或已更改，或机器人账户被禁用、过期或删除。多次失败后 Harbor 会短暂锁定个人账户，此时正确的密码也会失败。",
  },
  fix: {
    en: "Give the credential that `spec.credential` names (environment, file or Secret) the account's present secret; `moorline verify -f DOCUMENTS` tells whether Harbor takes it.",
    zh: "将 `spec.credential` 指定的凭证（环境变量、文件或 Secret）改为该账户当前的密钥；`moorline verify -f 文档` 可确认 Harbor 是否接受。",
  },
  proof: {
    en: "`moorline doctor registry HOST -f DOCUMENTS` tells Harbor's version and read-only mode.",
    zh: "`moorline doctor registry 主机 -f 文档` 显示 Harbor 的版本与只读模式。",
  },
  signs: [],
  live: ["HARBOR_CREDENTIAL_REFUSED"],
};
