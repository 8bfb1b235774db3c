import type { Cause } from "../../causes/cause.ts";

export const pullSecretMissing: Cause = {
  code: "PULL_SECRET_MISSING",
  severity: "error",
  title: { en: "The pod names a pull Secret that is not there", zh: "Pod 指定的拉取密钥不存在" },
  explanation: {
    en: "The kubelet goes on without it, as nobody, and the registry answers 401. Secrets must lie in the pod's own namespace.",
    zh: "kubelet 会忽略它并匿名拉取，镜像仓库返回 401。Secret 必须位于 Pod 所在的命名空间。",
  },
  fix: {
    en: "Let a ProjectBinding make it (`moorline apply`), or create it: `kubectl create secret docker-registry`.",
    zh: "由 ProjectBinding 创建（`moorline apply`），或执行 `kubectl create secret docker-registry`。",
  },
  proof: {
    en: "`moorline doctor` names it no longer, and the pod starts.",
    zh: "`moorline doctor` 不再报告，Pod 正常启动。",
  },
  signs: [],
  live: ["PULL_SECRET_ABSENT"],
  explains: ["PULL_REFUSED", "CREDENTIAL_REFUSED"],
  mendedBy: "ProjectBinding",
};
