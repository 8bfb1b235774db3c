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
      what: "{subject} was not told which servers to look at.",
      remedy:
        "Name them, as in `moorline tls harbor.example.com`, or give a file with one a line with --from.",
    },
    zh: {
      what: "{subject} 未指定要检查的服务器。",
      remedy: "请写明服务器，例如 `moorline tls harbor.example.com`，或用 --from 指定每行一个服务器的文件。",
    },
  },
  TLS_TARGET_TOO_MANY: {
    retry: "never",
    en: {
      what: "{subject} was given {count} servers; one run looks at {limit} at most.",
      remedy: "Split the list and run it once for each part.",
    },
    zh: {
      what: "{subject} 收到 {count} 个服务器，单次最多检查 {limit} 个。",
      remedy: "请拆分列表后分次运行。",
    },
  },
  TLS_AUTHORITIES_UNREADABLE: {
    retry: "never",
    en: {
      what: "The CA file {subject} can not be read ({reason}).",
      remedy: "Correct --ca: a PEM file with the CAs to trust. Without it the machine's own are used.",
    },
    zh: {
      what: "无法读取 CA 文件 {subject}（{reason}）。",
      remedy: "请修正 --ca：应为包含受信任 CA 的 PEM 文件；省略时使用本机根证书。",
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
