import type { Cause } from "../../causes/cause.ts";

export const kubesphereWithoutCa: Cause = {
  code: "KUBESPHERE_WITHOUT_CA",
  severity: "error",
  title: {
    en: "KubeSphere does not trust the registry's CA, so Validate is red",
    zh: "KubeSphere 不信任镜像仓库的 CA，“验证”失败",
  },
  explanation: {
    en: "ks-apiserver asks the registry by the roots of its own container; the nodes' trust does not count there. Pulls work all the same where nodes have the CA.",
    zh: "ks-apiserver 使用其容器自带的根证书访问镜像仓库，与节点的信任无关。节点已有该 CA 时仍可正常拉取。",
  },
  fix: {
    en: "`moorline apply` with the HarborRegistry mounts the CA into ks-apiserver (`spec.kubesphere`). Do not skip verification instead.",
    zh: "使用 HarborRegistry 执行 `moorline apply`，会将 CA 挂载到 ks-apiserver（`spec.kubesphere`）。不要改为跳过校验。",
  },
  proof: { en: "The console's Validate button turns green.", zh: "控制台的“验证”按钮显示通过。" },
  signs: [],
  live: ["VALIDATE_CA_UNKNOWN"],
  mendedBy: "HarborRegistry",
};
