import type { Cause } from "../../causes/cause.ts";

export const nodeNotReady: Cause = {
  code: "NODE_NOT_READY",
  severity: "error",
  title: { en: "The node is not Ready", zh: "节点未就绪" },
  explanation: {
    en: "Its kubelet does not report, or its container runtime does not answer: nothing is pulled or started there.",
    zh: "kubelet 未上报，或容器运行时无响应：该节点不会拉取或启动任何容器。",
  },
  fix: {
    en: "On the node: `systemctl status kubelet containerd`, and the last lines of their journals (`moorline logs --on ssh://NODE unit:kubelet unit:containerd`).",
    zh: "在该节点执行 `systemctl status kubelet containerd`，并查看其日志（`moorline logs --on ssh://节点 unit:kubelet unit:containerd`）。",
  },
  proof: { en: "`kubectl get node` says Ready.", zh: "`kubectl get node` 显示 Ready。" },
  signs: [],
  live: ["NODE_NOT_READY"],
};
