import type { Cause } from "./cause.ts";

export const imageNeverPulled: Cause = {
  code: "IMAGE_NEVER_PULLED",
  severity: "error",
  title: { en: "The pull policy forbids the pull", zh: "拉取策略禁止拉取" },
  explanation: {
    en: "imagePullPolicy is Never, and the node does not have the image.",
    zh: "imagePullPolicy 为 Never，而节点上没有该镜像。",
  },
  fix: {
    en: "Set the policy to IfNotPresent or Always, or bring the image to the node.",
    zh: "将策略改为 IfNotPresent 或 Always，或将镜像导入节点。",
  },
  proof: { en: "The pod starts.", zh: "Pod 启动成功。" },
  signs: [{ literal: "ErrImageNeverPull" }, { literal: "is not present with pull policy of Never" }],
};
