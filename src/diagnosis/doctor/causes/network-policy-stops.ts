import type { Cause } from "../../causes/cause.ts";

export const networkPolicyStops: Cause = {
  code: "NETWORK_POLICY_STOPS",
  severity: "error",
  title: {
    en: "A NetworkPolicy stops ks-apiserver on its way to the registry",
    zh: "NetworkPolicy 阻断了 ks-apiserver 到镜像仓库的流量",
  },
  explanation: {
    en: "Policies select its pods and none of them allows the registry's address, so Validate waits and turns red. Pulls go on: nodes make them, and policies are of pods. A network plugin that knows no policies would let it pass.",
    zh: "有策略选中其 Pod，却没有一条放行镜像仓库的地址，因此“验证”会超时失败。拉取不受影响：拉取由节点发起，而策略只作用于 Pod。若网络插件不支持策略，则不会阻断。",
  },
  fix: {
    en: "Policies add up: `kubectl apply -f` the one that the evidence ends with, beside those that are there. Where the policies come from KubeSphere's network isolation or a chart, add the same rule there.",
    zh: "策略是叠加生效的：用 `kubectl apply -f` 应用证据末尾给出的策略即可，无需修改已有策略。若策略来自 KubeSphere 网络隔离或某个 chart，请在其中加入同样的规则。",
  },
  proof: {
    en: "The console's Validate button turns green, and `moorline doctor project NAME` names no policy any more.",
    zh: "控制台的“验证”按钮显示通过，`moorline doctor project 名称` 不再提示策略。",
  },
  signs: [],
  live: ["NETWORK_POLICY_STOPS"],
  explains: ["CONNECTION_TIMEOUT", "CONNECTION_REFUSED", "NO_ROUTE", "NOT_ESTABLISHED"],
};
