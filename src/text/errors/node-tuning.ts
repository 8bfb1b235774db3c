import type { ErrorTable } from "./table.ts";

/** Errors of NodeTuning. `{subject}` is the node's name. */
export const nodeTuningErrors = {
  NODE_KUBELET_NOT_FOUND: {
    retry: "never",
    en: {
      what: "No kubelet configuration was found on {subject}: there is no {path}.",
      remedy: "Run this on a node, and name the file in `paths.kubeletConfig` where it lies elsewhere.",
    },
    zh: {
      what: "在 {subject} 上未找到 kubelet 配置：{path} 不存在。",
      remedy: "请在节点上运行；如果文件位于其他位置，请在 `paths.kubeletConfig` 中指定。",
    },
  },
  NODE_KUBELET_PUT_BACK: {
    retry: "never",
    en: {
      what: "The kubelet of {subject} did not come back with the new settings ({reason}). It got its old file back and runs.",
      remedy:
        "See `journalctl -u kubelet` for why, and change the document; these settings are not tried again.",
    },
    zh: {
      what: "{subject} 的 kubelet 未能以新设置恢复（{reason}）。已还原旧文件，kubelet 正在运行。",
      remedy: "请查看 `journalctl -u kubelet` 了解原因并修改文档；这些设置不会再次尝试。",
    },
  },
  NODE_KUBELET_NOT_BACK: {
    retry: "later",
    en: {
      what: "The kubelet of {subject} did not come back after its restart: {reason}.",
      remedy:
        "Its file is the one with which it ran before, so the cause lies elsewhere: see `journalctl -u kubelet` on the node.",
    },
    zh: {
      what: "{subject} 的 kubelet 重启后未恢复：{reason}。",
      remedy: "当前文件与其此前运行时一致，原因在别处：请在该节点上查看 `journalctl -u kubelet`。",
    },
  },
} as const satisfies ErrorTable;
