import type { Cause } from "./cause.ts";

export const secretTypeWrong: Cause = {
  code: "SECRET_TYPE_WRONG",
  severity: "error",
  title: { en: "A registry secret has the wrong type", zh: "镜像仓库密钥的类型错误" },
  explanation: {
    en: "The Secret is not of type kubernetes.io/dockerconfigjson. A Secret's type can not be changed.",
    zh: "该 Secret 的类型不是 kubernetes.io/dockerconfigjson，且类型无法修改。",
  },
  fix: {
    en: "Delete it and let a ProjectBinding write it.",
    zh: "删除该 Secret，由 ProjectBinding 重新写入。",
  },
  proof: { en: "The console's Validate button turns green.", zh: "控制台的“验证”按钮显示通过。" },
  signs: [{ literal: "expected secret type: kubernetes.io/dockerconfigjson" }],
  live: ["SECRET_TYPE"],
  mendedBy: "ProjectBinding",
  explains: ["PULL_REFUSED"],
};
