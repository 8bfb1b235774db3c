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
      what: "--follow can not read {subject}: a packed file does not grow.",
      remedy: "Leave it out, or read it without --follow.",
    },
    zh: {
      what: "--follow 无法读取 {subject}：压缩文件不会增长。",
      remedy: "请去掉该文件，或不使用 --follow 读取它。",
    },
  },
  LOGS_FOLLOW_TOO_MANY: {
    retry: "never",
    en: {
      what: "--follow reads at most {limit} logs at once; these are {count}.",
      remedy: "Name fewer: a narrower selector or pattern.",
    },
    zh: {
      what: "--follow 最多同时读取 {limit} 份日志，当前为 {count} 份。",
      remedy: "请使用更精确的选择器或通配符，减少日志数量。",
    },
  },
  LOGS_ON: {
    retry: "never",
    en: {
      what: '--on can not be "{subject}".',
      remedy:
        "Give an address such as ssh://root@harbor.example.com or ssh://host:2222, without a password or a path.",
    },
    zh: {
      what: "--on 不能为“{subject}”。",
      remedy: "请填写形如 ssh://root@harbor.example.com 或 ssh://host:2222 的地址，不含密码和路径。",
    },
  },
  LOGS_PODS: {
    retry: "never",
    en: {
      what: '--pods can not be "{subject}".',
      remedy: "Give a namespace, or a namespace and a label selector: harbor or harbor/component=core.",
    },
    zh: {
      what: "--pods 不能为“{subject}”。",
      remedy: "请填写命名空间，或命名空间加标签选择器：harbor 或 harbor/component=core。",
    },
  },
} as const satisfies ErrorTable;
