import type { Cause } from "../../causes/cause.ts";

export const kubesphereDown: Cause = {
  code: "KUBESPHERE_DOWN",
  severity: "error",
  title: { en: "No pod of ks-apiserver is ready", zh: "ks-apiserver 没有就绪的 Pod" },
  explanation: {
    en: "The console can show and validate nothing. Pulls do not go through it.",
    zh: "控制台无法显示或验证任何内容。拉取不经过它。",
  },
  fix: {
    en: "`kubectl -n kubesphere-system get pods` and the log of ks-apiserver; after a change of its volumes, `kubectl -n kubesphere-system rollout undo deployment/ks-apiserver`.",
    zh: "执行 `kubectl -n kubesphere-system get pods` 并查看 ks-apiserver 日志；若刚更改过其卷，执行 `kubectl -n kubesphere-system rollout undo deployment/ks-apiserver`。",
  },
  proof: {
    en: "`kubectl -n kubesphere-system get deployment ks-apiserver` shows ready pods.",
    zh: "`kubectl -n kubesphere-system get deployment ks-apiserver` 显示就绪的 Pod。",
  },
  signs: [],
  live: ["VALIDATE_KUBESPHERE_DOWN"],
};
