import type { Cause } from "../../causes/cause.ts";

export const pullSecretNotNamed: Cause = {
  code: "PULL_SECRET_NOT_NAMED",
  severity: "error",
  title: {
    en: "The image needs a login, and the pod names no pull Secret",
    zh: "该镜像需要登录，但 Pod 未指定拉取密钥",
  },
  explanation: {
    en: "Neither the pod nor, when it was made, its service account named a Secret in imagePullSecrets. A Secret that is merely there is not used.",
    zh: "Pod 以及创建时其服务账户的 imagePullSecrets 中都没有 Secret。仅存在于命名空间中的 Secret 不会被使用。",
  },
  fix: {
    en: "Let a ProjectBinding link the Secret to the project's service accounts (`moorline apply`), then make the pod anew: service accounts count only when a pod is made.",
    zh: "由 ProjectBinding 将 Secret 关联到项目的服务账户（`moorline apply`），然后重建 Pod：服务账户只在创建 Pod 时生效。",
  },
  proof: {
    en: "The new pod lists the Secret in spec.imagePullSecrets, and starts.",
    zh: "新 Pod 的 spec.imagePullSecrets 中有该 Secret，并正常启动。",
  },
  signs: [],
  live: ["PULL_SECRET_NONE"],
  mendedBy: "ProjectBinding",
  explains: ["PULL_REFUSED"],
};
