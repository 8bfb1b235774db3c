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
  "rotation.revokeClients": {
    en: "After {seconds} s, revoke the client certificates that were replaced, and deliver the list",
    zh: "{seconds} 秒后吊销已被替换的客户端证书，并分发吊销列表",
  },
  "rotation.revokeClient": {
    en: "Revoke what the new certificate of {client} replaced ({serials})",
    zh: "吊销 {client} 已被替换的证书（{serials}）",
  },
  "rotation.keptClients": {
    en: "Not revoked, because neither a HarborRegistry nor a NodeTrust shows that the new one is in use: {names}. Once it is: `moorline pki revoke -f … --client NAME --replaced`, then `moorline apply`.",
    zh: "未吊销，因为没有 HarborRegistry 或 NodeTrust 能证明新证书已在使用：{names}。确认使用后执行：`moorline pki revoke -f … --client 名称 --replaced`，然后执行 `moorline apply`。",
  },
  "rotation.stillShowing": {
    en: "Nothing was revoked: these still come with an old certificate: {names}. Bring them the new one and run the same command again, or keep the old ones with --keep-old.",
    zh: "未吊销任何证书：以下客户端仍在使用旧证书：{names}。请为其更换新证书后再次执行同一命令，或使用 --keep-old 保留旧证书。",
  },
  "rotation.proofLog": { en: "came with its new certificate", zh: "已使用新证书访问" },
  "rotation.seenInLog": {
    en: "{program} showed #{serial} at {at} (Harbor's log of clients)",
    zh: "{program} 于 {at} 出示 #{serial}（Harbor 客户端日志）",
  },
  "rotation.nodesUnseen": {
    en: "No document lists the nodes, and in Harbor's log of clients these were not seen with their new certificate yet: {nodes}. Bring it to them, let each pull something, and run the same command again.",
    zh: "文档未列出节点，且 Harbor 客户端日志中尚未看到以下节点使用新证书：{nodes}。请分发新证书并在各节点拉取一次镜像，然后再次执行同一命令。",
  },
  "rotation.nodeStep": {
    en: "Bring what its runtimes are to trust and show, and prove it there",
    zh: "分发运行时所需的 CA 与证书，并在节点上验证",
  },
  "rotation.removeRobot": { en: "Remove robot {robot}", zh: "删除机器人账户 {robot}" },
  "rotation.authorityShared": {
    en: "Other documents still use what the previous CA issued: {documents}. Give them too (-f), or run `moorline apply` with them; then run the same command again. Of a document that is gone, remove its entries from the CA's store.",
    zh: "其他文档仍在使用旧 CA 签发的证书：{documents}。请一并传入这些文档（-f），或对其执行 `moorline apply`；然后再次执行同一命令。文档已不存在时，请从 CA 的存储中删除其条目。",
  },
  "rotation.interrupts": {
    en: "A step interrupts somebody ({target}), and nobody could be asked. Run the same command with --yes, or on a terminal.",
    zh: "有步骤会造成中断（{target}），而当前无人应答。请使用 --yes 或在终端中再次执行同一命令。",
  },
  "rotation.stepsUnknown": {
    en: "The steps can not be told from here ({subject}): {reason}",
    zh: "此处无法得知具体步骤（{subject}）：{reason}",
  },
  "rotation.confirm": {
    en: "Carry out this rotation? Each stage is proved before the next begins.",
    zh: "是否执行此轮换？每个阶段验证后才进入下一阶段。",
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
