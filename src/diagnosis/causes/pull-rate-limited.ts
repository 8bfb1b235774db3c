import type { Cause } from "./cause.ts";

export const pullRateLimited: Cause = {
  code: "PULL_RATE_LIMITED",
  severity: "warning",
  title: { en: "The kubelet limits pulls on this node", zh: "kubelet 限制了该节点的拉取速率" },
  explanation: {
    en: "More pulls began at once than registryPullQPS and registryBurst allow (5 and 10 by default). The kubelet tries again by itself.",
    zh: "同时开始的拉取超过 registryPullQPS 与 registryBurst（默认 5 和 10）。kubelet 会自动重试。",
  },
  fix: {
    en: "Raise registryPullQPS and registryBurst in the node's kubelet configuration, and let pods start in smaller groups.",
    zh: "提高节点 kubelet 配置中的 registryPullQPS 和 registryBurst，并分批启动 Pod。",
  },
  proof: {
    en: "The event no longer appears when the same pods start.",
    zh: "启动相同 Pod 时不再出现该事件。",
  },
  signs: [{ literal: "pull QPS exceeded" }],
  live: ["NODE_PULLS_SLOWED"],
};
