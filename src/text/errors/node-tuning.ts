import type { ErrorTable } from "./table.ts";

/** Errors of NodeTuning and of the node agent. `{subject}` is the node's name. */
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
  NODE_TURN_NOT_GRANTED: {
    retry: "later",
    en: {
      what: "{subject} may not restart anything yet: {holder} has the turn, and is not Ready or not done.",
      remedy:
        "Mend {holder}; the next attempt goes on by itself. If that node will never return, delete it from the cluster, or delete the Lease moorline-node-restart.",
    },
    zh: {
      what: "{subject} 暂不能重启任何服务：当前轮到 {holder}，该节点尚未 Ready 或尚未完成。",
      remedy:
        "请先修复 {holder}，之后会自动继续。如果该节点不再恢复，请将其从集群中删除，或删除 Lease moorline-node-restart。",
    },
  },
  NODE_NOT_READY: {
    retry: "later",
    en: {
      what: "{subject} is not Ready after its restart. It keeps its turn, so that no other node is restarted.",
      remedy: "See `kubectl describe node {subject}` and `journalctl -u kubelet -u containerd` on the node.",
    },
    zh: {
      what: "{subject} 重启后未恢复 Ready。它将保留轮次，其他节点不会被重启。",
      remedy:
        "请查看 `kubectl describe node {subject}`，以及该节点上的 `journalctl -u kubelet -u containerd`。",
    },
  },
  NODE_AGENT_INCOMPLETE: {
    retry: "never",
    en: {
      what: "The node agent does not know its place: neither {subject} nor ${variable} is given.",
      remedy: "Let the DaemonSet moorline-node-agent run it, which sets both; or give {subject}.",
    },
    zh: {
      what: "节点代理缺少必要信息：{subject} 与 ${variable} 均未提供。",
      remedy: "请由 DaemonSet moorline-node-agent 运行（会自动设置），或提供 {subject}。",
    },
  },
} as const satisfies ErrorTable;
