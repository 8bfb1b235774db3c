import { stringify } from "yaml";
import { installation } from "../../install/manifests.ts";
import type { Command } from "../command.ts";
import { installOptions, installSettings } from "./install-options.ts";

export const renderInstall: Command = {
  name: "render install",
  summary: { en: "Write the manifests of Moorline itself.", zh: "生成 Moorline 自身的安装清单。" },
  description: {
    en: "Prints what `moorline install` would write, for GitOps or to look at. Needs no cluster.",
    zh: "输出 `moorline install` 将写入的清单，供 GitOps 使用或查看。不需要集群。",
  },
  options: [
    ...installOptions,
    {
      name: "kubernetes",
      value: "VERSION",
      default: "1.21",
      description: {
        en: "The cluster's version; 1.20 has another version of PodDisruptionBudget.",
        zh: "集群版本；1.20 的 PodDisruptionBudget 版本不同。",
      },
    },
  ],
  examples: [
    {
      command: "moorline render install --image harbor.example.com/tools/moorline:0.1.0 | kubectl apply -f -",
      explanation: { en: "The same by kubectl.", zh: "用 kubectl 完成同样的安装。" },
    },
  ],
  run: (invocation) => {
    const old = invocation.option("kubernetes") === "1.20";
    const manifests = installation(installSettings(invocation), old ? "policy/v1beta1" : "policy/v1");
    invocation.io.out(
      manifests.map((m) => stringify(m, { lineWidth: 0, aliasDuplicateObjects: false })).join("---\n"),
    );
    return Promise.resolve(0);
  },
};
