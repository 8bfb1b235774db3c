import type { ErrorTable } from "./table.ts";

/** Errors of the loop itself. */
export const engineErrors = {
  INTERNAL: {
    retry: "never",
    en: {
      what: "Moorline made a mistake at {subject}: {reason}.",
      remedy: "Please report this with the output of `moorline version`.",
    },
    zh: {
      what: "Moorline 在 {subject} 出现内部错误：{reason}。",
      remedy: "请附上 `moorline version` 的输出报告此问题。",
    },
  },
  CANCELLED: {
    retry: "never",
    en: {
      what: "Stopped on request at {subject}.",
      remedy: "Run `moorline apply` again; it goes on from where this stopped.",
    },
    zh: { what: "已按请求在 {subject} 处停止。", remedy: "请再次运行 `moorline apply`，它会从停止处继续。" },
  },
  PLAN_STALE: {
    retry: "now",
    en: {
      what: "The plan for {subject} no longer fits: what it was made from has changed.",
      remedy: "Run `moorline plan` again and apply the new plan.",
    },
    zh: {
      what: "{subject} 的计划已过期：其依据的状态已发生变化。",
      remedy: "请重新运行 `moorline plan` 并应用新计划。",
    },
  },
  STEP_TIMED_OUT: {
    retry: "later",
    en: {
      what: "The step {subject} took longer than {seconds} s.",
      remedy: "Check that the target answers, then run `moorline apply` again.",
    },
    zh: {
      what: "步骤 {subject} 耗时超过 {seconds} 秒。",
      remedy: "请确认目标有响应，然后再次运行 `moorline apply`。",
    },
  },
  STEP_GRAPH_BROKEN: {
    retry: "never",
    en: {
      what: "The steps of {subject} do not form an order: {reason}.",
      remedy: "Please report this with the documents that led to it.",
    },
    zh: { what: "{subject} 的步骤无法排序：{reason}。", remedy: "请附上相关文档报告此问题。" },
  },
} as const satisfies ErrorTable;
