import type { ErrorTable } from "./table.ts";

/** Errors of reading logs. */
export const logErrors = {
  LOGS_NOT_FOUND: {
    retry: "never",
    en: {
      what: "{subject} names no file.",
      remedy: "Correct the path; quote a pattern that the shell should not read.",
    },
    zh: { what: "{subject} 没有匹配任何文件。", remedy: "请修正路径；不希望由 shell 展开的通配符请加引号。" },
  },
  LOGS_TOO_MANY: {
    retry: "never",
    en: {
      what: "{subject} names more than {limit} files.",
      remedy: "Name fewer: a folder below it, or a narrower pattern.",
    },
    zh: {
      what: "{subject} 匹配的文件超过 {limit} 个。",
      remedy: "请缩小范围：指定其下的目录，或使用更精确的通配符。",
    },
  },
  LOGS_UNREADABLE: {
    retry: "never",
    en: {
      what: "{subject} could not be read to its end: {reason}.",
      remedy:
        "Look at its owner and mode; a packed file may be cut off. Nothing of the report is shown, because it would be half of it.",
    },
    zh: {
      what: "{subject} 未能完整读取：{reason}。",
      remedy: "请检查属主和权限；压缩文件可能不完整。为避免给出不完整的结论，未显示报告。",
    },
  },
  LOGS_SINCE: {
    retry: "never",
    en: {
      what: '--since can not be "{subject}".',
      remedy: "Give a length such as 30m, 2h or 7d, or a time such as 2026-11-22T19:00:00Z.",
    },
    zh: {
      what: "--since 不能为“{subject}”。",
      remedy: "请填写时长（30m、2h、7d）或时间（2026-11-22T19:00:00Z）。",
    },
  },
  LOGS_FOLLOW: {
    retry: "never",
    en: {
      what: "--follow reads one file that is not packed; {subject} is not one.",
      remedy: "Name one file, or pipe several: `tail -F a.log b.log | moorline logs - --follow`.",
    },
    zh: {
      what: "--follow 只能读取一个未压缩的文件，{subject} 不符合。",
      remedy: "请指定一个文件，或通过管道：`tail -F a.log b.log | moorline logs - --follow`。",
    },
  },
} as const satisfies ErrorTable;
