import type { MessageTable } from "./table.ts";

/** Words of NodeTuning. */
export const nodeTuningMessages = {
  "nodeTuning.write": { en: "Change the kubelet's settings in {path}", zh: "修改 {path} 中的 kubelet 设置" },
  "nodeTuning.becauseDiffering": { en: "different: {settings}", zh: "不一致：{settings}" },
  "nodeTuning.restart": {
    en: "Restart the kubelet, and put its old file back if it does not return Ready with the new settings",
    zh: "重启 kubelet；若未能以新设置恢复 Ready，则还原旧文件",
  },
  "nodeTuning.becauseRead": {
    en: "the kubelet reads its file only when it starts",
    zh: "kubelet 只在启动时读取配置文件",
  },
  "nodeTuning.interrupts": {
    en: "Running containers go on; for some seconds no pod can be started, probed or stopped on this node.",
    zh: "运行中的容器不受影响；数秒内本节点无法启动、探测或停止 Pod。",
  },
  "nodeTuning.putBack": {
    en: "Give the kubelet's settings in {path} their former values",
    zh: "将 {path} 中的 kubelet 设置恢复为原值",
  },
  "nodeTuning.becauseRemoved": {
    en: "the document is taken away; Moorline changed {settings}",
    zh: "文档已被移除；Moorline 修改过 {settings}",
  },
  "nodeTuning.forget": { en: "Forget what was changed here", zh: "清除本节点的更改记录" },
  "nodeTuning.proof": { en: "The settings that the kubelet runs with", zh: "kubelet 实际生效的设置" },
  "nodeTuning.provedEffective": {
    en: "all {count} are in effect, says its /configz, and the node is Ready",
    zh: "其 /configz 显示 {count} 项全部生效，且节点为 Ready",
  },
  "nodeTuning.provedHealth": {
    en: "its file holds them all, it was restarted since and is healthy; without a cluster to ask, /configz was not seen",
    zh: "配置文件已包含全部设置，kubelet 已重启且健康；无法访问集群，未查看 /configz",
  },
  "nodeTuning.provedFile": {
    en: "its file holds them all; in a folder no kubelet runs",
    zh: "配置文件已包含全部设置；目录中没有运行的 kubelet",
  },
  "nodeTuning.failed": { en: "not in effect: {reason}", zh: "未生效：{reason}" },
} as const satisfies MessageTable;
