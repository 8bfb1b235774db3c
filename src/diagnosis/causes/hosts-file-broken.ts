import type { Cause } from "./cause.ts";

export const hostsFileBroken: Cause = {
  code: "HOSTS_FILE_BROKEN",
  severity: "error",
  title: { en: "containerd can not read a hosts.toml", zh: "containerd 无法读取 hosts.toml" },
  explanation: {
    en: "The file is not the TOML that containerd expects. containerd says so in its own log alone and goes on as if the file were not there: by the *.crt, *.cert and *.key files beside it, or by public CAs, so that pods see an unknown CA or a missing client certificate.",
    zh: "该文件不是 containerd 所期望的 TOML。containerd 只在自己的日志中说明，然后当作该文件不存在继续：使用同目录下的 *.crt、*.cert 和 *.key 文件，或公共 CA，因此 Pod 看到的是未知的 CA 或缺少客户端证书。",
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
