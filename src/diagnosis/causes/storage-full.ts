import type { Cause } from "./cause.ts";

export const storageFull: Cause = {
  code: "STORAGE_FULL",
  severity: "error",
  title: { en: "A disk is full", zh: "磁盘已满" },
  explanation: {
    en: "Harbor's storage, or the node's, has no room left for layers.",
    zh: "Harbor 或节点的存储没有空间存放镜像层。",
  },
  fix: {
    en: "On Harbor: garbage collection or more room. On a node: image GC thresholds, or a larger disk.",
    zh: "Harbor：执行垃圾回收或扩容。节点：调整镜像回收阈值或更换更大的磁盘。",
  },
  proof: {
    en: "`df` on the folder named in the line shows room, and the push or pull works.",
    zh: "该行中目录的 `df` 显示有空间，且推送或拉取成功。",
  },
  signs: [
    { literal: "no space left on device" },
    { literal: "disk quota exceeded" },
    { literal: "EntityTooLarge" },
  ],
  explains: ["HARBOR_ERROR", "COMPONENT_DOWN"],
  live: ["HARBOR_STORAGE_FULL"],
};
