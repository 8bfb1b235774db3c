import type { Cause } from "../../causes/cause.ts";

export const runtimeConfigBroken: Cause = {
  code: "RUNTIME_CONFIG_BROKEN",
  severity: "error",
  title: { en: "A runtime's configuration can not be read", zh: "运行时的配置文件无法解析" },
  explanation: {
    en: "The file is not the TOML that the runtime expects. A running one goes on with what it read before and does not start again.",
    zh: "该文件不是运行时所期望的 TOML。运行中的进程沿用之前的配置，重启后将无法启动。",
  },
  fix: {
    en: "Mend the line that is named; `containerd config dump` on the node tells whether it is read again.",
    zh: "修正所指出的行；在该节点执行 `containerd config dump` 确认其可被解析。",
  },
  proof: {
    en: "`moorline doctor node/NODE -f DOCUMENTS` finds nothing.",
    zh: "`moorline doctor node/节点 -f 文档` 未发现问题。",
  },
  signs: [],
  live: ["NODE_CONFIG_UNREADABLE"],
  explains: ["NODE_NOT_READY"],
};
