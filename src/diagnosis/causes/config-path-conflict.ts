import type { Cause } from "./cause.ts";

export const configPathConflict: Cause = {
  code: "CONFIG_PATH_CONFLICT",
  severity: "error",
  title: {
    en: "containerd's configuration has both config_path and inline registry settings",
    zh: "containerd 同时配置了 config_path 与内联仓库设置",
  },
  explanation: {
    en: "The CRI plugin refuses to load with both. KubeKey leaves inline settings on nodes.",
    zh: "两者并存时 CRI 插件拒绝加载。KubeKey 会在节点上留下内联设置。",
  },
  fix: {
    en: "`moorline node apply` moves the inline settings into certs.d.",
    zh: "执行 `moorline node apply` 将内联设置迁移到 certs.d。",
  },
  proof: { en: "`crictl info` answers.", zh: "`crictl info` 有应答。" },
  signs: [
    { literal: "cannot be set when `config_path` is provided" },
    { literal: "`mirrors` cannot be set" },
    { literal: "`configs.tls` cannot be set" },
  ],
  live: ["NODE_CONFIG_CONFLICT"],
  explains: ["AUTHORITY_UNKNOWN", "CLIENT_CERTIFICATE_MISSING", "SANDBOX_NOT_CREATED"],
};
