import type { Cause } from "./cause.ts";

export const policyRefused: Cause = {
  code: "POLICY_REFUSED",
  severity: "error",
  title: { en: "A policy of the Harbor project stops the pull", zh: "Harbor 项目策略阻止了拉取" },
  explanation: {
    en: "The project allows signed images only, or none with vulnerabilities above its limit; Harbor answers 412.",
    zh: "项目只允许已签名的镜像，或不允许漏洞超过阈值的镜像；Harbor 返回 412。",
  },
  fix: {
    en: "Look at the project's configuration in Harbor, then sign, scan or update the image.",
    zh: "查看 Harbor 中的项目配置，然后签名、扫描或更新镜像。",
  },
  proof: { en: "A pull works.", zh: "拉取成功。" },
  signs: [{ literal: "PROJECTPOLICYVIOLATION" }],
};
