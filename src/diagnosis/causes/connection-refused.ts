import type { Cause } from "./cause.ts";

export const connectionRefused: Cause = {
  code: "CONNECTION_REFUSED",
  severity: "error",
  title: { en: "Nothing listens at the address", zh: "该地址上没有服务监听" },
  explanation: {
    en: "The machine answered that the port is closed: the server is stopped, or it is another port.",
    zh: "机器应答端口已关闭：服务已停止，或端口错误。",
  },
  fix: { en: "Start the server, or correct the port in the address.", zh: "启动服务，或修正地址中的端口。" },
  proof: { en: "A TCP connection to that port opens.", zh: "可以建立到该端口的 TCP 连接。" },
  signs: [{ literal: "connection refused" }, { literal: "Connection refused" }],
  live: ["NETWORK_CONNECTION_REFUSED"],
  explains: ["ENDPOINT_UNREACHABLE", "COMPONENT_DOWN"],
};
