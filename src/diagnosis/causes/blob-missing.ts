import type { Cause } from "./cause.ts";

export const blobMissing: Cause = {
  code: "BLOB_MISSING",
  severity: "error",
  title: { en: "A layer that the manifest names is missing", zh: "清单引用的镜像层缺失" },
  explanation: {
    en: "The manifest is there, a blob is not: a garbage collection during a push, or lost storage.",
    zh: "清单存在但镜像层缺失：推送期间执行了垃圾回收，或存储丢失。",
  },
  fix: { en: "Push the image again from a copy that is whole.", zh: "从完整的副本重新推送镜像。" },
  proof: { en: "The image is pulled whole.", zh: "镜像可完整拉取。" },
  signs: [
    {
      literal: "blob unknown",
      components: ["registry", "containerd", "kubelet", "docker", "event", "unknown"],
    },
  ],
  live: ["LAYER_MISSING"],
};
