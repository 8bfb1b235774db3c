import type { Cause } from "./cause.ts";

export const nodeDiskPressure: Cause = {
  code: "NODE_DISK_PRESSURE",
  severity: "warning",
  title: { en: "A node is short of disk and deletes images", zh: "节点磁盘不足，正在清理镜像" },
  explanation: {
    en: "The kubelet can not free as much as it wants. Images are deleted and pulled again.",
    zh: "kubelet 无法释放所需空间。镜像会被删除并重复拉取。",
  },
  fix: {
    en: "Make room on the node's image disk, or set the image GC thresholds to fit it.",
    zh: "清理节点镜像磁盘，或调整镜像回收阈值。",
  },
  proof: { en: "The node's condition DiskPressure is False.", zh: "节点的 DiskPressure 状态为 False。" },
  signs: [
    { literal: "FreeDiskSpaceFailed" },
    { literal: "ImageGCFailed" },
    { literal: "DiskPressure" },
    { literal: "failed to garbage collect required amount of images" },
  ],
  live: ["NODE_DISK_PRESSURE"],
};
