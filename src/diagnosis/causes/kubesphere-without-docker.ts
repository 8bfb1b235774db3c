import type { Cause } from "./cause.ts";

export const kubesphereWithoutDocker: Cause = {
  code: "KUBESPHERE_WITHOUT_DOCKER",
  severity: "warning",
  title: { en: "KubeSphere 3.3 asks a docker that is not there", zh: "KubeSphere 尝试访问不存在的 docker" },
  explanation: {
    en: "This way of checking a registry secret goes through docker's socket, which the ks-apiserver container does not have.",
    zh: "这种校验方式通过 docker 的 socket，而 ks-apiserver 容器中没有。",
  },
  fix: {
    en: "Take the answer for nothing: prove the secret with `moorline verify`.",
    zh: "不要依据该结果：请使用 `moorline verify` 验证密钥。",
  },
  proof: {
    en: "`moorline verify` proves a pull with the secret.",
    zh: "`moorline verify` 证明可使用该密钥拉取。",
  },
  signs: [{ literal: "Cannot connect to the Docker daemon" }],
};
