import type { MessageTable } from "./table.ts";

/** What the controller says in the status of documents, in events and in its log. */
export const controllerMessages = {
  "controller.allProofsHold": { en: "All proofs hold.", zh: "所有验证均已通过。" },
  "controller.andMore": { en: "({count} more)", zh: "（另有 {count} 项）" },
  "controller.settled": { en: "Nothing is under way.", zh: "没有正在进行的操作。" },
  "controller.applied": {
    en: "{steps} steps done; all proofs hold.",
    zh: "已完成 {steps} 个步骤；所有验证均已通过。",
  },
  "controller.waitsForDependents": {
    en: "It is removed when nothing refers to it any more: {names}.",
    zh: "仍被以下文档引用，待其移除后再删除：{names}。",
  },
  "controller.started": {
    en: "Moorline {version} as {identity}: health at {health}, metrics at {metrics}.",
    zh: "Moorline {version}，实例 {identity}：健康检查地址 {health}，指标地址 {metrics}。",
  },
  "controller.revocation": {
    en: "Revocation lists at {url}/<HarborCertificate>/ca.crl.",
    zh: "吊销列表地址：{url}/<HarborCertificate>/ca.crl。",
  },
  "controller.leads": { en: "{identity} leads.", zh: "{identity} 成为主实例。" },
  "controller.follows": { en: "{identity} leads no more.", zh: "{identity} 不再是主实例。" },
} as const satisfies MessageTable;
