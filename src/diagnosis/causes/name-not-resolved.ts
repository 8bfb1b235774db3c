import type { Cause } from "./cause.ts";

export const nameNotResolved: Cause = {
  code: "NAME_NOT_RESOLVED",
  severity: "error",
  title: { en: "The registry's name does not resolve", zh: "镜像仓库的主机名无法解析" },
  explanation: {
    en: "The resolver that was asked knows no such name: it is missing in DNS, or only in a hosts file of another machine.",
    zh: "所查询的解析器没有该名称：DNS 中缺少记录，或仅写在其他机器的 hosts 文件中。",
  },
  fix: {
    en: "Add the name to the DNS that nodes and cluster use; for ks-apiserver and pods that is CoreDNS.",
    zh: "将该名称加入节点和集群使用的 DNS；对于 ks-apiserver 和 Pod 即 CoreDNS。",
  },
  proof: {
    en: "`getent hosts NAME` answers on the node, and `nslookup` in a pod.",
    zh: "节点上 `getent hosts 主机名` 与 Pod 内 `nslookup` 均有结果。",
  },
  signs: [
    { literal: "no such host" },
    { literal: "Name or service not known" },
    { literal: "Could not resolve host" },
    { literal: "host not found in upstream" },
  ],
  live: ["NETWORK_NAME_NOT_RESOLVED"],
  explains: [
    "CONNECTION_REFUSED",
    "CONNECTION_TIMEOUT",
    "NO_ROUTE",
    "ENDPOINT_UNREACHABLE",
    "PULL_SECRET_NOT_NAMED",
    "PULL_SECRET_FOR_ANOTHER_HOST",
  ],
};
