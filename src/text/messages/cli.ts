import type { MessageTable } from "./table.ts";

/** The command line's own words: headings, results. Help stands with each command. */
export const cliMessages = {
  "cli.nothingToDo": { en: "nothing to do", zh: "无需操作" },
  "cli.stuck": {
    en: "stuck: nothing can be done before you act on what stands above",
    zh: "已停滞：须先处理上述问题，才能继续",
  },
  "cli.someStuck": {
    en: "Stuck: {count} documents wait for you; what to do stands beside them.",
    zh: "已停滞：{count} 个文档等待您处理，处理方法见各文档说明。",
  },
  "cli.because": { en: "why: {reason}", zh: "原因：{reason}" },
  "cli.interrupts": { en: "interrupts: {who}", zh: "会中断：{who}" },
  "cli.waits": { en: "is planned once {names} is done", zh: "将在 {names} 完成后再作计划" },
  "cli.notObserved": { en: "cannot be observed", zh: "无法读取当前状态" },
  "cli.moreLikeThis": {
    en: "… and {count} more like this (--all shows them)",
    zh: "……以及另外 {count} 个同类步骤（--all 显示全部）",
  },
  "cli.planSummary": {
    en: "Plan: {create} to create, {update} to change, {delete} to remove, {restart} to restart.",
    zh: "计划：新建 {create} 项，修改 {update} 项，移除 {delete} 项，重启 {restart} 项。",
  },
  "cli.planWaiting": {
    en: "{count} document(s) can only be planned once others are done.",
    zh: "{count} 份文档需等其他文档完成后才能计划。",
  },
  "cli.nobodyInterrupted": { en: "Nobody is interrupted.", zh: "不会中断任何人。" },
  "cli.somebodyInterrupted": {
    en: "{count} step(s) interrupt somebody; see above.",
    zh: "有 {count} 个步骤会造成中断，见上文。",
  },
  "cli.nothingAtAll": {
    en: "Nothing to do: everything is as the documents say.",
    zh: "无需操作：一切均与文档一致。",
  },
  "cli.planSaved": {
    en: "Plan written to {path}; `moorline apply --plan {path}` carries out exactly this.",
    zh: "计划已写入 {path}；`moorline apply --plan {path}` 将严格按此执行。",
  },
  "cli.confirm": { en: "Carry this out?", zh: "是否执行？" },
  "cli.confirmDestroy": { en: "Take this away?", zh: "是否移除？" },
  "cli.notConfirmed": { en: "Not confirmed; nothing was changed.", zh: "未确认；没有任何更改。" },
  "cli.retrying": { en: "trying again in {seconds} s: {reason}", zh: "{seconds} 秒后重试：{reason}" },
  "cli.replanned": {
    en: "changed meanwhile by somebody else, planning again: {reason}",
    zh: "期间被他人修改，重新计划：{reason}",
  },
  "cli.proved": { en: "Proved", zh: "已验证" },
  "cli.outcome.changed": { en: "done", zh: "已完成" },
  "cli.outcome.unchanged": { en: "as it should be", zh: "符合预期" },
  "cli.outcome.unproved": { en: "done, but not proved", zh: "已执行，但未通过验证" },
  "cli.outcome.failed": { en: "failed", zh: "失败" },
  "cli.outcome.skipped": { en: "skipped: what it refers to is not done", zh: "已跳过：其依赖未完成" },
  "cli.outcome.stopped": {
    en: "stopped on request; run it again to go on",
    zh: "已按请求停止；再次运行即可继续",
  },
  "cli.stoppingAfterThis": {
    en: "Stopping: finishing the steps in hand. Press Ctrl-C again to cut them off.",
    zh: "正在停止：完成手头的步骤。再按一次 Ctrl-C 可强制中断。",
  },
  "cli.rendered": { en: "{count} file(s) written below {path}.", zh: "已在 {path} 下写入 {count} 个文件。" },
  "cli.initWritten": { en: "Wrote {path}.", zh: "已写入 {path}。" },
  "cli.initNext": {
    en: "Next: put Harbor's administrator into HARBOR_USERNAME and HARBOR_PASSWORD, then `moorline preflight -f {path}` and `moorline plan -f {path}`.",
    zh: "下一步：将 Harbor 管理员账户放入 HARBOR_USERNAME 与 HARBOR_PASSWORD，然后运行 `moorline preflight -f {path}` 和 `moorline plan -f {path}`。",
  },
  "cli.askHarbor": { en: "Harbor's address, as its users know it", zh: "Harbor 的地址（用户所见）" },
  "cli.askWorkspace": {
    en: "KubeSphere workspace whose projects pull from it",
    zh: "从中拉取镜像的 KubeSphere 企业空间",
  },
  "cli.askProject": { en: "Harbor project they pull from", zh: "对应的 Harbor 项目" },
  "cli.askCa": {
    en: "CA file that signed Harbor's certificate (empty: make one, and issue the certificate)",
    zh: "签发 Harbor 证书的 CA 文件（留空则新建 CA 并签发证书）",
  },
  "cli.nodeDocumentsLeft": {
    en: "{names}: belongs to nodes; run `moorline node apply -f …` on each.",
    zh: "{names}：属于节点；请在每个节点上运行 `moorline node apply -f …`。",
  },
  "cli.applySummary": {
    en: "{steps} step(s) done, {proofs} proof(s) hold, {failed} do not.",
    zh: "完成 {steps} 个步骤，{proofs} 项验证通过，{failed} 项未通过。",
  },
} as const satisfies MessageTable;
