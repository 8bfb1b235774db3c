import type { FindingTable } from "./table.ts";

/** What can be found wrong: NodeTrust. */
export const nodeTrustFindings = {
  NODE_INLINE_REGISTRY_CONFIG: {
    severity: "error",
    en: "containerd on {subject} has registries configured inline ({settings}), as KubeKey leaves them. containerd does not start its CRI plugin with these beside config_path, so nothing was changed. Move mirrors into <config_path>/<host>/hosts.toml and certificates into `ca` and `client` there, remove the inline tables, and run this again. `auth` may stay.",
    zh: "{subject} 上的 containerd 使用内联仓库配置（{settings}），通常由 KubeKey 写入。它们与 config_path 并存时 containerd 无法加载 CRI 插件，因此未做任何修改。请将 mirrors 移到 <config_path>/<主机>/hosts.toml，将证书写入其中的 `ca` 和 `client`，删除内联配置后重新运行。`auth` 可以保留。",
  },
  NODE_CRI_DISABLED: {
    severity: "error",
    en: "containerd on {subject} is no runtime for Kubernetes: {path} has its CRI among `disabled_plugins`. Nothing was changed and nothing restarted. Take it off that list if the kubelet is to use containerd, or name the runtime that it uses in `runtimes`.",
    zh: "{subject} 上的 containerd 未作为 Kubernetes 运行时：{path} 的 `disabled_plugins` 中包含 CRI。未做任何修改，也未重启。如果 kubelet 应使用 containerd，请将其从该列表中移除；否则请在 `runtimes` 中填写实际使用的运行时。",
  },
  NODE_RESTART_WITHHELD: {
    severity: "warning",
    en: "config_path was set on {subject}, and the document says `restart.containerd: never`: it counts only after containerd's next start.",
    zh: "{subject} 上已设置 config_path，但文档设置了 `restart.containerd: never`：containerd 下次启动后才会生效。",
  },
} as const satisfies FindingTable;
