import type { Cause } from "../../causes/cause.ts";

export const pullSecretUnreadable: Cause = {
  code: "PULL_SECRET_UNREADABLE",
  severity: "error",
  title: { en: "A pull Secret's content is no registry login", zh: "拉取密钥的内容不是镜像仓库凭证" },
  explanation: {
    en: "Its `.dockerconfigjson` is not base64 of a JSON object with `auths`, so the kubelet passes it over.",
    zh: "其 `.dockerconfigjson` 不是包含 `auths` 的 JSON 对象的 base64 编码，kubelet 会忽略它。",
  },
  fix: {
    en: "Make it anew: a ProjectBinding and `moorline apply`, or `kubectl create secret docker-registry`.",
    zh: "重新创建：使用 ProjectBinding 并执行 `moorline apply`，或 `kubectl create secret docker-registry`。",
  },
  proof: {
    en: "`moorline doctor` names it no longer, and the pod starts.",
    zh: "`moorline doctor` 不再报告，Pod 正常启动。",
  },
  signs: [],
  live: ["SECRET_UNREADABLE"],
  explains: ["PULL_REFUSED"],
  mendedBy: "ProjectBinding",
};
