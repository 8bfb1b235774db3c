import type { Cause } from "../../causes/cause.ts";

export const serviceAccountUnlinked: Cause = {
  code: "SERVICE_ACCOUNT_UNLINKED",
  severity: "error",
  title: {
    en: "A service account does not name the project's pull Secret",
    zh: "服务账户未关联项目的拉取密钥",
  },
  explanation: {
    en: "Pods take their pull Secrets from their service account when they are made. Those made meanwhile have none, and keep none.",
    zh: "Pod 创建时从服务账户获得拉取密钥。此间创建的 Pod 没有密钥，之后也不会获得。",
  },
  fix: {
    en: "`moorline apply` with the ProjectBinding links it again; delete the pods that were made without it.",
    zh: "使用 ProjectBinding 执行 `moorline apply` 重新关联；删除在此期间创建的 Pod。",
  },
  proof: {
    en: "`kubectl get serviceaccount -o yaml` lists it under imagePullSecrets.",
    zh: "`kubectl get serviceaccount -o yaml` 的 imagePullSecrets 中列出该密钥。",
  },
  signs: [],
  live: ["SERVICE_ACCOUNT_UNLINKED"],
  explains: ["PULL_SECRET_NOT_NAMED", "PULL_REFUSED"],
  mendedBy: "ProjectBinding",
};
