import type { Cause } from "../../causes/cause.ts";

export const networkPolicyStopsDns: Cause = {
  code: "NETWORK_POLICY_STOPS_DNS",
  severity: "error",
  title: {
    en: "A NetworkPolicy stops questions to the cluster's DNS",
    zh: "NetworkPolicy 阻断了对集群 DNS 的查询",
  },
  explanation: {
    en: "Policies select the pods and none of them allows port 53 with anybody. (A rule without a protocol is of TCP, and questions go over UDP.) Those pods find no name, the registry's among them. Nodes resolve by themselves, so that pulls go on.",
    zh: "有策略选中这些 Pod，却没有一条放行 53 端口（规则未写协议时默认为 TCP，而 DNS 查询使用 UDP）。这些 Pod 无法解析任何名称，包括镜像仓库的名称。节点使用自身的解析器，拉取不受影响。",
  },
  fix: {
    en: "Policies add up: `kubectl apply -f` the one that the evidence ends with, beside those that are there.",
    zh: "策略是叠加生效的：用 `kubectl apply -f` 应用证据末尾给出的策略即可，无需修改已有策略。",
  },
  proof: {
    en: "A pod resolves the registry: `kubectl run dns --rm -it --restart=Never --image=IMAGE -- nslookup REGISTRY`.",
    zh: "Pod 中可以解析镜像仓库：`kubectl run dns --rm -it --restart=Never --image=镜像 -- nslookup 镜像仓库`。",
  },
  signs: [],
  live: ["NETWORK_POLICY_STOPS_DNS"],
  explains: ["NAME_NOT_RESOLVED", "NAME_SERVER_SILENT", "CONNECTION_TIMEOUT", "NOT_ESTABLISHED"],
};
