import type { Cause } from "./cause.ts";

export const proxyInTheWay: Cause = {
  code: "PROXY_IN_THE_WAY",
  severity: "error",
  title: { en: "A forward proxy stands in the way", zh: "请求被转发到了代理服务器" },
  explanation: {
    en: "The runtime or component sends requests for the registry to its HTTPS proxy, which does not let them through.",
    zh: "运行时或组件将对镜像仓库的请求发往 HTTPS 代理，而代理未放行。",
  },
  fix: {
    en: "Add the registry's host to NO_PROXY of the service named in the line, then restart that service.",
    zh: "将镜像仓库主机加入该服务的 NO_PROXY，然后重启该服务。",
  },
  proof: { en: "The line no longer appears, and a pull works.", zh: "该日志不再出现，且拉取成功。" },
  signs: [{ literal: "proxyconnect tcp" }, { literal: "Proxy Authentication Required" }],
  live: ["NODE_PROXY_STOPS"],
  explains: ["CONNECTION_REFUSED", "CONNECTION_TIMEOUT", "AUTHORITY_UNKNOWN", "HARBOR_ERROR"],
};
