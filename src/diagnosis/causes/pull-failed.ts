import type { Cause } from "./cause.ts";

export const pullFailed: Cause = {
  code: "PULL_FAILED",
  severity: "error",
  title: { en: "Pulls fail, and these lines do not say why", zh: "拉取失败，但日志未说明原因" },
  explanation: {
    en: "The kubelet only says that it waits before it tries again; the reason stands in earlier lines that are not here.",
    zh: "kubelet 只说明正在等待重试；原因在更早的日志中，此处没有。",
  },
  fix: {
    en: "Give the earlier lines too: the node's containerd log, or the pod's events.",
    zh: "请同时提供更早的日志：节点的 containerd 日志或 Pod 事件。",
  },
  proof: { en: "The pod runs.", zh: "Pod 正常运行。" },
  signs: [
    { literal: "ErrImagePull", follows: true },
    { literal: "ImagePullBackOff", follows: true },
    { literal: "Back-off pulling image", follows: true },
  ],
};
