import type { MessageTable } from "./table.ts";

/** Words of the node agent. */
export const nodeAgentMessages = {
  "nodeAgent.rollOut": {
    en: "Roll the node agent out with what the documents say, one node at a time",
    zh: "按文档内容滚动发布节点代理，每次一个节点",
  },
  "nodeAgent.becauseBundle": {
    en: "{document}, or something beside it, differs from what nodes carry out",
    zh: "{document} 或其他相关文档与节点正在执行的内容不一致",
  },
  "nodeAgent.interrupts": {
    en: "Where a runtime or a kubelet must be restarted, one node at a time starts no containers for some seconds.",
    zh: "需要重启容器运行时或 kubelet 时，每次一个节点在数秒内无法启动容器。",
  },
  "nodeAgent.takeOut": {
    en: "Take {document} out of what nodes carry out; what it did there stays",
    zh: "将 {document} 从节点执行内容中移除；已在节点上完成的更改保持不变",
  },
  "nodeAgent.becauseRemoved": { en: "the document is taken away", zh: "文档已被移除" },
  "nodeAgent.proof": { en: "What the agent proved on each node", zh: "节点代理在各节点上的验证结果" },
  "nodeAgent.nodes": {
    en: "{proved} of {total} nodes proved, {failed} failed, {pending} not done yet",
    zh: "共 {total} 个节点：{proved} 个已验证，{failed} 个失败，{pending} 个尚未完成",
  },
  "nodeAgent.node": { en: "not proved: {codes}", zh: "未通过验证：{codes}" },
} as const satisfies MessageTable;
