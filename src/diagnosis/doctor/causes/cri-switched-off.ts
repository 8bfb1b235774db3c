import type { Cause } from "../../causes/cause.ts";

export const criSwitchedOff: Cause = {
  code: "CRI_SWITCHED_OFF",
  severity: "error",
  title: { en: "containerd's CRI is switched off", zh: "containerd 的 CRI 被禁用" },
  explanation: {
    en: "`disabled_plugins` names it, as the configuration does that comes with Docker's containerd.io package. A kubelet can not use such a containerd.",
    zh: "`disabled_plugins` 中列出了它，Docker 的 containerd.io 软件包自带的配置即如此。kubelet 无法使用这样的 containerd。",
  },
  fix: {
    en: "Take `cri` out of `disabled_plugins` in the file that is named, then `systemctl restart containerd`; or name the runtime that the kubelet does use in `runtimes` of the NodeTrust.",
    zh: "从该文件的 `disabled_plugins` 中移除 `cri`，再执行 `systemctl restart containerd`；或在 NodeTrust 的 `runtimes` 中写明 kubelet 实际使用的运行时。",
  },
  proof: { en: "`crictl info` answers.", zh: "`crictl info` 有应答。" },
  signs: [],
  live: ["NODE_CRI_DISABLED"],
  explains: ["NODE_NOT_READY"],
};
