import type { Cause } from "../../causes/cause.ts";

export const pullSecretForAnotherHost: Cause = {
  code: "PULL_SECRET_FOR_ANOTHER_HOST",
  severity: "error",
  title: {
    en: "None of the pod's pull Secrets is for the registry of its image",
    zh: "Pod 的拉取密钥均不适用于其镜像所在的仓库",
  },
  explanation: {
    en: "The kubelet takes a login only where host and port of the key under `auths` are those of the image.",
    zh: "只有 `auths` 中键的主机和端口与镜像一致时，kubelet 才会使用该凭证。",
  },
  fix: {
    en: "Write the key as https://host[:port] of the image, or the image with the host of the key. A ProjectBinding does the former.",
    zh: "将键写为镜像的 https://主机[:端口]，或将镜像改为键中的主机。ProjectBinding 会完成前者。",
  },
  proof: {
    en: "`moorline doctor` names it no longer, and the pod starts.",
    zh: "`moorline doctor` 不再报告，Pod 正常启动。",
  },
  signs: [],
  live: ["PULL_SECRET_OTHER_HOST"],
  mendedBy: "ProjectBinding",
  explains: ["PULL_REFUSED"],
};
