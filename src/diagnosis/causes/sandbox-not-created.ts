import type { Cause } from "./cause.ts";

export const sandboxNotCreated: Cause = {
  code: "SANDBOX_NOT_CREATED",
  severity: "error",
  title: { en: "The node can not create the pod's sandbox", zh: "节点无法创建 Pod 沙箱" },
  explanation: {
    en: "Network plugin, runtime or pause image fail before any image of the pod is pulled.",
    zh: "在拉取 Pod 镜像之前，网络插件、运行时或 pause 镜像出现故障。",
  },
  fix: {
    en: "Read the rest of the line: a pause image that can not be pulled, a CNI plugin that is missing, or runc.",
    zh: "查看该行其余内容：pause 镜像无法拉取、缺少 CNI 插件或 runc 故障。",
  },
  proof: { en: "The pod gets an address.", zh: "Pod 获得 IP 地址。" },
  signs: [{ literal: "Failed to create pod sandbox" }, { literal: "FailedCreatePodSandBox" }],
};
