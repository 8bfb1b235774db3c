import type { MessageTable } from "./table.ts";

/** What ends when, and what renews it. */
export const statusMessages = {
  "status.server": { en: "server certificate", zh: "服务器证书" },
  "status.client": { en: "client certificate {name}", zh: "客户端证书 {name}" },
  "status.serverRevoked": { en: "server certificate, revoked", zh: "服务器证书（已吊销）" },
  "status.clientRevoked": { en: "client certificate {name}, revoked", zh: "客户端证书 {name}（已吊销）" },
  "status.authority": { en: "CA {name}", zh: "CA {name}" },
  "status.nextAuthority": { en: "next CA {name}, trusted already", zh: "已受信任的新 CA {name}" },
  "status.previousAuthority": { en: "previous CA {name}, still trusted", zh: "仍受信任的旧 CA {name}" },
  "status.intermediate": { en: "intermediate CA {name}", zh: "中间 CA {name}" },
  "status.root": { en: "root CA {name}, offline", zh: "离线根 CA {name}" },
  "status.list": { en: "revocation list of {issuer}", zh: "{issuer} 的吊销列表" },
  "status.served": { en: "certificate that clients are shown", zh: "客户端实际看到的证书" },
  "status.trust": { en: "CA that KubeSphere and Moorline trust", zh: "KubeSphere 与 Moorline 信任的 CA" },
  "status.credential": { en: "platform robot {name}", zh: "平台机器人账户 {name}" },
  "status.robot": { en: "robot {name}", zh: "机器人账户 {name}" },
  "status.secret": {
    en: "credential in the registry Secret, robot {robot}",
    zh: "镜像服务 Secret 中的凭据，机器人账户 {robot}",
  },
  "status.node": { en: "trust and client certificate of the node", zh: "节点上的 CA 信任与客户端证书" },
  "status.nodeAuthority": { en: "CA that {runtime} trusts: {name}", zh: "{runtime} 信任的 CA：{name}" },
  "status.nodeClient": {
    en: "client certificate of {runtime}: {name}",
    zh: "{runtime} 的客户端证书：{name}",
  },
  "status.byApply": { en: "moorline apply", zh: "执行 moorline apply" },
  "status.byApplyFrom": { en: "moorline apply, due from {from}", zh: "执行 moorline apply，自 {from} 起" },
  "status.byCertManager": { en: "cert-manager", zh: "cert-manager" },
  "status.byRollover": {
    en: "moorline rotate ca (old and new trusted together first)",
    zh: "moorline rotate ca（先同时信任新旧 CA）",
  },
  "status.byRolloverUntil": {
    en: "moorline rotate ca, by {until}: its successor is trusted and waits to take over",
    zh: "最迟 {until} 执行 moorline rotate ca：新 CA 已受信任，等待接替",
  },
  "status.byRetirement": {
    en: "nothing: moorline rotate ca ends the trust in it",
    zh: "无需续期：由 moorline rotate ca 移除",
  },
  "status.byRotateRobots": {
    en: "moorline rotate robots, whenever you like",
    zh: "可随时执行 moorline rotate robots",
  },
  "status.byRemoval": {
    en: "nothing: another took over from it; moorline apply removes it after {at}",
    zh: "无需续期：已被接替，{at} 之后由 moorline apply 删除",
  },
  "status.byRoot": {
    en: "by hand: moorline pki sign-intermediate on the root's machine",
    zh: "人工：在根 CA 所在机器执行 moorline pki sign-intermediate",
  },
  "status.byRootList": {
    en: "by hand: moorline pki crl on the root's machine, then root.crl",
    zh: "人工：在根 CA 所在机器执行 moorline pki crl，并替换 root.crl",
  },
  "status.byHand": { en: "by hand: bring the next one", zh: "人工：提供新证书" },
  "status.bySuccessor": { en: "nothing: it goes with its CA", zh: "无需续期：随旧 CA 一同移除" },
  "status.byItsIssuer": {
    en: "what issues it (listed here, or outside)",
    zh: "其签发方（见本列表，或由外部管理）",
  },
  "status.byRobotInHarbor": { en: "by hand: a new robot in Harbor", zh: "人工：在 Harbor 中新建机器人账户" },
  "status.byNode": { en: "moorline node apply --everywhere", zh: "执行 moorline node apply --everywhere" },
  "status.unknownNode": {
    en: "to be seen on the node: moorline node verify",
    zh: "需在节点上查看：moorline node verify",
  },
  "status.unknownUnlisted": {
    en: "no nodes are listed, and nothing of it is on this machine: moorline node verify",
    zh: "文档未列出节点，本机也没有相关文件：moorline node verify",
  },
  "status.unknownFile": { en: "{path} holds none", zh: "{path} 中没有证书" },
  "status.unknownError": { en: "{reason}", zh: "{reason}" },
  "status.robotForbidden": {
    en: "this robot may not list robots (it would need robot:list)",
    zh: "该机器人账户无权列出机器人账户（需要 robot:list 权限）",
  },
  "status.robotHidden": {
    en: "Harbor lists no robot of that name to it",
    zh: "Harbor 未向其列出该名称的机器人账户",
  },
  "status.unknownSecret": {
    en: "Harbor has no robot of ours by that name",
    zh: "Harbor 中没有该名称的受管机器人账户",
  },
  "status.state.ok": { en: "ok", zh: "正常" },
  "status.state.due": { en: "due", zh: "待续期" },
  "status.state.overdue": { en: "overdue", zh: "逾期" },
  "status.state.unknown": { en: "unknown", zh: "未知" },
  "status.daysLeft": { en: "{days} days", zh: "{days} 天" },
  "status.ended": { en: "ended {days} days ago", zh: "已过期 {days} 天" },
  "status.age": { en: "{days} days old", zh: "已使用 {days} 天" },
  "status.never": { en: "never ends", zh: "永不到期" },
  "status.nothing": { en: "Nothing in these documents ends.", zh: "这些文档中没有会到期的内容。" },
  "status.summary": {
    en: "{overdue} overdue, {due} due, {unknown} unknown, {ok} ok.",
    zh: "逾期 {overdue}，待续期 {due}，未知 {unknown}，正常 {ok}。",
  },
} as const satisfies MessageTable;
