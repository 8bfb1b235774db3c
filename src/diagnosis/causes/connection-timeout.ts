import type { Cause } from "./cause.ts";

export const connectionTimeout: Cause = {
  code: "CONNECTION_TIMEOUT",
  severity: "error",
  title: { en: "Packets to the registry go unanswered", zh: "发往镜像仓库的数据包没有应答" },
  explanation: {
    en: "A firewall or NetworkPolicy drops them, the machine is down, or the way is overloaded.",
    zh: "防火墙或 NetworkPolicy 丢弃了数据包、机器宕机，或链路拥塞。",
  },
  fix: {
    en: "Allow the way from the machine named in the line to the registry's port; look at NetworkPolicies where it is a pod.",
    zh: "放行该机器到镜像仓库端口的流量；如果是 Pod，请检查 NetworkPolicy。",
  },
  proof: { en: "A TCP connection opens within a second.", zh: "一秒内可建立 TCP 连接。" },
  signs: [
    { literal: "i/o timeout" },
    { literal: "TLS handshake timeout" },
    { literal: "Client.Timeout exceeded" },
    { literal: "context deadline exceeded" },
    { literal: "Connection timed out" },
  ],
  live: ["NETWORK_TIMEOUT"],
};
