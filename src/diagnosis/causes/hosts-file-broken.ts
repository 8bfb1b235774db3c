import type { Cause } from "./cause.ts";

export const hostsFileBroken: Cause = {
  code: "HOSTS_FILE_BROKEN",
  severity: "error",
  title: { en: "containerd can not read a hosts.toml", zh: "containerd 无法读取 hosts.toml" },
  explanation: {
    en: "The file is not the TOML that containerd expects, and every pull from that host fails.",
    zh: "该文件不是 containerd 所期望的 TOML，来自该主机的所有拉取都会失败。",
  },
  fix: {
    en: "Mend the line that is named, or move the file away; `moorline node apply` then writes what is needed and keeps what others put beside it.",
    zh: "修正所指出的行，或移走该文件；再执行 `moorline node apply` 写入所需内容，其他内容保留。",
  },
  proof: { en: "A pull works.", zh: "拉取成功。" },
  signs: [
    {
      literal: "hosts.toml",
      pattern:
        /.*(?:invalid|failed to|parse|unmarshal).*hosts\.toml|hosts\.toml.*(?:invalid|failed|parse|unmarshal)/,
    },
    { literal: "invalid `host` tree" },
  ],
  live: ["NODE_HOSTS_FILE"],
  explains: ["AUTHORITY_UNKNOWN", "CLIENT_CERTIFICATE_MISSING", "PLAIN_HTTP_SERVER"],
};
