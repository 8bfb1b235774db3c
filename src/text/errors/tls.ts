import type { ErrorTable } from "./table.ts";

/** Errors of looking at servers' TLS. */
export const tlsErrors = {
  TLS_TARGET: {
    retry: "never",
    en: {
      what: '"{subject}" names no server.',
      remedy: "Give a host, host:port, [IPv6]:port or an https:// URL.",
    },
    zh: {
      what: "“{subject}”不是服务器地址。",
      remedy: "请填写主机、主机:端口、[IPv6]:端口或 https:// URL。",
    },
  },
  TLS_TARGET_NONE: {
    retry: "never",
    en: {
      what: "{subject}: no server was named, or more than {limit}.",
      remedy: "Name hosts, or give a list with --from.",
    },
    zh: {
      what: "{subject}：未指定服务器，或超过 {limit} 个。",
      remedy: "请填写主机，或使用 --from 指定列表。",
    },
  },
  TLS_TARGETS_UNREADABLE: {
    retry: "never",
    en: { what: "The list {subject} can not be read.", remedy: "Look at its path, owner and mode." },
    zh: { what: "无法读取列表 {subject}。", remedy: "请检查路径、属主和权限。" },
  },
  TLS_NUMBER: {
    retry: "never",
    en: { what: '{subject} can not be "{value}".', remedy: "Give a whole number from 1 to 9999." },
    zh: { what: "{subject} 不能为“{value}”。", remedy: "请填写 1 到 9999 之间的整数。" },
  },
} as const satisfies ErrorTable;
