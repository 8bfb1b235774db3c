import type { Cause } from "./cause.ts";

export const connectionCut: Cause = {
  code: "CONNECTION_CUT",
  severity: "error",
  title: { en: "The connection was cut in the middle", zh: "连接中途被断开" },
  explanation: {
    en: "Somebody between client and server ended the connection: a proxy's or load balancer's time or size limit, a restart, a wrong MTU.",
    zh: "客户端与服务器之间有设备断开了连接：代理或负载均衡的时间/大小限制、重启、MTU 不正确。",
  },
  fix: {
    en: "Compare the time of the cut with restarts and with the limits of what stands between them; with large images only: the MTU.",
    zh: "将断开时间与重启及中间设备的限制对比；如仅大镜像失败，请检查 MTU。",
  },
  proof: { en: "A large image is pulled whole.", zh: "大镜像可完整拉取。" },
  signs: [{ literal: "connection reset by peer" }, { literal: "unexpected EOF" }, { literal: "broken pipe" }],
  live: ["NETWORK_RESET"],
};
