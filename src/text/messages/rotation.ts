import type { MessageTable } from "./table.ts";

/** What `moorline rotate` says. */
export const rotationMessages = {
  "rotation.replaceServer": {
    en: "Issue the server certificate anew, deliver it, and see it served",
    zh: "重新签发服务器证书，分发并确认已生效",
  },
  "rotation.replaceClients": {
    en: "Issue the client certificates anew; the old ones stay valid",
    zh: "重新签发客户端证书；旧证书仍然有效",
  },
  "rotation.clientsOnNodes": {
    en: "Bring the new client certificates to every node, and prove them there",
    zh: "将新的客户端证书分发到每个节点并验证",
  },
  "rotation.introduceAuthority": {
    en: "Make the next CA, and trust it beside the current one",
    zh: "创建新 CA，并与当前 CA 同时信任",
  },
  "rotation.bothOnNodes": {
    en: "Bring both CAs to every node, and prove them there",
    zh: "将两个 CA 分发到每个节点并验证",
  },
  "rotation.switchAuthority": {
    en: "Let the next CA issue everything anew, deliver it, and see it served",
    zh: "由新 CA 重新签发全部证书，分发并确认已生效",
  },
  "rotation.newOnNodes": {
    en: "Bring what the new CA issued to every node, and prove it there",
    zh: "将新 CA 签发的证书分发到每个节点并验证",
  },
  "rotation.retireAuthority": { en: "End the trust in the previous CA", zh: "不再信任旧 CA" },
  "rotation.onlyNewOnNodes": {
    en: "Leave the new CA alone on every node, and prove it there",
    zh: "在每个节点上仅保留新 CA 并验证",
  },
  "rotation.replaceRobots": {
    en: "Make second robots, prove them, and put them into the Secrets; the first stay",
    zh: "创建新的机器人账户，验证后写入 Secret；旧账户暂时保留",
  },
  "rotation.removeRobots": {
    en: "After {seconds} s, prove the Secrets again and remove the first robots",
    zh: "{seconds} 秒后再次验证 Secret，并删除旧的机器人账户",
  },
  "rotation.ended": { en: "Mark the rotation as ended", zh: "标记轮换结束" },
  "rotation.failed": { en: "{reason}", zh: "{reason}" },
  "rotation.nodesUnknown": {
    en: "No NodeTrust among the documents lists nodes, so nobody can prove what they trust. List them under spec.nodes, or, if this machine is the only node, add --this-node; then run the same command again.",
    zh: "文档中没有 NodeTrust 列出节点，无法证明各节点信任什么。请在 spec.nodes 中列出节点；如果本机是唯一节点，请添加 --this-node；然后再次执行同一命令。",
  },
  "rotation.nodesFailed": {
    en: "Not done on: {nodes}. The next stage was not begun; mend it and run the same command again.",
    zh: "以下节点未完成：{nodes}。下一阶段未开始；修复后请再次执行同一命令。",
  },
  "rotation.nodesNotProved": {
    en: "Not every node could be proved. The next stage was not begun; mend it and run the same command again.",
    zh: "并非所有节点都通过验证。下一阶段未开始；修复后请再次执行同一命令。",
  },
  "rotation.outcome.done": { en: "done", zh: "完成" },
  "rotation.outcome.planned": { en: "would be done", zh: "将执行" },
  "rotation.outcome.failed": { en: "failed", zh: "失败" },
  "rotation.outcome.waiting": { en: "waits", zh: "等待" },
  "rotation.outcome.stopped": { en: "stopped", zh: "已停止" },
  "rotation.proved": { en: "{proofs} proofs hold", zh: "{proofs} 项验证通过" },
} as const satisfies MessageTable;
