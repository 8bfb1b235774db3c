import type { MessageTable } from "./table.ts";

/** What is said of nodes that are reached one after the other. */
export const nodesMessages = {
  "nodes.outcome.changed": { en: "done", zh: "已完成" },
  "nodes.outcome.unchanged": { en: "as it should be", zh: "符合预期" },
  "nodes.outcome.failed": { en: "failed; no further node was begun", zh: "失败；未继续处理后续节点" },
  "nodes.outcome.untried": { en: "not begun", zh: "未开始" },
  "nodes.proved": { en: "{proofs} of {of} proofs hold", zh: "{of} 项验证中 {proofs} 项通过" },
} as const satisfies MessageTable;
