import type { Cause } from "../../causes/cause.ts";

export const tokenServiceElsewhere: Cause = {
  code: "TOKEN_SERVICE_ELSEWHERE",
  severity: "error",
  title: {
    en: "The registry sends its clients to another address for tokens",
    zh: "镜像仓库将客户端引向其他地址获取令牌",
  },
  explanation: {
    en: "The realm of its challenge has another scheme, host or port than the registry. Harbor makes it of `external_url` and the Host header that its proxy hands on.",
    zh: "其质询中的 realm 与镜像仓库的协议、主机或端口不同。Harbor 由 `external_url` 和代理传递的 Host 头生成它。",
  },
  fix: {
    en: "Set `external_url` in harbor.yml (`externalURL` in the Helm values) to the address that clients use, and let the proxy before it hand on Host and X-Forwarded-Proto.",
    zh: "将 harbor.yml 中的 `external_url`（Helm 为 `externalURL`）设为客户端使用的地址，并让前置代理传递 Host 和 X-Forwarded-Proto。",
  },
  proof: {
    en: "`curl -i https://HOST/v2/` names the same host in Www-Authenticate.",
    zh: "`curl -i https://主机/v2/` 的 Www-Authenticate 中为同一主机。",
  },
  signs: [],
  live: ["REGISTRY_REALM_REFUSED", "HARBOR_EXTERNAL_URL"],
  explains: ["PULL_REFUSED"],
};
