import type { MessageTable } from "./table.ts";

/** What reports about logs say. */
export const logMessages = {
  "logs.title": { en: "What the logs tell", zh: "日志分析报告" },
  "logs.made": { en: "Made at {time} UTC.", zh: "生成时间：{time}（UTC）。" },
  "logs.nothing": {
    en: "No failure in {size} of {sources} logs.",
    zh: "{sources} 份日志（共 {size}）中未发现失败。",
  },
  "logs.summary": {
    en: "{lines} lines tell of failures, by {causes} causes, in {size} of {sources} logs.",
    zh: "{sources} 份日志（共 {size}）中有 {lines} 行失败，归为 {causes} 种原因。",
  },
  "logs.span": { en: "From {from} to {to} UTC.", zh: "时间范围：{from} 至 {to}（UTC）。" },
  "logs.seenIn": { en: "seen in", zh: "出现于" },
  "logs.image": { en: "images", zh: "镜像" },
  "logs.robot": { en: "robots", zh: "机器人账户" },
  "logs.host": { en: "registries", zh: "仓库" },
  "logs.client": { en: "clients", zh: "客户端" },
  "logs.pod": { en: "pods", zh: "Pod" },
  "logs.suspected": { en: "just before", zh: "此前发生" },
  "logs.example": { en: "example", zh: "示例" },
  "logs.why": { en: "why", zh: "原因" },
  "logs.fix": { en: "fix", zh: "处理" },
  "logs.proof": { en: "mended when", zh: "验证" },
  "logs.written": { en: "The report is in {file}.", zh: "报告已写入 {file}。" },
} as const satisfies MessageTable;
