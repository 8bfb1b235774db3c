import type { Cause } from "./cause.ts";

export const noRoute: Cause = {
  code: "NO_ROUTE",
  severity: "error",
  title: { en: "There is no route to the registry", zh: "没有到镜像仓库的路由" },
  explanation: {
    en: "A router or firewall answers that the address can not be reached from this machine.",
    zh: "路由器或防火墙表明从该机器无法到达此地址。",
  },
  fix: {
    en: "Look at the route (`ip route get ADDRESS`) and at firewalls that reject.",
    zh: "检查路由（`ip route get 地址`）以及会拒绝连接的防火墙。",
  },
  proof: { en: "A TCP connection to the registry's port opens.", zh: "可以建立到镜像仓库端口的 TCP 连接。" },
  signs: [{ literal: "no route to host" }, { literal: "network is unreachable" }],
  live: ["NETWORK_UNREACHABLE"],
};
